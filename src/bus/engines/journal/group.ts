// SPDX-License-Identifier: Apache-2.0
import { crc32 } from 'node:zlib';
import type { TimeMs } from '#core';
import type { LogEntry, LogRecord, Offset } from '../../port.ts';
import * as format from './format.ts';
import type { Segment } from './segment.ts';

const stagingBytes = 262_144;
/** From this size on a payload is written from where it lies; below it a copy is cheaper than a vector entry. */
const inPlaceBytesMin = 16_384;

/**
 * Memory in which units take their on-disk form. A chunk is used up before the next one is taken and never
 * reused: the tail cache hands out views of it.
 */
export class Staging {
  #chunk: Buffer = Buffer.allocUnsafeSlow(stagingBytes);
  #pieceStart = 0;
  #used = 0;

  /** Room for so many bytes in one piece; what was written into an exhausted chunk goes to `buffers`. */
  reserve(bytes: number, buffers: Uint8Array[]): Buffer {
    if (this.#used + bytes > this.#chunk.length) {
      this.flush(buffers);
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(bytes, stagingBytes));
      this.#pieceStart = 0;
      this.#used = 0;
    }
    return this.#chunk;
  }

  get used(): number {
    return this.#used;
  }

  advance(bytes: number): void {
    this.#used += bytes;
  }

  /** Leaves bytes out that are only there for alignment; the current piece must have been ended. */
  skip(bytes: number): void {
    this.#used += bytes;
    this.#pieceStart = this.#used;
  }

  /** Ends the current piece, so that something else can follow it in `buffers`. */
  flush(buffers: Uint8Array[]): void {
    if (this.#used === this.#pieceStart) return;
    buffers.push(this.#chunk.subarray(this.#pieceStart, this.#used));
    this.#pieceStart = this.#used;
  }
}

interface Waiting {
  readonly first: Offset;
  readonly resolve: (first: Offset) => void;
  readonly reject: (reason: Error) => void;
}

/** Units that go to disk together: one write, one sync. All lie in one segment. */
export class Group {
  readonly segment: Segment;
  readonly position: number;
  readonly first: Offset;
  readonly buffers: Uint8Array[] = [];
  readonly records: LogRecord[] = [];
  bytes = 0;
  payloadBytes = 0;
  time: TimeMs = 0;
  readonly #staging: Staging;
  readonly #waiting: Waiting[] = [];
  #sealed = false;

  constructor(segment: Segment, position: number, first: Offset, staging: Staging) {
    this.segment = segment;
    this.position = position;
    this.first = first;
    this.#staging = staging;
  }

  get end(): number {
    return this.position + this.bytes;
  }

  get next(): Offset {
    return this.first + this.records.length;
  }

  /** Adds a unit in its on-disk form; `bytes` is its `unitBytes`. Resolves as the group does. */
  add(entries: readonly LogEntry[], bytes: number, time: TimeMs): Promise<Offset> {
    const first = this.next;
    const seed = format.unitSeed(this.segment.salt, this.end);
    const out = this.#staging.reserve(stagedBytes(entries), this.buffers);
    const headAt = this.#staging.used;
    this.#staging.advance(format.unitHeadBytes);
    const bodyCrc = this.#addBody(entries, out, seed, time);
    const bodyBytes = bytes - format.unitHeadBytes;
    const head = { bodyBytes, first, time, durable: this.first, count: entries.length, bodyCrc };
    format.writeUnitHead(out, headAt, head, seed);
    this.bytes += bytes;
    this.time = time;
    return new Promise((resolve, reject) => this.#waiting.push({ first, resolve, reject }));
  }

  /** Nothing more is added: what is staged goes to `buffers`, and the staging is free for the next group. */
  seal(): void {
    if (this.#sealed) return;
    this.#sealed = true;
    this.#staging.flush(this.buffers);
  }

  resolve(): void {
    for (const unit of this.#waiting) unit.resolve(unit.first);
  }

  reject(reason: Error): void {
    for (const unit of this.#waiting) unit.reject(reason);
  }

  #addBody(entries: readonly LogEntry[], out: Buffer, seed: number, time: TimeMs): number {
    const staging = this.#staging;
    let crc = seed;
    let checked = staging.used;
    for (const { kind, payload } of entries) {
      const offset = this.next;
      const at = staging.used;
      out.writeUInt32LE(payload.length, at);
      out.writeUInt32LE(kind, at + 4);
      staging.advance(format.recordHeadBytes);
      const padding = -payload.length & 7;
      let stored = payload;
      if (staysInPlace(payload)) {
        crc = crc32(payload, crc32(out.subarray(checked, staging.used), crc));
        staging.flush(this.buffers);
        this.buffers.push(payload);
        staging.skip(-padding & 7);
        checked = staging.used;
      } else {
        out.set(payload, staging.used);
        stored = out.subarray(staging.used, staging.used + payload.length);
        staging.advance(payload.length);
      }
      out.fill(format.paddingByte, staging.used, staging.used + padding);
      staging.advance(padding);
      this.payloadBytes += payload.length;
      this.records.push({ offset, time, kind, payload: stored });
    }
    return crc32(out.subarray(checked, staging.used), crc);
  }
}

/** Bytes of a unit on disk. */
export function unitBytes(entries: readonly LogEntry[]): number {
  let bytes = format.unitHeadBytes;
  for (const { payload } of entries) {
    bytes += format.recordHeadBytes + format.paddedBytes(payload.length);
  }
  return bytes;
}

function stagedBytes(entries: readonly LogEntry[]): number {
  let bytes = format.unitHeadBytes;
  for (const { payload } of entries) {
    const body = staysInPlace(payload) ? 8 : format.paddedBytes(payload.length);
    bytes += format.recordHeadBytes + body;
  }
  return bytes;
}

/** Readers map payloads as typed arrays, so that one in place must be aligned; and it must not keep much else alive. */
function staysInPlace(payload: Uint8Array): boolean {
  return (
    payload.length >= inPlaceBytesMin &&
    payload.byteOffset % 8 === 0 &&
    payload.buffer.byteLength <= 2 * payload.length
  );
}
