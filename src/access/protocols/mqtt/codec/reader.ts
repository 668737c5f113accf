// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { ProtocolVersion } from '../packets.ts';
import { reason } from '../table.ts';
import { textFaultAt } from './text.ts';

/**
 * Reads the fields of one packet. The first fault sticks: it moves the cursor to the end and every later read answers
 * 0 or empty, so a caller need only look at `fault` where it would loop or return.
 */
export class Reader {
  readonly buffer: Buffer;
  readonly start: number;
  at: number;
  end: number;
  fault = 0;
  clause = '';
  faultAt = 0;
  /** User properties read so far, and the bytes of their names and values. */
  userProperties = 0;
  userPropertyBytes = 0;
  /** Set with a fault: see `Malformed`. */
  version: ProtocolVersion | undefined = undefined;
  final: boolean | undefined = undefined;

  constructor(buffer: Buffer, start: number, end: number) {
    this.buffer = buffer;
    this.start = start;
    this.at = start;
    this.end = end;
  }

  /** Records what is wrong, at the cursor unless told otherwise. */
  fail(code: number, clause: string, at = this.at): undefined {
    if (this.fault !== 0) return undefined;
    this.fault = code;
    this.clause = clause;
    this.faultAt = at - this.start;
    this.at = this.end;
    return undefined;
  }

  byte(): number {
    if (!this.#has(1)) return 0;
    return this.buffer[this.at++]!;
  }

  uint16(): number {
    if (!this.#has(2)) return 0;
    const value = (this.buffer[this.at]! << 8) | this.buffer[this.at + 1]!;
    this.at += 2;
    return value;
  }

  /** The next two bytes, not consumed; the caller has made sure that they are there. */
  peekUint16(): number {
    return this.buffer.readUInt16BE(this.at);
  }

  uint32(): number {
    if (!this.#has(4)) return 0;
    const value = this.buffer.readUInt32BE(this.at);
    this.at += 4;
    return value;
  }

  /** Variable Byte Integer, § 1.5.5; `minimal` asks for the shortest form [MQTT-1.5.5-1]. */
  varint(minimal = true): number {
    const from = this.at;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      if (this.fault !== 0) return 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (!minimal || byte !== 0 || shift === 0) return value;
        break;
      }
    }
    this.fail(reason.malformedPacket, '[MQTT-1.5.5-1]', from);
    return 0;
  }

  /** UTF-8 Encoded String, § 1.5.4, checked. */
  text(): string {
    const length = this.uint16();
    if (!this.#has(length)) return '';
    const from = this.at;
    const wrong = textFaultAt(this.buffer, from, from + length);
    if (wrong >= 0) {
      this.fail(reason.malformedPacket, '[MQTT-1.5.4-1]', wrong);
      return '';
    }
    this.at = from + length;
    return this.buffer.toString('utf8', from, this.at);
  }

  /** Binary Data, § 1.5.6, copied: the caller owns it. */
  binary(): Buffer {
    return this.bytes(this.uint16());
  }

  /** The next bytes, copied: the caller owns them. */
  bytes(length: number): Buffer {
    if (!this.#has(length)) return Buffer.alloc(0);
    const from = this.at;
    this.at = from + length;
    return Buffer.from(this.buffer.subarray(from, this.at));
  }

  packetId(clause: string): number {
    const from = this.at;
    const id = this.uint16();
    if (id === 0 && this.fault === 0) this.fail(reason.protocolError, clause, from);
    return id;
  }

  #has(count: number): boolean {
    if (this.at + count <= this.end) return this.fault === 0;
    this.fail(reason.malformedPacket, '§ 1.2');
    return false;
  }
}
