// SPDX-License-Identifier: Apache-2.0

/**
 * Gives every `<style>` that a script makes the nonce of the document: parts of the component library (scroll lock,
 * measuring) do not ask for it, and the content security policy refuses their styles otherwise.
 */
export function giveStylesNonce(nonce: string | undefined): void {
  if (nonce === undefined) return;
  const create = document.createElement.bind(document);
  const withNonce = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
  Object.defineProperty(document, 'createElement', { value: withNonce, configurable: true });
}
