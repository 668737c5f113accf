// SPDX-License-Identifier: Apache-2.0

/** How long a reader stays: questions that take milliseconds, or those (and compaction) that may take seconds. */
export type Stay = 'short' | 'long';

/**
 * Keeps readers out while the database file is checkpointed: a scan that runs beside DuckDB's checkpoint (1.5) of a table with deleted
 * rows can give rows that are not asked for, and miss others. Long readers are let out first, while short ones still come and go,
 * so that small questions wait only as long as the checkpoint itself.
 */
export class Gate {
  readonly #inside: Record<Stay, number> = { short: 0, long: 0 };
  readonly #closed: Record<Stay, boolean> = { short: false, long: false };
  #changed: (() => void)[] = [];
  #pending = false;

  /** Whether somebody has it, or waits for it, alone. */
  get pending(): boolean {
    return this.#pending;
  }

  /** Runs a reader's work; it must not ask for the gate again, nor wait for `alone`. */
  async read<T>(stay: Stay, work: () => Promise<T>): Promise<T> {
    while (this.#closed[stay]) await this.#change();
    this.#inside[stay]++;
    try {
      return await work();
    } finally {
      this.#inside[stay]--;
      this.#wake();
    }
  }

  /** Runs work while nobody reads. One at a time: look at `pending` before. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#pending = true;
    try {
      for (const stay of ['long', 'short'] as const) {
        this.#closed[stay] = true;
        while (this.#inside[stay] > 0) await this.#change();
      }
      return await work();
    } finally {
      this.#pending = false;
      this.#closed.short = false;
      this.#closed.long = false;
      this.#wake();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }
}
