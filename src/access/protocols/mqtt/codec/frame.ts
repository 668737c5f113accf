// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import { assert } from '#core';
import { reason } from '../table.ts';

const empty = Buffer.alloc(0);

const headBytesMax = 16;

/** A partial packet's buffer above this size is given back once the packet is through. */
const carryKeptBytesMax = 512;

/**
 * Cuts a byte stream into packets without copying those that lie whole in one chunk.
 *
 * `push(chunk)`, then `next()` until it returns false. After each true, `buffer[start, end)` is one whole packet, its
 * fixed header included, valid until the next call. `fault` other than 0 is final: a v5 reason code.
 * Memory held between chunks is at most twice the bytes received of the packet under way, and at most the limit.
 */
export class Framer {
  buffer: Buffer = empty;
  firstByte = 0;
  start = 0;
  end = 0;
  fault = 0;
  clause = '';
  /** The first bytes of what `fault` is about. */
  head: Buffer = empty;
  /** Byte of the packet that is wrong, with `fault`. */
  faultAt = 0;

  #bytesMax: number;
  #firstByteRequired: number;
  #chunk: Buffer = empty;
  #at = 0;
  #carry: Buffer = empty;
  #carried = 0;
  /** Whole length of the packet in `#carry`; 0 while its remaining length is not complete. */
  #needed = 0;

  /** `firstByteRequired`: the first packet must begin with it (0x10 on a server, [MQTT-3.1.0-1]). */
  constructor(packetBytesMax: number, firstByteRequired = 0) {
    this.#bytesMax = packetBytesMax;
    this.#firstByteRequired = firstByteRequired;
  }

  /** Sets the largest packet, fixed header included, taken from now on. */
  limitTo(packetBytesMax: number): void {
    this.#bytesMax = packetBytesMax;
  }

  /** Bytes that `next` has not looked at yet. */
  get pendingBytes(): number {
    return this.#chunk.length - this.#at;
  }

  /** Gives the next bytes; only after `next()` has returned false. */
  push(chunk: Buffer): void {
    assert(this.#at === this.#chunk.length || this.fault !== 0, 'push after next() returned false');
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** Whether a packet has begun and is not complete. */
  get partial(): boolean {
    return this.#carried > 0 && this.#carried !== this.#needed;
  }

  /** Copies what is left of the chunk, for a caller that stops in its middle and whose chunk memory is reused. */
  keep(): void {
    this.#chunk = Buffer.from(this.#chunk.subarray(this.#at));
    this.#at = 0;
  }

  /** Steps to the next whole packet; false when more bytes are needed or after a fault. */
  next(): boolean {
    if (this.fault !== 0) return false;
    if (this.#needed !== 0 && this.#carried === this.#needed) this.#dropCarry();
    const found = this.#carried > 0 ? this.#nextFromCarry() : this.#nextFromChunk();
    if (!found && this.#at === this.#chunk.length) this.#chunk = empty;
    if (!found && this.#chunk === empty) this.#at = 0;
    return found;
  }

  #nextFromChunk(): boolean {
    const chunk = this.#chunk;
    const from = this.#at;
    const available = chunk.length - from;
    if (available === 0) return false;
    const first = chunk[from]!;
    if (!this.#accepts(first)) return false;
    const needed = this.#packetLength(chunk, from, chunk.length);
    if (needed < 0) return false;
    if (needed === 0 || needed > available) {
      this.#append(needed, available);
      return false;
    }
    this.#at = from + needed;
    this.#yield(chunk, from, this.#at);
    return true;
  }

  #nextFromCarry(): boolean {
    while (this.#needed === 0) {
      if (this.#at === this.#chunk.length) return false;
      this.#append(0, 1);
      const needed = this.#packetLength(this.#carry, 0, this.#carried);
      if (needed < 0) return false;
      this.#needed = needed;
    }
    const missing = this.#needed - this.#carried;
    this.#append(this.#needed, Math.min(missing, this.#chunk.length - this.#at));
    if (this.#carried < this.#needed) return false;
    this.#yield(this.#carry, 0, this.#needed);
    return true;
  }

  #yield(buffer: Buffer, start: number, end: number): void {
    this.#firstByteRequired = 0;
    this.buffer = buffer;
    this.firstByte = buffer[start]!;
    this.start = start;
    this.end = end;
  }

  /** Whole packet length at `from`; 0 when the remaining length is not complete; -1 after a fault. */
  #packetLength(buffer: Buffer, from: number, until: number): number {
    let value = 0;
    let at = from + 1;
    for (let shift = 0; shift < 28; shift += 7) {
      if (at >= until) return 0;
      const byte = buffer[at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        const length = at - from + value;
        if (length <= this.#bytesMax) return length;
        return this.#fail(reason.packetTooLarge, '[MQTT-3.2.2-15]', 1);
      }
    }
    return this.#fail(reason.malformedPacket, '§ 1.5.5', 4);
  }

  /** Refuses at the first byte what could otherwise make us wait for a whole packet in vain. */
  #accepts(first: number): boolean {
    if (this.#firstByteRequired === 0 || first === this.#firstByteRequired) return true;
    this.#fail(reason.protocolError, '[MQTT-3.1.0-1]', 0);
    return false;
  }

  #fail(code: number, clause: string, at: number): -1 {
    this.fault = code;
    this.clause = clause;
    this.faultAt = at;
    const wrong =
      this.#carried > 0 ? this.#carry.subarray(0, this.#carried) : this.#chunk.subarray(this.#at);
    this.head = Buffer.from(wrong.subarray(0, headBytesMax));
    this.#carry = this.#chunk = this.buffer = empty;
    this.#at = this.#carried = this.start = this.end = 0;
    return -1;
  }

  /** Moves `count` bytes of the chunk behind the carried ones; room grows with what has come, not with what is declared. */
  #append(needed: number, count: number): void {
    this.#needed = needed;
    const length = this.#carried + count;
    if (length > this.#carry.length) {
      const roomy = Math.max(64, length * 2);
      const grown = Buffer.allocUnsafeSlow(needed === 0 ? roomy : Math.min(needed, roomy));
      grown.set(this.#carry.subarray(0, this.#carried));
      this.#carry = grown;
    }
    this.#chunk.copy(this.#carry, this.#carried, this.#at, this.#at + count);
    this.#carried = length;
    this.#at += count;
  }

  #dropCarry(): void {
    this.#carried = 0;
    this.#needed = 0;
    if (this.#carry.length > carryKeptBytesMax) this.#carry = empty;
  }
}
