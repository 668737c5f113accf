// SPDX-License-Identifier: Apache-2.0
import { useEffect, useEffectEvent } from 'react';

/** Keys such as `k`, `/`, `Escape`; `mod+k` is Ctrl-K, or ⌘K on a Mac, and counts while typing as well. */
export function useKeys(keys: Readonly<Record<string, () => void>>, enabled = true): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.isComposing || event.altKey) return;
    const withMod = event.ctrlKey || event.metaKey;
    if (!withMod && isTyping(event.target)) return;
    const act = keys[withMod ? `mod+${event.key.toLowerCase()}` : event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const listener = (event: KeyboardEvent): void => press(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, [enabled]);
}

/** Whether keys belong to what has the focus: fields, editors, and what lies over the page. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.closest('input, textarea, select, dialog, [role=dialog], [role=menu]') !== null
  );
}
