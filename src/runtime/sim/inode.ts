// SPDX-License-Identifier: Apache-2.0
import type { SeededRandom } from '#core';

/** What a disk writes at once: a smaller piece is there whole or not at all. */
export const sectorBytes = 512;

type Change =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number };

/** Bytes that grow; what lies between an old and a new end reads as zeros. */
class Content {
  #bytes: Uint8Array;
  size: number;

  constructor(bytes: Uint8Array = new Uint8Array()) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  view(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  copy(): Content {
    return new Content(Uint8Array.from(this.view()));
  }

  write(position: number, bytes: Uint8Array): void {
    this.#reserve(position + bytes.length);
    this.#bytes.set(bytes, position);
    this.size = Math.max(this.size, position + bytes.length);
  }

  resize(size: number): void {
    this.#reserve(size);
    if (size < this.size) this.#bytes.fill(0, size, this.size);
    this.size = size;
  }

  apply(change: Change): void {
    if (change.kind === 'truncate') this.resize(change.size);
    else this.write(change.position, change.bytes);
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(size, this.#bytes.length * 2, 4_096));
    larger.set(this.view());
    this.#bytes = larger;
  }
}

/**
 * A file of the simulated disk: what programs see (`current`), what is on the platter (`durable`), and the
 * changes in between, which a power loss may drop, reorder or tear.
 */
export class SimInode {
  readonly #current: Content;
  readonly #durable: Content;
  #unsynced: Change[] = [];

  constructor(current = new Content(), durable = new Content()) {
    this.#current = current;
    this.#durable = durable;
  }

  /** A file that is on the platter already. */
  static of(bytes: Uint8Array): SimInode {
    return new SimInode(new Content(Uint8Array.from(bytes)), new Content(Uint8Array.from(bytes)));
  }

  get size(): number {
    return this.#current.size;
  }

  view(): Uint8Array {
    return this.#current.view();
  }

  write(position: number, bytes: Uint8Array): void {
    this.#change({ kind: 'write', position, bytes: Uint8Array.from(bytes) });
  }

  truncate(size: number): void {
    this.#change({ kind: 'truncate', size });
  }

  sync(): void {
    for (const change of this.#unsynced) this.#durable.apply(change);
    this.#unsynced = [];
  }

  /**
   * A sync that failed: some sectors went out, the others are forgotten although programs still read them from
   * memory, and a later sync does not bring them back.
   */
  failSync(random: SeededRandom): void {
    const durable = survivors(this.#durable, this.#unsynced, random);
    this.#durable.resize(0);
    this.#durable.write(0, durable.view());
    this.#unsynced = [];
  }

  /** The same file, as the next program finds it after the first one was killed. */
  copy(): SimInode {
    const copy = new SimInode(this.#current.copy(), this.#durable.copy());
    copy.#unsynced = [...this.#unsynced];
    return copy;
  }

  /** The file as it is after a power loss. */
  afterPowerLoss(random: SeededRandom): SimInode {
    const content = survivors(this.#durable, this.#unsynced, random);
    return new SimInode(content, content.copy());
  }

  #change(change: Change): void {
    this.#current.apply(change);
    this.#unsynced.push(change);
  }
}

/** The durable content with that part of the changes which chance lets through. */
function survivors(durable: Content, changes: readonly Change[], random: SeededRandom): Content {
  const out = durable.copy();
  const mode = random.pick(['none', 'all', 'prefix', 'sectors', 'sectors'] as const);
  if (mode === 'none') return out;
  const cut = mode === 'prefix' ? random.int(changes.length + 1) : changes.length;
  const share = mode === 'sectors' ? random.pick([0.1, 0.5, 0.9]) : 1;
  for (const change of changes.slice(0, cut)) {
    if (mode === 'sectors') applySectors(out, change, share, random);
    else out.apply(change);
  }
  const torn = changes[cut];
  if (torn?.kind === 'write') {
    out.write(torn.position, torn.bytes.subarray(0, sectorCut(torn.position, torn.bytes, random)));
  }
  return out;
}

function applySectors(out: Content, change: Change, share: number, random: SeededRandom): void {
  if (change.kind === 'truncate') {
    if (random.next() < share) out.resize(change.size);
    return;
  }
  const { position, bytes } = change;
  const end = position + bytes.length;
  for (let at = position; at < end;) {
    const next = Math.min(end, at - (at % sectorBytes) + sectorBytes);
    if (random.next() < share) out.write(at, bytes.subarray(at - position, next - position));
    at = next;
  }
  if (out.size < end && random.next() < 0.5) out.resize(end);
}

/** How much of a write got through: some whole sectors. */
export function sectorCut(position: number, bytes: Uint8Array, random: SeededRandom): number {
  const end = position + random.int(bytes.length + 1);
  return Math.max(0, end - (end % sectorBytes) - position);
}
