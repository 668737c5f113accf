// SPDX-License-Identifier: Apache-2.0
import type { SeededRandom } from '#core';
import type { SimInode } from './inode.ts';

/** One change of a directory: entries set and entries gone, both or neither. */
interface EntryChange {
  readonly set?: { readonly name: string; readonly inode: SimInode };
  readonly removed?: string;
}

/** A directory of the simulated disk; entries are durable once it has been synced. */
export class SimDirectory {
  readonly #current: Map<string, SimInode>;
  readonly #durable: Map<string, SimInode>;
  #unsynced: EntryChange[] = [];

  constructor(current = new Map<string, SimInode>(), durable = new Map<string, SimInode>()) {
    this.#current = current;
    this.#durable = durable;
  }

  get names(): string[] {
    return [...this.#current.keys()].toSorted();
  }

  get inodes(): Iterable<SimInode> {
    return this.#current.values();
  }

  get(name: string): SimInode | undefined {
    return this.#current.get(name);
  }

  change(change: EntryChange): void {
    applyEntry(this.#current, change);
    this.#unsynced.push(change);
  }

  sync(): void {
    for (const change of this.#unsynced) applyEntry(this.#durable, change);
    this.#unsynced = [];
  }

  /** The directory with every file mapped, as it is after a power loss (`random`) or after a kill. */
  after(map: (inode: SimInode) => SimInode, random?: SeededRandom): SimDirectory {
    const mapped = (entries: Map<string, SimInode>): Map<string, SimInode> =>
      new Map([...entries].map(([name, inode]) => [name, map(inode)]));
    if (!random) {
      const copy = new SimDirectory(mapped(this.#current), mapped(this.#durable));
      copy.#unsynced = this.#unsynced.map(({ set, removed }) => ({
        ...(set && { set: { name: set.name, inode: map(set.inode) } }),
        ...(removed !== undefined && { removed }),
      }));
      return copy;
    }
    const entries = new Map(this.#durable);
    const ordered = random.next() < 0.5;
    const cut = random.int(this.#unsynced.length + 1);
    for (const [i, change] of this.#unsynced.entries()) {
      if (ordered ? i < cut : random.next() < 0.5) applyEntry(entries, change);
    }
    const after = mapped(entries);
    return new SimDirectory(after, new Map(after));
  }
}

function applyEntry(entries: Map<string, SimInode>, change: EntryChange): void {
  if (change.removed !== undefined) entries.delete(change.removed);
  if (change.set) entries.set(change.set.name, change.set.inode);
}
