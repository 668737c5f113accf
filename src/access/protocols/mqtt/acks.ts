// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import { encodePacket, writePuback, writePubrec, type PacketWriter } from './codec.ts';

const pubrecBit = 1 << 24;

/**
 * Acknowledgements of one connection that wait for the log, in the order of the publishes, [MQTT-4.6.0-2].
 * A ring of numbers: nothing is allocated for a publish.
 */
export class AckRing {
  #packed = new Uint32Array(0);
  #generation = new Float64Array(0);
  #first = 0;
  #count = 0;
  /** Texts for the few acknowledgements that carry one. */
  #reasons: Map<number, string> | undefined;

  get count(): number {
    return this.#count;
  }

  /** Adds an acknowledgement that may leave when the generation is durable. */
  push(packetId: number, generation: number, qos: 1 | 2, code: number): void {
    if (this.#count === this.#packed.length) this.#grow();
    const at = (this.#first + this.#count) & (this.#packed.length - 1);
    this.#packed[at] = packetId | (code << 16) | (qos === 2 ? pubrecBit : 0);
    this.#generation[at] = generation;
    this.#count++;
  }

  /** Gives the acknowledgement of a packet a reason string, [MQTT-3.4.2-2]. */
  explain(packetId: number, text: string): void {
    (this.#reasons ??= new Map()).set(packetId, text);
  }

  /** Writes what has become durable with the generation; returns how many publishes have their final answer with it. */
  flush(generation: number, version: number, writer: PacketWriter, packetBytesMax: number): number {
    const mask = this.#packed.length - 1;
    let final = 0;
    while (this.#count > 0 && this.#generation[this.#first]! <= generation) {
      const packed = this.#packed[this.#first]!;
      this.#first = (this.#first + 1) & mask;
      this.#count--;
      const packetId = packed & 0xffff;
      // 3.1.1 has no reason codes: it is told that the publish was taken, and diagnosis tells the rest.
      const code = version === 5 ? (packed >> 16) & 0xff : 0;
      const isPubrec = packed >= pubrecBit;
      if (!isPubrec || code >= 0x80) final++;
      const reasonString = this.#reasons?.get(packetId);
      if (reasonString !== undefined && version === 5) {
        this.#reasons?.delete(packetId);
        const type = isPubrec ? 'pubrec' : 'puback';
        const properties = { reasonString };
        encodePacket(5, { type, packetId, reasonCode: code, properties }, writer, packetBytesMax);
      } else if (isPubrec) writePubrec(writer, packetId, code);
      else writePuback(writer, packetId, code);
    }
    return final;
  }

  #grow(): void {
    const size = Math.max(16, this.#packed.length * 2);
    const packed = new Uint32Array(size);
    const generation = new Float64Array(size);
    for (let i = 0; i < this.#count; i++) {
      const at = (this.#first + i) & (this.#packed.length - 1);
      packed[i] = this.#packed[at]!;
      generation[i] = this.#generation[at]!;
    }
    this.#packed = packed;
    this.#generation = generation;
    this.#first = 0;
  }
}
