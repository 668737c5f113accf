// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';

/** Appends numbers and texts to a growing buffer; for records and snapshots. */
export class ByteWriter {
  #buffer: Buffer;
  #size = 0;

  constructor(capacity = 256) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get size(): number {
    return this.#size;
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#buffer[this.#size++] = value;
    return this;
  }

  u16(value: number): this {
    this.#reserve(2);
    this.#size = this.#buffer.writeUInt16LE(value, this.#size);
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#size = this.#buffer.writeUInt32LE(value, this.#size);
    return this;
  }

  /** Any number: times, offsets, ids up to 2^53. */
  f64(value: number): this {
    this.#reserve(8);
    this.#size = this.#buffer.writeDoubleLE(value, this.#size);
    return this;
  }

  text(value: string): this {
    const bytes = Buffer.byteLength(value);
    this.u32(bytes);
    this.#reserve(bytes);
    this.#size += this.#buffer.write(value, this.#size);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#size);
    this.#size += value.length;
    return this;
  }

  /** What was written; the writer is not used after this. */
  done(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  #reserve(bytes: number): void {
    const needed = this.#size + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#size));
    this.#buffer = larger;
  }
}

/** Reads what a `ByteWriter` wrote; anything else throws a `mqtt.bad-record` fault. Buffers it gives out are views. */
export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get atEnd(): boolean {
    return this.#at === this.#buffer.length;
  }

  u8(): number {
    return this.#buffer.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#buffer.readUInt16LE(this.#take(2));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.#take(4));
  }

  f64(): number {
    return this.#buffer.readDoubleLE(this.#take(8));
  }

  text(): string {
    const bytes = this.u32();
    const at = this.#take(bytes);
    return this.#buffer.toString('utf8', at, at + bytes);
  }

  bytes(): Buffer {
    const size = this.u32();
    const at = this.#take(size);
    return this.#buffer.subarray(at, at + size);
  }

  /** A reader over the next length-prefixed bytes. */
  nested(): ByteReader {
    return new ByteReader(this.bytes());
  }

  fail(): never {
    throw new FaultError(fault('mqtt.bad-record', `byte ${this.#at}`));
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#buffer.length) this.fail();
    this.#at = at + bytes;
    return at;
  }
}
