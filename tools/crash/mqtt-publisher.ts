// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';
import type { SeededRandom } from '#core';
import type { PreparedThing } from '../support/api.ts';
import type { RunningServer } from '../support/server.ts';
import { textOf, type ThingJournal } from './journal.ts';
import type { Publisher } from './publisher.ts';

const window = 32;
const protocolVersion = 5;
const topic = 'things/me/properties';

/** A message that is not settled yet. `released`: PUBREC has come, PUBREL is what is repeated. */
interface Pending {
  readonly sequence: number;
  released: boolean;
}

/**
 * A device that publishes with QoS 1 or 2 and keeps its session over the server's crashes: what was not acknowledged it sends
 * again [MQTT-4.4.0-1], unless it starts clean, as some devices do; then nobody knows what became of those messages.
 */
export class MqttPublisher implements Publisher {
  readonly thing: PreparedThing;
  readonly journal: ThingJournal;
  readonly qos: 1 | 2;
  readonly #random: SeededRandom;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #packetId = 0;
  #hasSession = false;
  #publishing = false;
  sessionsLost = 0;
  refused = 0;

  constructor(thing: PreparedThing, journal: ThingJournal, qos: 1 | 2, random: SeededRandom) {
    this.thing = thing;
    this.journal = journal;
    this.qos = qos;
    this.#random = random;
  }

  get settled(): boolean {
    return this.#pending.size === 0;
  }

  start(server: RunningServer, mode: 'publish' | 'settle'): void {
    const forget = mode === 'publish' && this.#random.next() < 0.2;
    const clean = forget || !this.#hasSession;
    if (clean) {
      this.#pending.clear();
      this.#hasSession = false;
    }
    const parse = parser({ protocolVersion });
    const socket = connect({ ...server.mqtt, noDelay: true });
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk) => parse.parse(Buffer.from(chunk)));
    parse.on('packet', (packet: Packet) => this.#packet(packet, mode));
    parse.on('error', () => this.refused++);
    const { clientId, username, password } = this.thing;
    this.#write({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion,
      clean,
      clientId,
      username,
      password: Buffer.from(password),
      keepalive: 60,
      properties: { sessionExpiryInterval: 3_600 },
    });
  }

  stop(): void {
    this.#publishing = false;
    clearInterval(this.#timer);
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #write(packet: Packet): void {
    this.#socket?.write(generate(packet, { protocolVersion }));
  }

  #packet(packet: Packet, mode: 'publish' | 'settle'): void {
    if (packet.cmd === 'connack')
      this.#connected(packet.reasonCode ?? 0, packet.sessionPresent, mode);
    else if (packet.cmd === 'puback') this.#settle(packet.messageId, packet.reasonCode);
    else if (packet.cmd === 'pubrec') this.#release(packet.messageId, packet.reasonCode);
    else if (packet.cmd === 'pubcomp') this.#settle(packet.messageId, packet.reasonCode);
    else if (packet.cmd === 'disconnect') this.refused++;
  }

  #connected(reason: number, sessionPresent: boolean, mode: 'publish' | 'settle'): void {
    if (reason !== 0) {
      this.refused++;
      return;
    }
    if (this.#hasSession && !sessionPresent) this.sessionsLost++;
    this.#hasSession = true;
    for (const [messageId, pending] of this.#pending) {
      if (pending.released && sessionPresent) this.#write({ cmd: 'pubrel', messageId });
      else if (pending.released) this.#pending.delete(messageId);
      else this.#publish(messageId, pending.sequence, sessionPresent);
    }
    if (mode === 'settle') return;
    this.#publishing = true;
    this.#timer = setInterval(() => this.#fill(), 5);
    this.#fill();
  }

  #fill(): void {
    while (this.#publishing && this.#pending.size < window) {
      const reading = this.journal.send(Date.now());
      if (reading === undefined) return;
      this.#packetId = (this.#packetId % 65_535) + 1;
      this.#pending.set(this.#packetId, { sequence: reading.sequence, released: false });
      this.#publish(this.#packetId, reading.sequence, false);
    }
  }

  #publish(messageId: number, sequence: number, dup: boolean): void {
    const time = new Date(this.journal.timeOf(sequence)).toISOString();
    const payload = JSON.stringify({ time, values: { n: sequence, s: textOf(sequence) } });
    this.#write({ cmd: 'publish', topic, payload, qos: this.qos, messageId, dup, retain: false });
  }

  #release(messageId: number | undefined, reason = 0): void {
    const pending = messageId === undefined ? undefined : this.#pending.get(messageId);
    if (messageId === undefined || pending === undefined) return;
    if (reason >= 0x80) {
      this.refused++;
      this.#pending.delete(messageId);
      return;
    }
    pending.released = true;
    this.#write({ cmd: 'pubrel', messageId });
  }

  #settle(messageId: number | undefined, reason = 0): void {
    const pending = messageId === undefined ? undefined : this.#pending.get(messageId);
    if (messageId === undefined || pending === undefined) return;
    this.#pending.delete(messageId);
    if (reason < 0x80) this.journal.acknowledge(pending.sequence);
    else this.refused++;
    this.#fill();
  }
}
