// SPDX-License-Identifier: Apache-2.0
import { FaultError, limitTable, type LimitName, type TimeMs } from '#core';
import type { CommitWaiter } from '../../ingest/port.ts';
import type { Transport, TransportHandler } from '../../listeners/transport.ts';
import type { DeviceLink, DeviceMessage } from '../../ports.ts';
import { admit, type Admission } from './admission.ts';
import type { ClientSession, SessionConnection } from './client-session.ts';
import {
  decodePacket,
  encodePacket,
  Framer,
  isMalformed,
  reason,
  returnCodeOf,
  type Malformed,
} from './codec.ts';
import type { MqttContext } from './context.ts';
import { Intake } from './intake.ts';
import type { Message } from './message.ts';
import type { ConnectPacket, Packet, SubscribePacket, UnsubscribePacket } from './packets.ts';
import type { Delivery, DeliveryOptions } from './queue.ts';
import { noteClose, noteOutcome } from './remarks.ts';
import { Sender } from './sender.ts';
import { newProtocol, type Effect, type Input, type ProtocolState } from './protocol.ts';
import { step } from './session.ts';
import { planSubscribe } from './subscriber.ts';
import type { ClientIdentity } from './thing-names.ts';

/** Why reading from a client has stopped; it goes on when all are lifted. */
const holds = { admission: 1, rate: 2, receive: 4, log: 8, lookup: 16, output: 32 } as const;
type Hold = keyof typeof holds;

/** Unread answers at which a client is not read any further. */
const outputBytesMax = 262_144;

/** How long a client may take to close after the server has. */
const lingerMs = 5_000;

/** One client: bytes in, `step`, effects out; and the short way for readings, which makes no objects. */
export class Connection implements TransportHandler, CommitWaiter, SessionConnection, DeviceLink {
  readonly transport: Transport;
  readonly protocol: ProtocolState;
  readonly createdAt: TimeMs;
  readonly #context: MqttContext;
  readonly #framer: Framer;
  #intake: Intake | undefined;
  #session: ClientSession | undefined;
  #sender: Sender | undefined;
  #credential = 0;
  #held = 0;
  #marked = false;
  #listening = false;
  #backlog: Buffer[] | undefined;
  /** When the server has closed; the client has a moment to follow. */
  #endedAt: TimeMs = 0;

  constructor(context: MqttContext, transport: Transport, now: TimeMs) {
    this.#context = context;
    this.transport = transport;
    this.createdAt = now;
    this.protocol = newProtocol(context.limits, now);
    this.#framer = new Framer(context.limits['mqtt.preConnectBytesMax'], 0x10);
  }

  /** Who the client is, once it is known. */
  get identity(): ClientIdentity | undefined {
    return this.#intake?.identity;
  }

  /** The thing's credential it came with; 0 for others. */
  get credential(): number {
    return this.#credential;
  }

  get hasRoom(): boolean {
    return this.protocol.outbound.hasRoom;
  }

  get load(): number {
    return this.protocol.outbound.load;
  }

