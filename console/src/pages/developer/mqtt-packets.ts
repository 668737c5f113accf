// SPDX-License-Identifier: Apache-2.0
// The packets of MQTT 3.1.1 and 5.0 that a test client needs; QoS 0 and 1.

export type MqttVersion = 4 | 5;

export interface ConnectOptions {
  readonly version: MqttVersion;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly keepAliveSeconds: number;
}

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** What a server sends. `reason` is its text, where it gives one. */
export type Received =
  | { readonly kind: 'connack'; readonly code: number; readonly reason: string }
  | { readonly kind: 'suback'; readonly id: number; readonly code: number; readonly reason: string }
  | { readonly kind: 'puback'; readonly id: number; readonly code: number; readonly reason: string }
  | ({ readonly kind: 'publish'; readonly id: number } & Message)
  | { readonly kind: 'pingresp' }
  | { readonly kind: 'disconnect'; readonly code: number; readonly reason: string };

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const packetBytesMax = 4_194_304;

class Writer {
  readonly #bytes: number[] = [];

  byte(value: number): this {
    this.#bytes.push(value);
    return this;
  }

  two(value: number): this {
    return this.byte(value >> 8).byte(value & 0xff);
  }

  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  /** A string or binary data: two bytes of length before it, § 1.5. */
  data(value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    return this.two(bytes.length).raw(bytes);
  }

  /** Without properties; 3.1.1 has none. */
  noProperties(version: MqttVersion): this {
    return version === 5 ? this.byte(0) : this;
  }

  packet(first: number): Uint8Array<ArrayBuffer> {
    const head = [first];
    let left = this.#bytes.length;
    do {
      const more = left > 127 ? 0x80 : 0;
      head.push((left & 0x7f) | more);
      left >>= 7;
    } while (left > 0);
    return Uint8Array.from([...head, ...this.#bytes]);
  }
}

export type Packet = Uint8Array<ArrayBuffer>;

export function connectPacket(options: ConnectOptions): Packet {
  const { version, clientId, username, password, keepAliveSeconds } = options;
  const named = username !== '' || password !== '';
  // Clean start; a password needs a user name beside it in 3.1.1, § 3.1.2.9.
  const flags = 0x02 | (named ? 0x80 : 0) | (password === '' ? 0 : 0x40);
  const writer = new Writer().data('MQTT').byte(version).byte(flags).two(keepAliveSeconds);
  writer.noProperties(version).data(clientId);
  if (named) writer.data(username);
  if (password !== '') writer.data(password);
  return writer.packet(0x10);
}

export function subscribePacket(
  version: MqttVersion,
  id: number,
  { filter, qos }: { readonly filter: string; readonly qos: 0 | 1 },
): Packet {
  return new Writer().two(id).noProperties(version).data(filter).byte(qos).packet(0x82);
}

export function publishPacket(version: MqttVersion, id: number, message: Message): Packet {
  const { topic, payload, qos, retain } = message;
  const writer = new Writer().data(topic);
  if (qos === 1) writer.two(id);
  return writer
    .noProperties(version)
    .raw(payload)
    .packet(0x30 | (qos << 1) | (retain ? 1 : 0));
}

export function pubackPacket(id: number): Packet {
  return new Writer().two(id).packet(0x40);
}

export const pingPacket: Packet = Uint8Array.from([0xc0, 0]);
export const disconnectPacket: Packet = Uint8Array.from([0xe0, 0]);

/** Cuts what comes in into packets. Throws on bytes that are none. */
export class PacketReader {
  #rest = new Uint8Array(0);
  readonly #version: MqttVersion;

  constructor(version: MqttVersion) {
    this.#version = version;
  }

  push(bytes: Uint8Array): Received[] {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const found: Received[] = [];
    let at = 0;
    for (;;) {
      const head = lengthAt(all, at + 1);
      if (head === undefined || head.next + head.length > all.length) break;
      const body = new Reader(all.subarray(head.next, head.next + head.length));
      const packet = parsed(all[at] ?? 0, body, this.#version);
      if (packet !== undefined) found.push(packet);
      at = head.next + head.length;
    }
    this.#rest = all.slice(at);
    return found;
  }
}

/** The remaining length, § 2.2.3; undefined until all of it is there. */
function lengthAt(bytes: Uint8Array, from: number): { length: number; next: number } | undefined {
  let length = 0;
  for (let count = 0; count < 4; count++) {
    const byte = bytes[from + count];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 128 ** count;
    if (length > packetBytesMax) throw new Error('the packet is too long');
    if (byte < 0x80) return { length, next: from + count + 1 };
  }
  throw new Error('the remaining length is malformed');
}

function parsed(first: number, body: Reader, version: MqttVersion): Received | undefined {
  const isNew = version === 5;
  switch (first >> 4) {
    case 2: {
      body.byte();
      const code = body.byte();
      return { kind: 'connack', code, reason: isNew ? body.reason() : '' };
    }
    case 3: {
      const topic = body.text();
      const qos = (first >> 1) & 3;
      const id = qos === 0 ? 0 : body.two();
      if (isNew) body.reason();
      const retain = (first & 1) === 1;
      return { kind: 'publish', id, topic, payload: body.rest(), qos: qos === 0 ? 0 : 1, retain };
    }
    case 4: {
      const id = body.two();
      const code = body.left === 0 ? 0 : body.byte();
      return { kind: 'puback', id, code, reason: body.left === 0 ? '' : body.reason() };
    }
    case 9: {
      const id = body.two();
      const reason = isNew ? body.reason() : '';
      return { kind: 'suback', id, code: body.byte(), reason };
    }
    case 13:
      return { kind: 'pingresp' };
    case 14: {
      const code = body.left === 0 ? 0 : body.byte();
      return { kind: 'disconnect', code, reason: body.left === 0 ? '' : body.reason() };
    }
    default:
      return undefined;
  }
}

/** How properties are written, § 2.2.2.2; those that are not here are strings. */
const sizes: Readonly<Record<number, number>> = {
  ...{ 0x01: 1, 0x17: 1, 0x19: 1, 0x24: 1, 0x25: 1, 0x28: 1, 0x29: 1, 0x2a: 1 },
  ...{ 0x13: 2, 0x21: 2, 0x22: 2, 0x23: 2, 0x02: 4, 0x11: 4, 0x18: 4, 0x27: 4 },
};
const reasonString = 0x1f;
const userProperty = 0x26;
const subscriptionId = 0x0b;

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error('the packet ends too early');
    return byte;
  }

  two(): number {
    return this.byte() * 256 + this.byte();
  }

  text(): string {
    const length = this.two();
    if (length > this.left) throw new Error('the packet ends too early');
    const from = this.#at;
    this.#at += length;
    return decoder.decode(this.#bytes.subarray(from, this.#at));
  }

  rest(): Uint8Array {
    return this.#bytes.slice(this.#at);
  }

  /** Reads the properties; the reason string, or nothing. */
  reason(): string {
    const head = lengthAt(this.#bytes, this.#at);
    if (head === undefined) throw new Error('the packet ends too early');
    this.#at = head.next;
    const end = head.next + head.length;
    let reason = '';
    while (this.#at < end) {
      const name = this.byte();
      if (name === reasonString) reason = this.text();
      else this.#skip(name);
    }
    return reason;
  }

  #skip(name: number): void {
    const size = sizes[name];
    if (size !== undefined) this.#at += size;
    else if (name === subscriptionId) while (this.byte() >= 0x80);
    else this.text();
    if (name === userProperty) this.text();
  }
}
