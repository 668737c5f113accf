// SPDX-License-Identifier: Apache-2.0
import { FaultError, type TimeMs } from '#core';
import type { DiagnosisNote } from '../../diagnosis/diagnosis.ts';
import type { PacketOutcome, TappedFrame } from '../../diagnosis/packets.ts';
import type { CommitWaiter } from '../../ingest/port.ts';
import type { Transport, TransportHandler } from '../../listeners/transport.ts';
import type { DeviceLink, DeviceMessage } from '../../ports.ts';
import { admit, type Admission } from './admission.ts';
import type { ClientSession, SessionConnection } from './client-session.ts';
import {
  decodePacket,
  encodePacket,
  type Framer,
  isMalformed,
  reason,
  type Malformed,
} from './codec.ts';
import { refusingConnack } from './connack.ts';
import type { MqttContext } from './context.ts';
import { Intake } from './intake.ts';
import type { Message } from './message.ts';
import {
  requestsIn,
  type ConnectPacket,
  type Packet,
  type SubscribePacket,
  type UnsubscribePacket,
} from './packets.ts';
import type { Delivery, DeliveryOptions } from './queue.ts';
import {
  isLimitName,
  noteBroken,
  noteClose,
  offlineCause,
  type Closing,
  type Unadmitted,
} from './remarks.ts';
import { Sender } from './sender.ts';
import { newProtocol, type Effect, type Input, type ProtocolState } from './protocol.ts';
import { step } from './session.ts';
import { subscribe, unsubscribe } from './requests.ts';
import {
  closingOutcome,
  endConnect,
  packetOwner,
  tapIncoming,
  tapJunk,
  tapOutgoing,
} from './taps.ts';
import type { ClientIdentity } from './thing-names.ts';
import { Reading, type Hold, type Reader } from './reading.ts';
import { packetWork, readingWork } from './turns.ts';

const floodLimit = 'mqtt.webSocketFramesPerSecond';

/** How often `tick` is called. */
export const tickMs = 250;

/** How long a client may take to close after the server has. */
const lingerMs = 5_000;

