// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { DeviceMessage } from '../../ports.ts';
import { PreparedPublish, writePubrel } from './codec.ts';
import type { ClientSession } from './client-session.ts';
import type { MqttContext } from './context.ts';
import { writePublish, type ClientView, type OutgoingPublish } from './delivery-writer.ts';
import type { Message, Owner } from './message.ts';
import type { Properties } from './packets.ts';
import type { OutputTarget } from './output.ts';
import type { Delivery, DeliveryOptions } from './queue.ts';
import type { ProtocolState } from './protocol.ts';
import { downlinkTopic, splitThingFilter } from './thing-topics.ts';
import { topicMatches } from './topic.ts';

/** Unsent bytes at which nothing more is handed to a socket. */
const fullBytes = 65_536;

/** Where a connection's output goes, and how much of it waits. */
export interface SenderTarget extends OutputTarget {
  readonly bufferedBytes: number;
  readonly sentBytes: number;
}

/** The way out of one connection: deliveries as the client's window and its socket allow, QoS 0 now or never. */
export class Sender {
  readonly #context: MqttContext;
  readonly #transport: SenderTarget;
  readonly #protocol: ProtocolState;
  readonly #owner: Owner;
  readonly #client: ClientView;
  #passing: { readonly message: Message; readonly options: DeliveryOptions }[] = [];
  /** Since when the network has taken nothing although there is something. */
  #stalledSince: TimeMs = 0;
  #sentBytes = 0;

  constructor(
    context: MqttContext,
    transport: SenderTarget,
    protocol: ProtocolState,
    owner: Owner,
  ) {
    this.#context = context;
    this.#transport = transport;
    this.#protocol = protocol;
    this.#owner = owner;
    const { version, packetBytesMax, aliasMaxOut } = protocol;
    this.#client = { version, packetBytesMax, aliasMax: aliasMaxOut, aliases: new Map() };
  }

  pass(message: Message, options: DeliveryOptions): void {
    this.#passing.push({ message, options });
  }

  /** Writes what may go; `through` is told of deliveries that end without being sent. */
  pump(now: TimeMs, through: (delivery: Delivery) => void): void {
    const { output } = this.#context;
    this.#pumpPassing(now);
    // A socket that takes everything at once does not call back: go on until it does not, or nothing is left.
    while (this.#transport.bufferedBytes < fullBytes && this.#pumpWindow(now, through))
      output.flush();
    output.flush();
  }

  /** Sends a message for a thing when the client listens to it; see `DeviceLink.send`. */
  downlink(
    session: ClientSession,
    thing: number,
    message: DeviceMessage,
    settled: (arrived: boolean) => void,
  ): boolean {
    if (this.#stalledSince > 0 || this.#transport.bufferedBytes >= fullBytes) return false;
    const suffix = downlinkTopic(message.kind, message.name);
    const topic = this.#listensTo(session, thing, suffix);
    if (topic === undefined) return false;
    const packetId = this.#protocol.outbound.track({ settled });
    if (packetId === 0) return false;
    const properties: Properties = {};
    if (message.contentType !== undefined) properties.contentType = message.contentType;
    if (message.correlation) properties.correlationData = message.correlation;
    if (message.kind === 'action') properties.responseTopic = `${topic}/result`;
    const { version } = this.#client;
    const delivery = { version, qos: 1, retain: false, dup: false, packetId } as const;
    const { output } = this.#context;
    new PreparedPublish(topic, message.payload, properties).write(
      output.of(this.#transport),
      delivery,
    );
    output.flush();
    return true;
  }

  /** Looks after a client that takes nothing; true when it has to be closed. */
  tick(now: TimeMs): boolean {
    const { bufferedBytes, sentBytes } = this.#transport;
    if (bufferedBytes === 0 || sentBytes !== this.#sentBytes) {
      this.#sentBytes = sentBytes;
      this.#stalledSince = bufferedBytes === 0 ? 0 : now;
      return false;
    }
    if (this.#stalledSince === 0) this.#stalledSince = now;
    return now - this.#stalledSince >= this.#context.limits['mqtt.drainCloseMs'];
  }

  /** Fills the buffer once; whether there was anything. */
  #pumpWindow(now: TimeMs, through: (delivery: Delivery) => void): boolean {
    const { outbound } = this.#protocol;
    const writer = this.#context.output.of(this.#transport);
    let any = false;
    while (writer.length < fullBytes) {
      const delivery = outbound.next();
      if (!delivery) break;
      any = true;
      if (delivery.received) {
        writePubrel(writer, delivery.packetId);
        continue;
      }
      const { message, qos, retain, packetId, identifiers, attempted } = delivery;
      const outgoing = { qos, retain, packetId, identifiers, dup: attempted };
      if (this.#write(message, outgoing, now)) {
        delivery.attempted = true;
        continue;
      }
      outbound.drop(delivery);
      through(delivery);
    }
    return any;
  }

  #pumpPassing(now: TimeMs): void {
    if (this.#passing.length === 0) return;
    const passing = this.#passing;
    this.#passing = [];
    const writer = this.#context.output.of(this.#transport);
    for (const { message, options } of passing) {
      const reached = this.#dropReason(now, writer.length);
      if (reached) {
        this.#context.counts.droppedQoS0++;
        this.#context.limitHit(reached);
        continue;
      }
      const { retain, identifiers } = options;
      this.#write(message, { qos: 0, retain, dup: false, packetId: 0, identifiers }, now);
    }
  }

  #dropReason(
    now: TimeMs,
    pendingBytes: number,
  ): 'mqtt.drainDropMs' | 'mqtt.queueBytesMax' | undefined {
    const { limits } = this.#context;
    const stalled =
      this.#stalledSince > 0 && now - this.#stalledSince >= limits['mqtt.drainDropMs'];
    if (stalled) return 'mqtt.drainDropMs';
    const bytes = this.#transport.bufferedBytes + pendingBytes;
    return bytes >= limits['mqtt.queueBytesMax'] ? 'mqtt.queueBytesMax' : undefined;
  }

  /** False when the message does not go to this client: expired, too large, or no longer permitted. */
  #write(
    message: Message,
    fields: Omit<OutgoingPublish, 'message' | 'prepared'>,
    now: TimeMs,
  ): boolean {
    const { policy, prepared, output, counts } = this.#context;
    if (!policy.mayReceive(this.#owner, message.topic)) return false;
    const writer = output.of(this.#transport);
    const outgoing = { message, prepared: prepared.get(message), ...fields };
    const written = writePublish(outgoing, this.#client, writer, now);
    if (written) counts.deliveries++;
    return written;
  }

  /** The topic as the client knows it, when one of its subscriptions covers it. */
  #listensTo(session: ClientSession, thing: number, suffix: string): string | undefined {
    const canonical = `things/${thing}/${suffix}`;
    const isSelf = thing === session.owner.id;
    for (const { own, match, filter } of session.subscriptions.values()) {
      if (!own || !topicMatches(match, canonical)) continue;
      const [, written = ''] = filter.split('/');
      const name = written !== '+' ? written : isSelf ? 'me' : `${thing}`;
      return splitThingFilter(filter) ? `things/${name}/${suffix}` : undefined;
    }
    return undefined;
  }
}
