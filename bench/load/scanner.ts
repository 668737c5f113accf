// SPDX-License-Identifier: Apache-2.0

/** Packets that a publishing client gets, by the high half of their first byte. */
export const PacketType = {
  connack: 2,
  puback: 4,
  pubrec: 5,
  pubcomp: 7,
  pingresp: 13,
  disconnect: 14,
} as const;

export interface PacketSink {
  /** `word` is the first two bytes of the body (a packet identifier, or CONNACK flags and code), `reason` the third (0 when absent). */
  packet(type: number, word: number, reason: number): void;
}

/**
 * Finds packet boundaries in what a server sends to a publisher, over chunk borders. Plain PUBACKs, all but
 * a few of the bytes, are counted without a call.
 */
export class Scanner {
  /** PUBACKs of success, since the beginning. */
  acknowledged = 0;
  readonly #sink: PacketSink;
  #first = 0;
  #length = 0;
  #shift = 0;
  #body = -1;
  #word = 0;
  #reason = 0;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  scan(chunk: Uint8Array, size: number): void {
    let at = 0;
    let plain = 0;
    while (at < size) {
      if (this.#first === 0) {
        while (at + 4 <= size && chunk[at] === 0x40 && chunk[at + 1] === 2) {
          plain++;
          at += 4;
        }
        if (at < size) this.#begin(chunk[at++]!);
      } else if (this.#body < 0) {
        this.#lengthByte(chunk[at++]!);
      } else {
        at += this.#bodyBytes(chunk, at, size);
      }
    }
    this.acknowledged += plain;
  }

  #begin(first: number): void {
    this.#first = first;
    this.#length = 0;
    this.#shift = 0;
    this.#body = -1;
    this.#word = 0;
    this.#reason = 0;
  }

  #lengthByte(byte: number): void {
    this.#length |= (byte & 0x7f) << this.#shift;
    this.#shift += 7;
    if ((byte & 0x80) !== 0) return;
    this.#body = 0;
    if (this.#length === 0) this.#end();
  }

  /** Takes what belongs to the body and says how many bytes that was. */
  #bodyBytes(chunk: Uint8Array, at: number, size: number): number {
    const take = Math.min(size - at, this.#length - this.#body);
    for (let i = 0; i < take && this.#body + i < 3; i++) {
      const byte = chunk[at + i]!;
      if (this.#body + i < 2) this.#word = (this.#word << 8) | byte;
      else this.#reason = byte;
    }
    this.#body += take;
    if (this.#body === this.#length) this.#end();
    return take;
  }

  #end(): void {
    const type = this.#first >> 4;
    this.#first = 0;
    if (type === PacketType.puback && this.#reason < 0x80) this.acknowledged++;
    else this.#sink.packet(type, this.#word, this.#reason);
  }
}
