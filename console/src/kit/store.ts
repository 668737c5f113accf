// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';

/** A value that parts of the tab share, in and outside of React. */
export class Store<T> {
  readonly #watchers = new Set<() => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  readonly get = (): T => this.#value;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  set(value: T): void {
    if (this.#value === value) return;
    this.#value = value;
    for (const watcher of this.#watchers) watcher();
  }
}

/** The value now, and again when it changes. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}
