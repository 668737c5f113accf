// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { ThingBinding } from '#model';
import { AckRing } from './acks.ts';
import type { ClientSession } from './client-session.ts';
import { reason, scanPublish, type Framer } from './codec.ts';
import type { Connection } from './connection.ts';
import type { TappedFrame } from '../../diagnosis/packets.ts';
import { packetOutcome } from './taps.ts';
import type { MqttContext } from './context.ts';
import { PublishLimiter } from './limiter.ts';
import type { PublishPacket, QoS } from './packets.ts';
import { isThingTopic } from './policy.ts';
import type { Publication, PublishOutcome } from './publisher.ts';
import { answerTo } from './readings.ts';
import { noteLimit, noteOutcome } from './remarks.ts';
import type { ProtocolState } from './protocol.ts';
import { ThingNames, type ClientIdentity } from './thing-names.ts';
import { parseThingTopic } from './thing-topics.ts';

const ownProperties = Buffer.from('things/me/properties');

/** A publish about a thing on its way in. */
interface Reported {
  readonly publication: Publication;
  readonly packetId: number;
  /** There when someone follows the packet. */
  readonly tapped: TappedFrame | undefined;
}

/** What stops the reading of a client, as far as its publishes do. */
export type IntakeHold = 'rate' | 'receive' | 'lookup';

/** The way in of one admitted client: its publishes go into the open generation, their answers wait for it. */
export class Intake {
  readonly names: ThingNames;
  identity: ClientIdentity;
  readonly #context: MqttContext;
  readonly #connection: Connection;
  readonly #protocol: ProtocolState;
  readonly #acks = new AckRing();
  readonly #limiter: PublishLimiter;
  readonly #ofTenant: PublishLimiter;
  readonly #receiveMaximum: number;
  readonly #unacknowledgedMax: number;
  #waited = -1;

  constructor(context: MqttContext, connection: Connection, identity: ClientIdentity) {
    this.#context = context;
    this.#connection = connection;
    this.#protocol = connection.protocol;
    this.identity = identity;
    this.names = new ThingNames(context.bindings, context.policy);
    this.#limiter = new PublishLimiter(context.publishRate, context.ingest.now);
    this.#ofTenant = context.tenantLimiter(identity.tenant);
    // 3.1.1 has no Receive Maximum to break: such a client is read when it has room again.
    const { version } = this.#protocol;
    const { limits } = context;
    const none = Number.POSITIVE_INFINITY;
    this.#receiveMaximum = version === 5 ? limits['mqtt.receiveMaximum'] : none;
    this.#unacknowledgedMax = version === 4 ? limits['mqtt.unacknowledgedMax'] : none;
  }

  refill(now: TimeMs): void {
    this.#limiter.refill(now);
    this.#ofTenant.refill(now);
  }

  /** Whether the client, or its tenant, has published more than it may for now. */
  get exhausted(): boolean {
    return this.#limiter.exhausted || this.#ofTenant.exhausted;
  }

  /** Counts what a packet other than a publish asks for, and stops the reading when that was too much. */
  request(count: number): void {
    if (count === 0) return;
    this.#limiter.request(count);
    this.#ofTenant.request(count);
    this.#checkRate();
  }

