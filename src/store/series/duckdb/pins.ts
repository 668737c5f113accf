// SPDX-License-Identifier: Apache-2.0

/** What questions in flight still use: a file or a database is removed when the last of them is done. */
export class Pins {
  readonly #held = new Map<string, number>();
  readonly #waiting = new Map<string, () => void>();

  /** Keeps things from being removed until the returned function is called. */
  hold(names: readonly string[]): () => void {
    for (const name of names) this.#held.set(name, (this.#held.get(name) ?? 0) + 1);
    return () => {
      for (const name of names) this.#release(name);
    };
  }

  /** Acts once nobody holds the thing, which may be at once. */
  whenFree(name: string, action: () => void): void {
    if (this.#held.has(name)) this.#waiting.set(name, action);
    else action();
  }

  #release(name: string): void {
    const left = (this.#held.get(name) ?? 1) - 1;
    if (left > 0) {
      this.#held.set(name, left);
      return;
    }
    this.#held.delete(name);
    const action = this.#waiting.get(name);
    this.#waiting.delete(name);
    action?.();
  }
}
