// SPDX-License-Identifier: Apache-2.0
import {
  connectPacket,
  disconnectPacket,
  PacketReader,
  pingPacket,
  pubackPacket,
  publishPacket,
  subscribePacket,
  type ConnectOptions,
  type Message,
  type Packet,
  type Received,
} from './mqtt-packets.ts';

export type MqttState = 'closed' | 'connecting' | 'open';

/** Something that happened on the connection, for people to read. */
export type MqttEvent =
  | { readonly kind: 'opened' | 'lost' }
  | { readonly kind: 'refused' | 'ended'; readonly code: number; readonly reason: string }
  | {
      readonly kind: 'subscribed';
      readonly name: string;
      readonly code: number;
      readonly reason: string;
    }
  | { readonly kind: 'sent'; readonly message: Message }
  | {
      readonly kind: 'acknowledged';
      readonly name: string;
      readonly code: number;
      readonly reason: string;
    }
  | { readonly kind: 'received'; readonly message: Message }
  | { readonly kind: 'broken'; readonly reason: string };

export interface MqttHandlers {
  /** Told when it is open and when it is closed again. */
  readonly onState: (state: MqttState) => void;
  readonly onEvent: (event: MqttEvent) => void;
}

/** A connection to the broker of this server over WebSocket, MQTT § 6. */
export class MqttClient {
  readonly #socket: WebSocket;
  readonly #options: ConnectOptions;
  readonly #handlers: MqttHandlers;
  /** What each packet identifier in use stands for. */
  readonly #waiting = new Map<number, string>();
  #ping: ReturnType<typeof setInterval> | undefined;
  #lastId = 0;

  constructor(address: string, options: ConnectOptions, handlers: MqttHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    const socket = new WebSocket(address, 'mqtt');
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    const reader = new PacketReader(options.version);
    socket.addEventListener('open', () => this.#send(connectPacket(options)));
    socket.addEventListener('message', ({ data }) => this.#receive(reader, data));
    socket.addEventListener('close', () => {
      clearInterval(this.#ping);
      handlers.onState('closed');
      handlers.onEvent({ kind: 'lost' });
    });
  }

  subscribe(filter: string, qos: 0 | 1): void {
    const id = this.#nextId(filter);
    this.#send(subscribePacket(this.#options.version, id, { filter, qos }));
  }

  publish(message: Message): void {
    const id = message.qos === 1 ? this.#nextId(message.topic) : 0;
    this.#send(publishPacket(this.#options.version, id, message));
    this.#handlers.onEvent({ kind: 'sent', message });
  }

  close(): void {
    this.#send(disconnectPacket);
    this.#socket.close();
  }

  #nextId(name: string): number {
    this.#lastId = (this.#lastId % 65_535) + 1;
    this.#waiting.set(this.#lastId, name);
    return this.#lastId;
  }

  #send(packet: Packet): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(packet);
  }

  #receive(reader: PacketReader, data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return;
    try {
      for (const packet of reader.push(new Uint8Array(data))) this.#packet(packet);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#handlers.onEvent({ kind: 'broken', reason });
      this.#socket.close();
    }
  }

  #packet(packet: Received): void {
    const { onEvent, onState } = this.#handlers;
    switch (packet.kind) {
      case 'connack': {
        const { code, reason } = packet;
        if (code !== 0) return onEvent({ kind: 'refused', code, reason });
        const everyMs = this.#options.keepAliveSeconds * 500;
        this.#ping = setInterval(() => this.#send(pingPacket), everyMs);
        onState('open');
        return onEvent({ kind: 'opened' });
      }
      case 'suback':
        return onEvent({ ...packet, kind: 'subscribed', name: this.#taken(packet.id) });
      case 'puback':
        return onEvent({ ...packet, kind: 'acknowledged', name: this.#taken(packet.id) });
      case 'publish':
        if (packet.qos === 1) this.#send(pubackPacket(packet.id));
        return onEvent({ kind: 'received', message: packet });
      case 'disconnect':
        return onEvent({ ...packet, kind: 'ended' });
      case 'pingresp':
        return undefined;
    }
  }

  #taken(id: number): string {
    const name = this.#waiting.get(id) ?? '';
    this.#waiting.delete(id);
    return name;
  }
}
