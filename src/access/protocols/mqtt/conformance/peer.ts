// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { limitsOf } from '#core';
import {
  Framer,
  PacketWriter,
  codecLimits,
  decodePacket,
  encodePacket,
  isMalformed,
} from '../codec.ts';
import type {
  ConnackPacket,
  ConnectPacket,
  Packet,
  Properties,
  ProtocolVersion,
  PublishPacket,
  QoS,
  SubscriptionOptions,
  Will,
} from '../packets.ts';
import type { Target } from './target.ts';
import { Wire, patienceMs } from './wire.ts';

const limits = codecLimits(
  limitsOf({ 'mqtt.topicBytesMax': 65_535, 'mqtt.topicLevelsMax': 128 }),
  'server',
);

type PacketOf<Type extends Packet['type']> = Packet & { readonly type: Type };

/** What a case says about its CONNECT; the rest has defaults. */
export interface ConnectOptions {
  readonly clientId?: string;
  readonly cleanStart?: boolean;
  readonly keepAliveSeconds?: number;
  readonly will?: Partial<Will> & { readonly topic: string };
  readonly username?: string;
  readonly password?: Buffer;
  readonly properties?: Properties;
  /** The session outlives the connection: cleanStart false, and an expiry in v5. */
  readonly lasting?: boolean;
}

export interface PublishOptions {
  readonly qos?: QoS;
  readonly retain?: boolean;
  readonly dup?: boolean;
  readonly packetId?: number;
  readonly properties?: Properties;
}

/** A client whose every packet a case writes and reads itself; nothing is answered on its own. */
export class Peer {
  readonly version: ProtocolVersion;
  readonly wire: Wire;
  readonly #framer = new Framer(1_048_576);
  #more = false;

  private constructor(wire: Wire, version: ProtocolVersion) {
    this.wire = wire;
    this.version = version;
  }

  /** A connection without a CONNECT. */
  static async open(target: Target, version: ProtocolVersion): Promise<Peer> {
    return new Peer(await Wire.open(target), version);
  }

  hex(bytes: string): void {
    this.wire.send(Buffer.from(bytes.replace(/\s+/g, ''), 'hex'));
  }

  send(...packets: readonly Packet[]): void {
    const writer = new PacketWriter();
    for (const packet of packets) encodePacket(this.version, packet, writer);
    this.wire.send(writer.take());
  }

  /** Sends CONNECT and returns the CONNACK, whatever it says. */
  async connect(options: ConnectOptions = {}): Promise<ConnackPacket> {
    this.send(this.#connectPacket(options));
    return this.next('connack');
  }

  #connectPacket(options: ConnectOptions): ConnectPacket {
    const { clientId = '', lasting = false, keepAliveSeconds = 60, username, password } = options;
    const { cleanStart = !lasting, will } = options;
    const expiry: Properties = lasting ? { sessionExpiryInterval: 600 } : {};
    return {
      type: 'connect',
      version: this.version,
      cleanStart,
      keepAliveSeconds,
      clientId,
      username,
      password,
      will: will && { payload: Buffer.from('will'), qos: 0, retain: false, ...will },
      properties: this.version === 5 ? { ...expiry, ...options.properties } : undefined,
    };
  }

  /** The next packet, which must be of a type. */
  async next<Type extends Packet['type']>(type: Type, ms = patienceMs): Promise<PacketOf<Type>> {
    const packet = await this.any(ms);
    assert.ok(packet !== undefined, `no ${type} came${this.wire.ended ? ': closed' : ''}`);
    assert.ok(isOf(packet, type), `${shown(packet)} came in place of ${type}`);
    return packet;
  }

  /** The next packet; undefined when none comes. */
  async any(ms = patienceMs): Promise<Packet | undefined> {
    const framer = this.#framer;
    while (!this.#more || !framer.next()) {
      this.#more = false;
      assert.equal(framer.fault, 0, 'the server sent what is no packet');
      if (!(await this.wire.until(() => this.wire.pending.length > 0, ms))) return undefined;
      framer.push(Buffer.from(this.wire.take(this.wire.pending.length)));
      this.#more = true;
    }
    const { buffer, start, end } = framer;
    const packet = decodePacket(this.version, buffer, start, end, limits);
    assert.ok(!isMalformed(packet), `the server sent ${buffer.toString('hex', start, end)}`);
    return packet;
  }

