// SPDX-License-Identifier: Apache-2.0
import type { LimitName, TimeMs } from '#core';
import type { Authenticator } from '#security';
import type { Transport } from '../../listeners/transport.ts';
import type { Acceptor } from '../../listeners/listen.ts';
import { isLoopback } from '../../listeners/source.ts';
import { reason } from './codec.ts';
import { Connection } from './connection.ts';
import type { MqttContext } from './context.ts';

type Revoked = Parameters<Parameters<Authenticator['onRevoked']>[0]>[0];

/** The connections of a server: who is let in, who is looked after, and the one tick for all. */
export class Connections implements Acceptor {
  readonly #context: MqttContext;
  readonly #all = new Set<Connection>();
  /** Those without a session, oldest first. */
  readonly #strangers = new Set<Connection>();
  readonly #marked: Connection[] = [];
  #pumping = false;
  #closing = false;

  constructor(context: MqttContext) {
    this.#context = context;
  }

  get count(): number {
    return this.#all.size;
  }

  get strangers(): number {
    return this.#strangers.size;
  }

  admit(address: string): boolean {
    if (this.#closing) return false;
    const { sources, limits, ingest, anonymous } = this.#context;
    const now = ingest.now;
    const full = this.#all.size >= limits['mqtt.connectionsMax'];
    const limit: LimitName | undefined = full
      ? 'mqtt.connectionsMax'
      : // A plain broker for trials: test suites connect from this machine as fast as they can.
        anonymous && isLoopback(address)
        ? undefined
        : sources.accept(address, now);
    if (limit === undefined) return true;
    this.#note(address, 'limit', limit);
    this.#context.limitHit(limit);
    return false;
  }

  accepted(transport: Transport): void {
    const { limits, ingest, counts } = this.#context;
    const connection = new Connection(this.#context, transport, ingest.now);
    counts.connects++;
    this.#all.add(connection);
    this.#strangers.add(connection);
    transport.start(connection);
    const share = limits['mqtt.unauthenticatedShareMax'] / 100;
    const strangersMax = Math.max(1, Math.floor(limits['mqtt.connectionsMax'] * share));
    if (this.#strangers.size <= strangersMax) return;
    const oldest = this.#strangers.values().next();
    if (!oldest.done) this.#expel(oldest.value, 'mqtt.unauthenticatedShareMax');
  }

  refused(address: string, step: 'tls' | 'accept', detail: string): void {
    this.#note(address, step, detail);
  }

  authenticated(connection: Connection): void {
    this.#strangers.delete(connection);
  }

  gone(connection: Connection): void {
    this.#all.delete(connection);
    this.#strangers.delete(connection);
  }

  /** The connection has something to send; all that do are served when the turn is through. */
  mark(connection: Connection): void {
    this.#marked.push(connection);
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => this.#pump());
  }

  tick(now: TimeMs): void {
    const waitMax = this.#context.limits['mqtt.preConnectMsMax'];
    for (const connection of this.#strangers) {
      if (now - connection.createdAt < waitMax) break;
      this.#expel(connection, 'mqtt.preConnectMsMax');
    }
    for (const connection of this.#all) connection.tick(now);
    this.#context.output.flush();
  }

  /** Ends the connections of a thing, a credential or a token that is not valid any more. */
  revoke({ thing, credential, token }: Revoked): void {
    for (const connection of this.#all) {
      const owner = connection.identity?.owner;
      if (!owner) continue;
      const byThing = owner.kind === 'thing' && thing !== undefined && owner.id === thing;
      const byToken = owner.kind === 'token' && token !== undefined && owner.id === token;
      const byCredential = credential !== undefined && connection.credential === credential;
      const hit =
        credential !== undefined && owner.kind === 'thing' ? byCredential : byThing || byToken;
      if (hit) connection.end(reason.notAuthorized, 'the credential was revoked');
    }
  }

  /** Tells every client that the server goes down; wills stay due, sessions wait. */
  shutdown(): void {
    this.#closing = true;
    for (const connection of this.#all) connection.end(reason.serverShuttingDown);
  }

  #pump(): void {
    this.#pumping = false;
    const now = this.#context.ingest.now;
    const marked = this.#marked.splice(0);
    for (const connection of marked) connection.pump(now);
    this.#context.prepared.clear();
  }

  #expel(connection: Connection, limit: LimitName): void {
    this.#context.limitHit(limit);
    this.#note(connection.transport.source, 'limit', limit);
    this.#strangers.delete(connection);
    connection.transport.destroy();
  }

  #note(source: string, step: 'limit' | 'tls' | 'accept', detail: string): void {
    const { diagnosis, ingest } = this.#context;
    const code = step === 'limit' ? 'common.limit' : (`mqtt ${step}` as const);
    diagnosis.note({ protocol: 'mqtt', source, identity: '', step, code, detail }, ingest.now);
  }
}
