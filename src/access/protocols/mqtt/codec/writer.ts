// SPDX-License-Identifier: Apache-2.0

const empty = Buffer.alloc(0);

/** Growing output of one connection; holds no memory until it is used. */
export class PacketWriter {
  /** Where offsets of `reserve` point into, until the next `reserve`. */
  buffer: Buffer = empty;
  readonly #slabBytes: number;
  #start = 0;
  #end = 0;

  constructor(slabBytes = 4_096) {
    this.#slabBytes = slabBytes;
  }

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Makes room for `bytes` more and returns their offset in `buffer`; the offset holds until the next call. */
  reserve(bytes: number): number {
    if (this.#end + bytes > this.buffer.length) this.#grow(bytes);
    const at = this.#end;
    this.#end = at + bytes;
    return at;
  }

  /** All bytes since the last take; they are not overwritten, the socket may hold them as long as it likes. */
  take(): Buffer {
    const taken = this.buffer.subarray(this.#start, this.#end);
    this.#start = this.#end;
    // A nearly full slab is left to the taker: keeping it would pin it for the sake of a few bytes.
    if (this.buffer.length - this.#end < 64) {
      this.buffer = empty;
      this.#start = this.#end = 0;
    }
    return taken;
  }

  #grow(bytes: number): void {
    const pending = this.length;
    const needed = pending + bytes;
    const size = Math.max(this.#slabBytes, pending === 0 ? needed : needed * 2);
    const slab = Buffer.allocUnsafeSlow(size);
    if (pending > 0) slab.set(this.buffer.subarray(this.#start, this.#end));
    this.buffer = slab;
    this.#start = 0;
    this.#end = pending;
  }
}