  /** The next PUBLISH, with this payload. */
  async message(payload: string, ms = patienceMs): Promise<PublishPacket> {
    const packet = await this.next('publish', ms);
    assert.equal(packet.payload.toString(), payload, `${packet.topic} came`);
    return packet;
  }

  /** The server must close. Returns the reason code of the DISCONNECT or CONNACK before, if any. */
  async closed(ms = patienceMs): Promise<number | undefined> {
    let reason: number | undefined;
    const until = AbortSignal.timeout(ms);
    for (;;) {
      const packet = await this.any(ms);
      if (packet === undefined) break;
      assert.ok(!until.aborted, 'still connected');
      if (packet.type === 'disconnect' || packet.type === 'connack') reason = packet.reasonCode;
      // [MQTT-3.14.2-2]
      if (packet.type === 'disconnect') {
        assert.equal(packet.properties?.sessionExpiryInterval, undefined);
      }
    }
    assert.ok(this.wire.ended, 'still connected');
    return reason;
  }

  /** Closed for a Malformed Packet or Protocol Error [MQTT-4.13.1-1]; v5 may name it. */
  async refused(): Promise<void> {
    const reason = await this.closed();
    if (reason !== undefined) assert.ok(reason >= 0x80, `refused with ${reason}`);
    if (this.version === 4) assert.equal(reason, undefined, 'DISCONNECT of 3.1.1 is a client’s');
  }

  /** Nothing but PINGRESP comes for PINGREQ. */
  async alive(): Promise<void> {
    this.send({ type: 'pingreq' });
    await this.next('pingresp');
  }

  /** Subscribes and returns the codes of the SUBACK. */
  async subscribe(
    filter: string | readonly string[],
    options: Partial<SubscriptionOptions> & { readonly identifier?: number } = {},
  ): Promise<readonly number[]> {
    const { identifier, qos = 0, noLocal = false } = options;
    const { retainAsPublished = false, retainHandling = 0 } = options;
    const filters = typeof filter === 'string' ? [filter] : filter;
    this.send({
      type: 'subscribe',
      packetId: 99,
      subscriptions: filters.map((each) => ({
        filter: each,
        qos,
        noLocal,
        retainAsPublished,
        retainHandling,
      })),
      properties: identifier === undefined ? undefined : { subscriptionIdentifiers: [identifier] },
    });
    const ack = await this.next('suback');
    assert.equal(ack.packetId, 99);
    return ack.reasonCodes;
  }

  async unsubscribe(...filters: readonly string[]): Promise<readonly number[]> {
    this.send({ type: 'unsubscribe', packetId: 98, filters });
    const ack = await this.next('unsuback');
    assert.equal(ack.packetId, 98);
    return ack.reasonCodes;
  }

  /** Sends a PUBLISH and does not wait. */
  publish(topic: string, payload: string, options: PublishOptions = {}): void {
    const { qos = 0, retain = false, dup = false, packetId = 1, properties } = options;
    const id = qos === 0 ? 0 : packetId;
    const bytes = Buffer.from(payload);
    this.send({
      type: 'publish',
      topic,
      payload: bytes,
      qos,
      retain,
      dup,
      packetId: id,
      properties,
    });
  }

  /** Publishes and completes the handshake of the QoS; 1 unless told otherwise. */
  async deliver(topic: string, payload: string, options: PublishOptions = {}): Promise<void> {
    const { qos = 1, packetId = 1 } = options;
    this.publish(topic, payload, { ...options, qos });
    if (qos === 1) assert.equal((await this.next('puback')).packetId, packetId);
    if (qos !== 2) return;
    assert.equal((await this.next('pubrec')).packetId, packetId);
    this.ack('pubrel', packetId);
    assert.equal((await this.next('pubcomp')).packetId, packetId);
  }

  ack(type: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp', packetId: number, reasonCode = 0): void {
    this.send({ type, packetId, reasonCode });
  }

  disconnect(reasonCode = 0, properties?: Properties): void {
    this.send({ type: 'disconnect', reasonCode, properties });
  }

  /** An orderly end, complete when the server has closed. */
  async leave(): Promise<void> {
    this.disconnect();
    assert.ok(await this.wire.closed(), 'the server keeps the connection after DISCONNECT');
  }

  [Symbol.dispose](): void {
    this.wire[Symbol.dispose]();
  }
}

function isOf<Type extends Packet['type']>(packet: Packet, type: Type): packet is PacketOf<Type> {
  return packet.type === type;
}

function shown(packet: Packet): string {
  return JSON.stringify(packet);
}
