// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from 'node:net';
import { Seconds, limitsOf } from '#core';
import type { Clock, Timer } from '#runtime';
import {
  Framer,
  PacketWriter,
  codecLimits,
  decodePacket,
  encodePacket,
  isMalformed,
} from './codec.ts';
import type { Packet } from './packets.ts';
import { returnCodeTable } from './table.ts';

/** Who a simulated device is and where it connects to. */
export interface DeviceOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly clock: Clock;
  /** Input of an action; what it returns goes back as its output, what it throws as its error. */
  readonly onAction?: (name: string, input: unknown) => unknown;
  /** Values that properties should have; the device reports what it took by publishing it. */
  readonly onDesired?: (values: Readonly<Record<string, unknown>>) => void;
  /** The connection has ended, for whatever reason but `stop`. */
  readonly onLost?: (reason: Error) => void;
}

const keepAliveSeconds = 60;
/** Apart from the identifiers of publishes. */
const subscribeId = 65_535;
const packetBytesMax = 1_048_576;
const limits = codecLimits(limitsOf(), 'server');
const actionTopic = /^things\/me\/actions\/([^/]+)$/;
const desiredTopic = 'things/me/desired';
/** [MQTT-3.2.2.3] Bad user name or password, not authorized. */
const unauthorisedCodes = [4, 5];

/** The server's refusal of a connection. */
export class ConnectionRefused extends Error {
  readonly unauthorised: boolean;

  constructor(code: number) {
    super(returnCodeTable.find((row) => row.code === code)?.text ?? `return code ${code}`);
    this.unauthorised = unauthorisedCodes.includes(code);
  }
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** A device that speaks MQTT 3.1.1 over a real connection: publishes with QoS 1, takes actions. */
export class SimulatedDevice {
  readonly #options: DeviceOptions;
  readonly #framer = new Framer(packetBytesMax);
  readonly #writer = new PacketWriter();
  readonly #unacknowledged = new Map<number, Waiting>();
  #socket: Socket | undefined;
  #connected: Waiting | undefined;
  #ping: Timer | undefined;
  #packetId = 0;

  constructor(options: DeviceOptions) {
    this.#options = options;
  }

  /** Connects; rejects with the server's refusal. */
  start(): Promise<void> {
    const { host, port, clientId, username, password, clock } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#connected = { resolve, reject };
    const socket = connect({ host, port, noDelay: true });
    this.#socket = socket;
    socket.on('connect', () =>
      this.#send({
        type: 'connect',
        version: 4,
        cleanStart: true,
        keepAliveSeconds,
        clientId,
        username,
        password: Buffer.from(password),
      }),
    );
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.#lose(error));
    socket.on('close', () => this.#lose(new Error('the server closed the connection')));
    this.#ping = clock.every(Seconds(keepAliveSeconds / 2), () => this.#send({ type: 'pingreq' }));
    return promise;
  }

  /** Publishes readings as the device; resolves when the server has acknowledged them. */
  publish(values: unknown): Promise<void> {
    return this.#publish('things/me/properties', values);
  }

  /** Reports an event of the device's model; resolves when the server has acknowledged it. */
  report(event: string, data: unknown): Promise<void> {
    return this.#publish(`things/me/events/${event}`, data);
  }

  /** Disconnects in order; what was not acknowledged is rejected. */
  stop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#ping?.cancel();
    if (socket === undefined) return;
    this.#writeTo(socket, { type: 'disconnect', reasonCode: 0 });
    socket.end();
    this.#rejectAll(new Error('stopped'));
  }

  #publish(topic: string, content: unknown): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#socket === undefined) return Promise.reject(new Error('not connected'));
    this.#packetId = (this.#packetId % (subscribeId - 1)) + 1;
    this.#unacknowledged.set(this.#packetId, { resolve, reject });
    const payload = Buffer.from(JSON.stringify(content));
    const flags = { qos: 1, retain: false, dup: false } as const;
    this.#send({ type: 'publish', topic, payload, packetId: this.#packetId, ...flags });
    return promise;
  }

  #send(packet: Packet): void {
    if (this.#socket) this.#writeTo(this.#socket, packet);
  }

  #writeTo(socket: Socket, packet: Packet): void {
    encodePacket(4, packet, this.#writer);
    const bytes = this.#writer.take();
    if (bytes) socket.write(bytes);
  }

  #receive(chunk: Buffer): void {
    const framer = this.#framer;
    framer.push(chunk);
    while (framer.next()) {
      const packet = decodePacket(4, framer.buffer, framer.start, framer.end, limits);
      if (isMalformed(packet)) return this.#lose(new Error('the server sent a malformed packet'));
      this.#take(packet);
    }
    if (framer.fault !== 0) this.#lose(new Error('the server sent no MQTT'));
  }

  #take(packet: Packet): void {
    switch (packet.type) {
      case 'connack':
        return this.#takeConnack(packet.reasonCode);
      case 'puback':
        this.#unacknowledged.get(packet.packetId)?.resolve();
        this.#unacknowledged.delete(packet.packetId);
        return;
      case 'publish':
        if (packet.qos === 1) {
          this.#send({ type: 'puback', packetId: packet.packetId, reasonCode: 0 });
        }
        return this.#takeMessage(packet.topic, packet.payload);
      default:
    }
  }

  #takeConnack(code: number): void {
    if (code !== 0) return this.#lose(new ConnectionRefused(code));
    const { onAction, onDesired } = this.#options;
    const filters = [
      ...(onAction ? ['things/me/actions/+'] : []),
      ...(onDesired ? [desiredTopic] : []),
    ];
    if (filters.length > 0) {
      const options = {
        qos: 1,
        noLocal: false,
        retainAsPublished: false,
        retainHandling: 0,
      } as const;
      const subscriptions = filters.map((filter) => ({ filter, ...options }));
      this.#send({ type: 'subscribe', packetId: subscribeId, subscriptions });
    }
    this.#connected?.resolve();
    this.#connected = undefined;
  }

  #takeMessage(topic: string, payload: Buffer): void {
    const message = membersOf(jsonOf(payload));
    if (topic === desiredTopic) {
      const values = message.get('values');
      this.#options.onDesired?.(Object.fromEntries(membersOf(values)));
      return;
    }
    const name = actionTopic.exec(topic)?.[1];
    const { onAction } = this.#options;
    if (name === undefined || onAction === undefined) return;
    const answer = {
      task: message.get('task'),
      ...outcomeOf(() => onAction(name, message.get('input'))),
    };
    this.#publish(`things/me/actions/${name}/result`, answer).catch(() => undefined);
  }

  #lose(reason: Error): void {
    if (this.#socket === undefined) return;
    const socket = this.#socket;
    this.#socket = undefined;
    this.#ping?.cancel();
    socket.destroy();
    const refused = this.#connected;
    this.#connected = undefined;
    this.#rejectAll(reason);
    if (refused) refused.reject(reason);
    else this.#options.onLost?.(reason);
  }

  #rejectAll(reason: Error): void {
    for (const waiting of this.#unacknowledged.values()) waiting.reject(reason);
    this.#unacknowledged.clear();
  }
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    return undefined;
  }
}

function membersOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function outcomeOf(work: () => unknown): { readonly output: unknown } | { readonly error: string } {
  try {
    return { output: work() ?? null };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
