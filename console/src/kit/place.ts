// SPDX-License-Identifier: Apache-2.0

/** The path this console is served under, with a slash at both ends; a reverse proxy may add one. */
export const basePath: string =
  document.querySelector<HTMLMetaElement>('meta[name=fengsui-base]')?.content ?? '/';

/** The nonce that the content security policy of this document asks of styles made by scripts. */
export const styleNonce: string | undefined =
  document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce || undefined;

/** The address of something the server serves, such as `api/v1/things`. */
export function addressOf(path: string): string {
  return basePath + path.replace(/^\//, '');
}

/** The same with scheme and host, for commands that people copy. */
export function absoluteAddressOf(path: string): string {
  return new URL(addressOf(path), location.origin).href;
}
