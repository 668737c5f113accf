// SPDX-License-Identifier: Apache-2.0
import type { LogRecord, Offset } from '../../port.ts';
import { recordHeadBytes } from './format.ts';

interface Block {
  readonly first: Offset;
  readonly bytes: number;
  readonly records: readonly LogRecord[];
}

/** Small payloads are cut from shared memory (Node's pool): kept as they are, each would hold all of it. */
const sharedBytesMax = 4_096;

function standingAlone(record: LogRecord): LogRecord {
  const { payload } = record;
  if (payload.buffer.byteLength <= payload.length + sharedBytesMax) return record;
  return { ...record, payload: new Uint8Array(payload) };
}

/** A rough figure for what a record costs beside its payload. */
const recordOverheadBytes = 128;

/** The newest durable records, as they were appended, up to a bound. */
export class TailCache {
  readonly #bytesMax: number;
  readonly #blocks: (Block | undefined)[] = [];
  #oldest = 0;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Adds the records of one commit; they follow those of the last. */
  add(records: readonly LogRecord[], payloadBytes: number): void {
    const first = records[0]?.offset;
    if (first === undefined) return;
    const bytes = payloadBytes + records.length * recordOverheadBytes;
    this.#blocks.push({ first, bytes, records: records.map(standingAlone) });
    this.#bytes += bytes;
    while (this.#bytes > this.#bytesMax) {
      this.#bytes -= this.#blocks[this.#oldest]?.bytes ?? 0;
      this.#blocks[this.#oldest++] = undefined;
    }
    if (this.#oldest > 64 && this.#oldest * 2 > this.#blocks.length) {
      this.#blocks.splice(0, this.#oldest);
      this.#oldest = 0;
    }
  }

  /** Records from an offset up to about so many bytes, or undefined when it is older than the cache. */
  read(from: Offset, bytesMax: number): readonly LogRecord[] | undefined {
    let at = this.#blockOf(from);
    if (at === undefined) return undefined;
    const out: LogRecord[] = [];
    for (let bytes = 0; at < this.#blocks.length; at++) {
      const block = this.#blocks[at];
      if (!block) break;
      for (let i = Math.max(0, from - block.first); i < block.records.length; i++) {
        const record = block.records[i];
        if (!record) break;
        bytes += record.payload.length + recordHeadBytes;
        if (bytes > bytesMax && out.length > 0) return out;
        out.push(record);
      }
    }
    return out;
  }

  #blockOf(offset: Offset): number | undefined {
    let low = this.#oldest;
    let high = this.#blocks.length;
    if (low === high || offset < (this.#blocks[low]?.first ?? 0)) return undefined;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#blocks[middle]?.first ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}