  /** The generation is durable: its publishes are answered, in one write. */
  durable(generation: number): void {
    const { version, packetBytesMax } = this.#protocol;
    const { output } = this.#context;
    const writer = output.of(this.#connection);
    this.#protocol.unacknowledged -= this.#acks.flush(generation, version, writer, packetBytesMax);
    output.flush();
  }

  /**
   * The short way of readings: no packet object, no effect, no allocation. False when the PUBLISH is none of these, or is
   * followed by someone, and has to go the long way.
   */
  fast(framer: Framer, tapped: boolean): boolean {
    const { buffer } = framer;
    const context = this.#context;
    const { view, ingest } = context;
    const protocol = this.#protocol;
    if (scanPublish(protocol.version, buffer, framer.start, framer.end, view) !== 0) return false;
    const { qos } = view;
    this.#count(qos, view.payloadEnd - view.payloadStart);
    const { binding } = this.identity;
    const plain = qos !== 2 && !view.retain && view.propertiesStart === view.propertiesEnd;
    if (!plain || !binding || binding.stale || tapped || context.trace.active) return false;
    if (qos === 1 && protocol.unacknowledged >= this.#receiveMaximum) return false;
    if (!isOwn(buffer, view.topicStart, view.topicEnd)) return false;
    const now = ingest.now;
    protocol.heardAt = now;
    const report = context.readings.take(binding, buffer, view, now);
    context.counts.readings += report.accepted;
    if (qos === 1) protocol.unacknowledged++;
    if (report.refusedCount > 0 || report.fault !== undefined) {
      context.counts.refusedReadings += report.refusedCount;
      const { code, text } = answerTo(report);
      const first = report.fault ?? report.refused[0]?.fault;
      const outcome = { code, text, step: 'model', error: first?.code, at: first?.at } as const;
      this.#answer(qos, view.packetId, outcome);
    } else if (qos === 1) {
      this.#acks.push(view.packetId, ingest.generation, 1, 0);
      this.#await(ingest.generation);
    }
    if (context.broker.state.space(binding.tenant).watchesThings)
      this.#watchers(framer, binding, now);
    return true;
  }

  /** Stops the reading when the client has published too much, after each of its publishes. */
  check(): void {
    this.#checkRate();
    // Only what waits for the log counts: what waits for the client, as a PUBREL, comes only when it is read.
    if (this.#acks.count >= this.#unacknowledgedMax) {
      this.#context.limitHit('mqtt.unacknowledgedMax');
      this.#connection.hold('receive');
    }
  }

  /** An application message; reading stops while its thing is looked up, so that order is kept. */
  take(packet: PublishPacket, topic: string, session: ClientSession): void {
    const { publisher, ingest } = this.#context;
    const { payload, qos, retain, properties, packetId } = packet;
    const now = ingest.now;
    const publication: Publication = { topic, payload, qos, retain, properties, now };
    const tapped = this.#connection.takeTapped();
    if (!isThingTopic(topic) || this.identity.owner.kind === 'anonymous') {
      const outcome = publisher.message(this.identity, publication);
      this.#answer(qos, packetId, outcome, session);
      tapped?.end(packetOutcome(outcome));
      return;
    }
    const parsed = parseThingTopic(topic);
    const thing = parsed ? this.names.resolve(this.identity, parsed.name) : undefined;
    if (!(thing instanceof Promise)) {
      this.#report({ publication, packetId, tapped }, thing, session);
      return;
    }
    this.#connection.hold('lookup');
    thing.then(
      (found) => {
        if (this.#protocol.phase !== 'open') return;
        const own = found !== undefined && found.thing === this.identity.binding?.thing;
        if (own) this.identity = { ...this.identity, binding: found };
        this.#report({ publication, packetId, tapped }, found, session);
        this.#connection.release('lookup');
      },
      (error: unknown) => {
        this.#context.logger.error({ error }, 'a thing could not be loaded');
        this.#connection.end(reason.serverUnavailable, 'a thing could not be loaded');
      },
    );
  }

  /** A QoS 2 publish that was taken before. */
  repeat(packetId: number): void {
    this.#context.counts.repeats++;
    const { generation } = this.#context.ingest;
    this.#acks.push(packetId, generation, 2, 0);
    this.#await(generation);
  }

  #report(
    { publication, packetId, tapped }: Reported,
    thing: ThingBinding | undefined,
    session: ClientSession,
  ): void {
    const { publisher, ingest, trace } = this.#context;
    const { identity } = this;
    const now = ingest.now;
    const id = thing?.thing ?? identity.binding?.thing ?? 0;
    const recorder =
      trace.active || tapped ? trace.begin(id, identity.clientId, tapped) : undefined;
    recorder?.step(
      'receive',
      now,
      true,
      `${publication.topic}, ${publication.payload.length} bytes`,
    );
    recorder?.step('auth', now, true, `${identity.owner.kind} ${identity.owner.id}`);
    recorder?.step('decode', now, true, `PUBLISH QoS ${publication.qos}`);
    const outcome = publisher.report(identity, { ...publication, now, trace: recorder }, thing);
    if (outcome.code < 0x80) recorder?.commit(ingest);
    this.#answer(publication.qos, packetId, outcome, session);
    tapped?.end(packetOutcome(outcome));
  }

  /** Puts the answer to a publish in its place behind those before it. */
  #answer(qos: QoS, packetId: number, outcome: PublishOutcome, session?: ClientSession): void {
    const { ingest, broker } = this.#context;
    const protocol = this.#protocol;
    if (outcome.step) noteOutcome(this.#context, this.#connection, outcome);
    if (qos === 0) return;
    const refused = outcome.code >= 0x80 && protocol.version === 5;
    const text = protocol.version === 5 && protocol.problemInformation ? outcome.text : '';
    // 0x10 tells that nobody subscribes; a PUBREC says only that the message was taken.
    const code = qos === 2 && !refused ? 0 : outcome.code;
    if (qos === 2 && refused) protocol.incoming.delete(packetId);
    else if (qos === 2 && session) broker.incoming(session, packetId);
    this.#acks.push(packetId, ingest.generation, qos, code);
    if (text !== '') this.#acks.explain(packetId, text);
    this.#await(ingest.generation);
  }

  /** Somebody subscribes to what things publish: the message goes on to them as it came. */
  #watchers(framer: Framer, binding: ThingBinding, now: TimeMs): void {
    const { view, publisher } = this.#context;
    const payload = Buffer.from(framer.buffer.subarray(view.payloadStart, view.payloadEnd));
    const topic = `things/${binding.thing}/properties`;
    const { qos } = view;
    const publication = { topic, payload, qos, retain: false, properties: undefined, now };
    publisher.watchers(this.identity, publication, binding);
  }

  #checkRate(): void {
    if (!this.exhausted) return;
    const own = this.#limiter.exhausted;
    const reached = own ? this.#limiter.reached : 'tenant.publishesPerSecond';
    this.#context.limitHit(reached);
    noteLimit(this.#context, this.#connection, reached);
    this.#connection.hold('rate');
  }

  #count(qos: QoS, size: number): void {
    const { counts } = this.#context;
    counts.publishes[qos]++;
    counts.publishBytes += size;
    this.#limiter.take(size);
    this.#ofTenant.take(size);
  }

  #await(generation: number): void {
    if (this.#waited === generation) return;
    this.#waited = generation;
    this.#context.ingest.wait(this.#connection);
  }
}

function isOwn(buffer: Buffer, start: number, end: number): boolean {
  if (end - start !== ownProperties.length) return false;
  for (let i = 0; i < ownProperties.length; i++) {
    if (buffer[start + i]! !== ownProperties[i]!) return false;
  }
  return true;
}