/** One client: bytes in, `step`, effects out; and the short way for readings, which makes no objects. */
export class Connection
  implements TransportHandler, CommitWaiter, SessionConnection, DeviceLink, Reader
{
  readonly transport: Transport;
  readonly protocol: ProtocolState;
  readonly createdAt: TimeMs;
  readonly #context: MqttContext;
  readonly #reading: Reading;
  #intake: Intake | undefined;
  #session: ClientSession | undefined;
  #sender: Sender | undefined;
  #admission: Admission | undefined;
  #tapped: TappedFrame | undefined;
  /** What became of the connection, once it is over. */
  ended: PacketOutcome | undefined;
  #marked = false;
  #listening = false;
  #closing: Closing | undefined;
  /** When the server has closed; the client has a moment to follow. */
  #endedAt: TimeMs = 0;

  constructor(context: MqttContext, transport: Transport, now: TimeMs) {
    this.#context = context;
    this.transport = transport;
    this.createdAt = now;
    this.protocol = newProtocol(context.limits, now);
    this.#reading = new Reading(context, transport, this);
  }

  /** Who the client is, once it is known. */
  get identity(): ClientIdentity | undefined {
    return this.#intake?.identity;
  }

  /** What it came with, once that has been looked at. */
  get admission(): Admission | undefined {
    return this.#admission;
  }

  get unadmitted(): Unadmitted | undefined {
    return this.#admission?.unadmitted;
  }

  get username(): string | undefined {
    return this.protocol.connect?.username ?? this.#admission?.username;
  }

  get bufferedBytes(): number {
    return this.transport.bufferedBytes;
  }

  get sentBytes(): number {
    return this.transport.sentBytes;
  }

  get tenant(): number {
    return this.identity?.tenant ?? 0;
  }

  get hasRoom(): boolean {
    return this.protocol.outbound.hasRoom;
  }

  get load(): number {
    return this.protocol.outbound.load;
  }

  data(chunk: Buffer): void {
    if (this.protocol.phase === 'closed') return;
    this.#reading.data(chunk);
  }

  write(bytes: Buffer): void {
    const { packets } = this.#context;
    if (packets.active && packets.wants(packetOwner(this))) tapOutgoing(this.#context, this, bytes);
    this.transport.write(bytes);
  }

  broken(what: Pick<DiagnosisNote, 'step' | 'code' | 'detail'>): void {
    if (this.protocol.phase !== 'closed') noteBroken(this.#context, this, what);
  }

  drained(): void {
    this.release('output');
    this.#mark();
  }

  closed(): void {
    if (this.protocol.phase === 'connecting' && this.#reading.framer.partial) {
      const detail = 'the client closed within its first packet';
      this.broken({ step: 'connect', code: 'access.no-connect', detail });
    }
    this.#run({ kind: 'lost' });
    this.#context.gone(this);
  }

  /** The generation is durable: its publishes are acknowledged, in one write. */
  durable(generation: number): void {
    if (this.protocol.phase === 'closed') return;
    this.#intake?.durable(generation);
    this.release('receive');
  }

  failed(_generation: number, cause: Error): void {
    const full = cause instanceof FaultError && cause.fault.code === 'bus.full';
    const code = full ? reason.quotaExceeded : reason.serverUnavailable;
    this.#run({ kind: 'end', reason: code, detail: 'the log does not take anything' });
  }

  queued(delivery: Delivery): void {
    this.protocol.outbound.push(delivery);
    this.#mark();
  }

  pass(message: Message, options: DeliveryOptions): void {
    this.#sender?.pass(message, options);
    this.#mark();
  }

  end(reasonCode: number, detail = ''): void {
    this.#run({ kind: 'end', reason: reasonCode, detail });
  }

  send(thing: number, message: DeviceMessage, settled: (arrived: boolean) => void): boolean {
    const session = this.#session;
    if (this.protocol.phase !== 'open' || !session) return false;
    return this.#sender?.downlink(session, thing, message, settled) ?? false;
  }

  /** Writes what waits for the client. */
  pump(now: TimeMs): void {
    this.#marked = false;
    const session = this.#session;
    if (this.protocol.phase !== 'open' || !session) return;
    this.#sender?.pump(now, (delivery) => this.#context.broker.acknowledged(session, delivery));
  }

  tick(now: TimeMs): void {
    if (this.#reading.isHeldBy('rate')) {
      this.#intake?.refill(now);
      if (!this.#intake?.exhausted) this.#reading.queue('rate');
    }
    const { protocol } = this;
    if (protocol.phase === 'closed') {
      if (now - this.#endedAt > lingerMs) this.transport.destroy();
      return;
    }
    if (this.#reading.isFlooded(tickMs)) return this.end(reason.quotaExceeded, floodLimit);
    // A client that we do not read is not silent.
    if (this.#reading.isHeld) protocol.heardAt = now;
    if (now - protocol.heardAt > protocol.keepAliveSeconds * 1_000) this.#run({ kind: 'tick' });
    if (this.#sender?.tick(now)) {
      this.#context.limitHit('mqtt.drainCloseMs');
      this.#run({ kind: 'end', reason: reason.quotaExceeded, detail: 'mqtt.drainCloseMs' });
      this.transport.destroy();
    }
  }

  /** Stops reading from the client. */
  hold(why: Hold): void {
    this.#reading.hold(why);
  }

  /** Lifts a reason to stop; with the last one reading goes on. */
  release(why: Hold): void {
    this.#reading.release(why);
  }

  get isClosed(): boolean {
    return this.protocol.phase === 'closed';
  }

  refill(now: TimeMs): void {
    this.#intake?.refill(now);
  }

  packet(framer: Framer): number {
    const { packets } = this.#context;
    const isPublish = framer.firstByte >> 4 === 3 && this.protocol.phase === 'open';
    const tapped = packets.active && (!this.identity || packets.wants(packetOwner(this)));
    const isReading = isPublish && this.#intake?.fast(framer, tapped) === true;
    const work = framer.end - framer.start + (isReading ? readingWork : packetWork);
    if (!isReading) this.#packet(framer, tapped);
    if (isPublish) this.#intake?.check();
    return work;
  }

  failedWithin(error: unknown): void {
    const { logger } = this.#context;
    logger.error({ error, clientId: this.protocol.clientId }, 'a packet broke the server');
    this.end(reason.implementationSpecificError);
  }

  fault(framer: Framer): void {
    const { fault, clause, faultAt: at } = framer;
    const tooLarge = fault === reason.packetTooLarge;
    const early = this.protocol.phase === 'connecting';
    if (tooLarge) this.#context.limitHit(early ? 'mqtt.preConnectBytesMax' : 'mqtt.packetBytesMax');
    this.#run({ kind: 'malformed', reason: fault, clause, at });
    if (this.#context.packets.active) tapJunk(this.#context, this, framer.head);
  }

  #packet(framer: Framer, tapped: boolean): void {
    const { buffer, start, end } = framer;
    const { phase, version } = this.protocol;
    const connecting = phase === 'connecting' ? undefined : version;
    const packet = decodePacket(connecting, buffer, start, end, this.#context.codecLimits);
    const frame = tapped ? tapIncoming(this.#context, framer, packet) : undefined;
    this.#tapped = frame?.of(packetOwner(this));
    if (isMalformed(packet)) this.#malformed(packet);
    else this.#run({ kind: 'packet', packet });
    if (this.ended) frame?.end(this.ended, packetOwner(this));
    // A PUBLISH is through when it is answered, a CONNECT when its client is known.
    else if (this.#tapped && !isMalformed(packet) && packet.type !== 'connect')
      frame?.end({ ok: true });
  }

  /** The packet at hand, when someone follows it: whoever takes it tells what became of it. */
  takeTapped(): TappedFrame | undefined {
    const tapped = this.#tapped;
    this.#tapped = undefined;
    return tapped;
  }

  #malformed(fault: Malformed): void {
    // Where the standard has no clause, the limit that was reached stands in its place.
    if (isLimitName(fault.clause)) this.#context.limitHit(fault.clause);
    const { protocol } = this;
    const malformed =
      fault.reason === reason.malformedPacket || fault.reason === reason.protocolError;
    // A CONNECT that is understood and refused is answered, [MQTT-3.1.2-2]; a broken one need not be, § 4.13.
    if (protocol.phase === 'connecting' && fault.version !== undefined && !malformed) {
      const connack = refusingConnack(fault.version, fault.reason);
      if (connack) encodePacket(fault.version, connack, this.#context.output.of(this));
    }
    const { clause, final, at } = fault;
    this.#run({ kind: 'malformed', reason: fault.reason, clause, at, final });
  }

  #run(input: Input): void {
    const { ingest, now } = this.#context;
    const at = input.kind === 'tick' ? now : ingest.now;
    const effects = step(this.protocol, input, at);
    this.#closing = effects.find((effect) => effect.kind === 'close');
    for (const effect of effects) this.#do(effect);
    if (input.kind === 'packet') this.#intake?.request(requestsIn(input.packet));
  }

  #do(effect: Effect): void {
    const { broker, output, limitHit } = this.#context;
    const session = this.#session;
    switch (effect.kind) {
      case 'send':
        this.reply(effect.packet);
        break;
      case 'authenticate':
        void this.#authenticate(effect.connect);
        break;
      case 'open':
        this.#open(effect.connect, effect.expiryMs);
        break;
      case 'publish':
        if (session) this.#intake?.take(effect.packet, effect.topic, session);
        break;
      case 'repeat':
        this.#intake?.repeat(effect.packetId);
        break;
      case 'release':
        if (session) this.#releasePublish(session, effect.packetId);
        break;
      case 'acknowledged':
        if (session) broker.acknowledged(session, effect.delivery);
        this.#mark();
        break;
      case 'received':
        if (session) this.#received(session, effect.delivery);
        break;
      case 'arrived':
        effect.downlink.settled(true);
        this.#mark();
        break;
      case 'subscribe':
      case 'unsubscribe':
        if (session && this.#intake) this.#request(this.#intake, session, effect.packet);
        break;
      case 'limit':
        limitHit(effect.name);
        break;
      case 'detach':
        this.#detach(effect.expiryMs, effect.normal);
        break;
      case 'close':
        this.ended = closingOutcome(effect);
        noteClose(this.#context, this, effect);
        output.flush();
        this.#endedAt = this.#context.ingest.now;
        this.transport.end();
        break;
    }
  }

  /** Writes a packet; it leaves with the turn's output. */
  reply(packet: Packet): void {
    const { output } = this.#context;
    const { version, packetBytesMax } = this.protocol;
    const writer = output.of(this);
    const written = encodePacket(version, packet, writer, packetBytesMax);
    // A client that cannot take its CONNACK cannot be served, [MQTT-3.1.2-24].
    if (!written && packet.type === 'connack') this.end(reason.packetTooLarge, 'CONNACK');
  }

  #broken(error: unknown): void {
    this.#context.logger.error({ error, clientId: this.protocol.clientId }, 'a request failed');
    this.end(reason.serverUnavailable);
  }

  async #authenticate(connect: ConnectPacket): Promise<void> {
    this.hold('admission');
    const context = this.#context;
    const tapped = this.takeTapped();
    let admission: Admission;
    let revocations: number;
    do {
      // A right that ends while it is looked up must not let the client in.
      revocations = context.revocations;
      admission = await admit(context, this.transport, connect, this.protocol);
    } while (admission.code === 0 && revocations !== context.revocations);
    if (this.protocol.phase !== 'authenticating') return;
    this.#admission = admission;
    if (admission.code === 0) this.#admitted(admission);
    if (tapped) endConnect(tapped, this, admission);
    this.#run({ kind: 'authenticated', reason: admission.code, detail: admission.detail });
    this.#context.output.flush();
  }

  #admitted(admission: Admission): void {
    const { protocol } = this;
    const context = this.#context;
    if (protocol.clientId === '') {
      protocol.clientId = context.newClientId();
      protocol.assigned = true;
    }
    const { tenant, owner, binding } = admission;
    const identity = { tenant, owner, binding, clientId: protocol.clientId };
    this.#intake = new Intake(context, this, identity);
    this.#sender = new Sender(context, this, protocol, owner);
  }

  #open(connect: ConnectPacket, expiryMs: number): void {
    const { broker } = this.#context;
    const { identity } = this;
    if (!identity) return;
    const { tenant, clientId, owner } = identity;
    const { cleanStart, will } = connect;
    const request = { tenant, clientId, owner, cleanStart, expiryMs, will };
    broker.open(request, this, (outcome) => {
      if (outcome.kind === 'opened') this.#opened(outcome.session, outcome.present);
      else if (outcome.kind === 'foreign')
        this.end(reason.clientIdentifierNotValid, 'in use by another');
      else if (outcome.kind === 'full') this.end(reason.quotaExceeded, 'mqtt.sessionsPerTenantMax');
      else this.failed(0, outcome.reason);
      this.#context.output.flush();
    });
  }

  #opened(session: ClientSession, sessionPresent: boolean): void {
    const { broker, limits } = this.#context;
    if (this.protocol.phase === 'closed') {
      broker.detach(session, this, this.protocol.expiryMs, false);
      return;
    }
    this.#session = session;
    const { queue, incoming, owner, clientId } = session;
    const responseInformation = owner.kind === 'thing' ? undefined : `responses/${clientId}`;
    this.#run({ kind: 'opened', sessionPresent, queue, incoming, responseInformation });
    this.#reading.framer.limitTo(limits['mqtt.packetBytesMax']);
    this.#context.authenticated(this);
    this.transport.admitted();
    this.listens(session);
    this.#mark();
    this.release('admission');
  }

  #releasePublish(session: ClientSession, packetId: number): void {
    this.#context.broker.released(session, packetId, (outcome) => {
      if (typeof outcome === 'number') this.#run({ kind: 'released', packetId });
      else this.failed(0, outcome);
      this.#context.output.flush();
    });
  }

  #received(session: ClientSession, delivery: Delivery): void {
    this.#context.broker.received(session, delivery, (outcome) => {
      if (typeof outcome === 'number') this.#run({ kind: 'recorded', delivery });
      else this.failed(0, outcome);
      this.#context.output.flush();
    });
  }

  #request(
    intake: Intake,
    session: ClientSession,
    packet: SubscribePacket | UnsubscribePacket,
  ): void {
    if (packet.type === 'unsubscribe') return unsubscribe(this.#context, this, session, packet);
    subscribe({ context: this.#context, connection: this, intake }, session, packet).catch(
      (error: unknown) => this.#broken(error),
    );
  }

  /** A thing that listens to what is for it gets what waits. */
  listens(session: ClientSession): void {
    const { owner } = session;
    if (owner.kind !== 'thing' || this.protocol.phase !== 'open') return;
    this.#listening = true;
    this.#context.services.online(owner.id, this);
  }

  #detach(expiryMs: number, normal: boolean): void {
    const session = this.#session;
    this.protocol.outbound.end();
    if (!session) return;
    if (this.#listening)
      this.#context.services.offline(session.owner.id, this, offlineCause(this.#closing));
    this.#listening = false;
    this.#context.broker.detach(session, this, expiryMs, normal);
  }

  #mark(): void {
    if (this.#marked) return;
    this.#marked = true;
    this.#context.mark(this);
  }
}
