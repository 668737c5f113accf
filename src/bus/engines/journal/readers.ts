// SPDX-License-Identifier: Apache-2.0
import type { Disk, Logger } from '#runtime';
import type { Offset } from '../../port.ts';
import { SnapshotFile } from '../../snapshot.ts';

/**
 * How far each reader has committed. Names and offsets outlive a restart, so that nothing is dropped before a reader
 * has come back; the file may be behind, never ahead.
 */
export class Readers {
  readonly #file: SnapshotFile;
  readonly #logger: Logger;
  readonly #committed = new Map<string, Offset>();
  #saving: Promise<void> = Promise.resolve();

  constructor(options: { disk: Disk; directory: string; logger: Logger }) {
    const { disk, directory, logger } = options;
    this.#file = new SnapshotFile({ disk, directory, name: 'readers', logger });
    this.#logger = logger;
  }

  async start(): Promise<void> {
    const snapshot = await this.#file.restore();
    if (!snapshot) return;
    const stored: unknown = JSON.parse(Buffer.from(snapshot.state).toString());
    if (typeof stored !== 'object' || stored === null) return;
    for (const [name, offset] of Object.entries(stored)) {
      if (typeof offset === 'number') this.#committed.set(name, offset);
    }
  }

  get all(): ReadonlyMap<string, Offset> {
    return this.#committed;
  }

  /** The offset from which everything is kept; infinite without readers. */
  get slowest(): Offset {
    let slowest = Number.POSITIVE_INFINITY;
    for (const offset of this.#committed.values()) slowest = Math.min(slowest, offset);
    return slowest;
  }

  hold(name: string, committed: Offset): void {
    const known = this.#committed.has(name);
    this.#committed.set(name, committed);
    if (!known) void this.save();
  }

  release(name: string): void {
    if (this.#committed.delete(name)) void this.save();
  }

  /** Resolves to whether what is known now is durable. */
  save(): Promise<boolean> {
    const saved = this.#saving.then(async () => {
      const state = Buffer.from(JSON.stringify(Object.fromEntries(this.#committed)));
      try {
        await this.#file.save({ offset: 0, state });
        return true;
      } catch (error) {
        this.#logger.warn({ error }, 'the offsets of the log readers could not be saved');
        return false;
      }
    });
    this.#saving = saved.then(() => {});
    return saved;
  }
}