  data(chunk: Buffer): void {
    if (this.protocol.phase === 'closed') return;
    if (this.#held !== 0) {
      // What the network had read already when it was paused.
      (this.#backlog ??= []).push(chunk);
      return;
    }
    const { ingest } = this.#context;
    this.#intake?.refill(ingest.now);
    this.#framer.push(chunk);
    if (ingest.congested) this.#waitForLog();
    this.#process();
  }

  drained(): void {
    this.release('output');
    this.#mark();
  }

  closed(): void {
    this.#run({ kind: 'lost' });
    this.#context.gone(this);
  }

  /** The generation is durable: its publishes are acknowledged, in one write. */
  durable(generation: number): void {
    if (this.protocol.phase === 'closed') return;
    this.#intake?.durable(generation, this.transport);
    if (this.#held & holds.receive) this.release('receive');
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
    if (this.#held & holds.rate) {
      this.#intake?.refill(now);
      if (!this.#intake?.exhausted) this.release('rate');
    }
    const { protocol } = this;
    if (protocol.phase === 'closed') {
      if (now - this.#endedAt > lingerMs) this.transport.destroy();
      return;
    }
    // A client that we do not read is not silent.
    if (this.#held !== 0) protocol.heardAt = now;
    if (now - protocol.heardAt > protocol.keepAliveSeconds * 1_000) this.#run({ kind: 'tick' });
    if (this.#sender?.tick(now)) {
      this.#context.limitHit('mqtt.drainCloseMs');
      this.#run({ kind: 'end', reason: reason.quotaExceeded, detail: 'mqtt.drainCloseMs' });
      this.transport.destroy();
    }
  }

  /** Stops reading from the client. */
  hold(why: Hold): void {
    if (this.#held === 0) this.transport.pause();
    this.#held |= holds[why];
  }

  /** Lifts a reason to stop; with the last one reading goes on. */
  release(why: Hold): void {
    if ((this.#held & holds[why]) === 0) return;
    this.#held &= ~holds[why];
    if (this.#held !== 0 || this.protocol.phase === 'closed') return;
    this.#process();
    while (this.#held === 0) {
      const chunk = this.#backlog?.shift();
      if (!chunk) break;
      this.data(chunk);
    }
    if (this.#held === 0) this.transport.resume();
  }

  /** A fault of ours ends this connection and no other. */
  #process(): void {
    try {
      this.#packets();
    } catch (error) {
      this.#context.logger.error(
        { error, clientId: this.protocol.clientId },
        'a packet broke the server',
      );
      this.end(reason.implementationSpecificError);
    }
    this.#context.output.flush();
    if (this.transport.bufferedBytes > outputBytesMax) this.hold('output');
  }

  #packets(): void {
    const framer = this.#framer;
    const { protocol } = this;
    while (this.#held === 0 && framer.next()) {
      const isPublish = framer.firstByte >> 4 === 3 && protocol.phase === 'open';
      if (!isPublish || !this.#intake?.fast(framer)) this.#packet();
      if (isPublish) this.#intake?.check();
    }
    if (framer.fault !== 0) this.#framingFault();
  }

  #framingFault(): void {
    const { fault, clause } = this.#framer;
    const tooLarge = fault === reason.packetTooLarge;
    const early = this.protocol.phase === 'connecting';
    if (tooLarge) this.#context.limitHit(early ? 'mqtt.preConnectBytesMax' : 'mqtt.packetBytesMax');
    this.#run({ kind: 'malformed', reason: fault, clause });
  }

  #packet(): void {
    const { buffer, start, end } = this.#framer;
    const { phase, version } = this.protocol;
    const connecting = phase === 'connecting' ? undefined : version;
    const packet = decodePacket(connecting, buffer, start, end, this.#context.codecLimits);
    if (isMalformed(packet)) {
      this.#malformed(packet);
      return;
    }
    this.#run({ kind: 'packet', packet });
  }

  #malformed(fault: Malformed): void {
    // Where the standard has no clause, the limit that was reached stands in its place.
    if (isLimitName(fault.clause)) this.#context.limitHit(fault.clause);
    const { protocol } = this;
    const malformed =
      fault.reason === reason.malformedPacket || fault.reason === reason.protocolError;
    // A CONNECT that is understood and refused is answered, [MQTT-3.1.2-2]; a broken one need not be, § 4.13.
    if (protocol.phase === 'connecting' && fault.version !== undefined && !malformed) {
      this.#sendRefusal(fault.version, fault.reason);
    }
    const { clause, final } = fault;
    this.#run({ kind: 'malformed', reason: fault.reason, clause, final });
  }

  #sendRefusal(version: 4 | 5, code: number): void {
    const { output } = this.#context;
    const reasonCode = version === 5 ? code : returnCodeOf(code);
    if (reasonCode === undefined) return;
    const connack: Packet = { type: 'connack', sessionPresent: false, reasonCode };
    encodePacket(version, connack, output.of(this.transport));
  }

  #run(input: Input): void {
    const { ingest, now } = this.#context;
    const at = input.kind === 'tick' ? now : ingest.now;
    for (const effect of step(this.protocol, input, at)) this.#do(effect);
  }

  #do(effect: Effect): void {
    const { broker, output, limitHit } = this.#context;
    const session = this.#session;
    switch (effect.kind) {
      case 'send':
        this.#send(effect.packet);
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
        if (session)
          this.#subscribe(session, effect.packet).catch((error: unknown) => this.#broken(error));
        break;
      case 'unsubscribe':
        if (session) this.#unsubscribe(session, effect.packet);
        break;
      case 'limit':
        limitHit(effect.name);
        break;
      case 'detach':
        this.#detach(effect.expiryMs, effect.normal);
        break;
      case 'close':
        if (effect.reason !== 0) noteClose(this.#context, this, effect.reason, effect.detail);
        output.flush();
        this.#endedAt = this.#context.ingest.now;
        this.transport.end();
        break;
    }
  }

  #send(packet: Packet): void {
    const { output } = this.#context;
    const { version, packetBytesMax } = this.protocol;
    const writer = output.of(this.transport);
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
    let admission: Admission;
    let revocations: number;
    do {
      // A right that ends while it is looked up must not let the client in.
      revocations = context.revocations;
      admission = await admit(context, this.transport, connect, this.protocol);
    } while (admission.code === 0 && revocations !== context.revocations);
    if (this.protocol.phase !== 'authenticating') return;
    if (admission.code === 0) this.#admitted(admission);
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
    const { tenant, owner, binding, credential } = admission;
    this.#credential = credential;
    const identity = { tenant, owner, binding, clientId: protocol.clientId };
    this.#intake = new Intake(context, this, identity);
    this.#sender = new Sender(context, this.transport, protocol, owner);
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
    this.#framer.limitTo(limits['mqtt.packetBytesMax']);
    this.#context.authenticated(this);
    this.#listen(session);
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

  async #subscribe(session: ClientSession, packet: SubscribePacket): Promise<void> {
    const intake = this.#intake;
    if (!intake) return;
    // What comes after a SUBSCRIBE is read when it holds.
    this.hold('lookup');
    const plan = await planSubscribe(this.#context, intake, session, packet);
    if (this.protocol.phase !== 'open') return;
    for (const filter of plan.refused) {
      noteOutcome(this.#context, this, {
        code: reason.notAuthorized,
        text: filter,
        step: 'policy',
        error: 'mqtt.not-authorized',
      });
    }
    const { packetId } = packet;
    const answer = (outcome: number | Error): void => {
      if (typeof outcome !== 'number') this.failed(0, outcome);
      else this.#send({ type: 'suback', packetId, reasonCodes: plan.codes });
      this.#context.output.flush();
      this.#listen(session);
      this.release('lookup');
    };
    if (plan.records.length === 0) answer(0);
    else this.#context.broker.subscribe(session, plan.records, answer);
  }

  #unsubscribe(session: ClientSession, packet: UnsubscribePacket): void {
    const { packetId, filters } = packet;
    const known = new Set(session.subscriptions.keys());
    const reasonCodes = filters.map((filter) => (known.has(filter) ? 0 : 0x11));
    this.hold('lookup');
    this.#context.broker.unsubscribe(session, filters, (outcome) => {
      if (typeof outcome !== 'number') this.failed(0, outcome);
      else this.#send({ type: 'unsuback', packetId, reasonCodes });
      this.#context.output.flush();
      this.release('lookup');
    });
  }

  /** A thing that listens to what is for it gets what waits. */
  #listen(session: ClientSession): void {
    const { owner } = session;
    if (owner.kind !== 'thing' || this.protocol.phase !== 'open') return;
    this.#listening = true;
    this.#context.services.online(owner.id, this);
  }

  #detach(expiryMs: number, normal: boolean): void {
    const session = this.#session;
    this.protocol.outbound.end();
    if (!session) return;
    if (this.#listening) this.#context.services.offline(session.owner.id, this);
    this.#listening = false;
    this.#context.broker.detach(session, this, expiryMs, normal);
  }

  #mark(): void {
    if (this.#marked) return;
    this.#marked = true;
    this.#context.mark(this);
  }

  #waitForLog(): void {
    this.hold('log');
    this.#context.ingest.whenReady(() => this.release('log'));
  }
}

function isLimitName(clause: string): clause is LimitName {
  return Object.hasOwn(limitTable, clause);
}
