// SPDX-License-Identifier: Apache-2.0

/** What this browser remembers of a person's choices. Storage may be refused: then nothing is remembered. */
export function remembered(key: string, storage: Storage = localStorage): string | undefined {
  try {
    return storage.getItem(`fengsui-${key}`) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: string | undefined, storage = localStorage): void {
  try {
    if (value === undefined) storage.removeItem(`fengsui-${key}`);
    else storage.setItem(`fengsui-${key}`, value);
  } catch {
    // Private windows may refuse; the choice then holds until the tab closes.
  }
}
