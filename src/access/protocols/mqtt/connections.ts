// SPDX-License-Identifier: Apache-2.0
import { isIPv6 } from 'node:net';
import { isLoopback, type ErrorCode, type LimitName, type TimeMs } from '#core';
import type { Authenticator } from '#security';
import type { OpenConnection } from '../../listeners/open-connection.ts';
import type { Transport } from '../../listeners/transport.ts';
import type { Acceptor, BrokenHandshake, Handshake } from '../../listeners/listen.ts';
import { reason } from './codec.ts';
import { Connection } from './connection.ts';
import type { MqttContext } from './context.ts';
import { revokedDetail } from './remarks.ts';

/** Whoever has proved nothing: a connection, or a handshake that is to be one. */
type Stranger = Pick<Connection, 'createdAt'> & {
  readonly transport: Pick<Transport, 'source' | 'kind' | 'destroy'>;
};

const codeOfLimit: Partial<Record<LimitName, ErrorCode>> = {
  'mqtt.preConnectMsMax': 'access.no-connect',
  'mqtt.connectsPerSecondPerSource': 'access.too-many-connects',
  'auth.sourceBanMs': 'access.source-banned',
};

type Revoked = Parameters<Parameters<Authenticator['onRevoked']>[0]>[0];

/** The connections of a server: who is let in, who is looked after, and the one tick for all. */
export class Connections implements Acceptor {
  readonly #context: MqttContext;
  readonly #all = new Set<Connection>();
  /** Those without a session, oldest first. */
  readonly #strangers = new Set<Connection | Stranger>();
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

  /** Every open connection, as lists and figures show it. */
  *open(): Generator<OpenConnection> {
    for (const { transport, identity, createdAt, protocol } of this.#all) {
      const { kind, source } = transport;
      const owner = identity?.owner;
      yield {
        ...{ protocol: 'mqtt', transport: kind, source, since: createdAt },
        family: isIPv6(source) ? 6 : 4,
        clientId: protocol.clientId,
        tenant: identity?.tenant,
        thing: owner?.kind === 'thing' ? owner.id : undefined,
      };
    }
  }

  admit(address: string, transport: Transport['kind']): boolean {
    if (this.#closing) return false;
    const { sources, limits, ingest, anonymous, bans, diagnosis } = this.#context;
    const now = ingest.now;
    diagnosis.attempts.note('mqtt', address, now);
    if (bans.refuses({ source: address })) {
      const what = { step: 'policy', code: 'access.banned', detail: 'access.bans' } as const;
      this.#note({ source: address, transport, ...what });
      return false;
    }
    const full = this.#all.size >= limits['mqtt.connectionsMax'];
    const limit: LimitName | undefined = full
      ? 'mqtt.connectionsMax'
      : // A plain broker for trials: test suites connect from this machine as fast as they can.
        anonymous && isLoopback(address)
        ? undefined
        : sources.accept(address, now);
    if (limit === undefined) return true;
    this.#noteLimit(address, transport, limit);
    this.#context.limitHit(limit);
    return false;
  }

  handshake({ source, kind, destroy }: Handshake): () => void {
    const stranger = { transport: { source, kind, destroy }, createdAt: this.#context.ingest.now };
    this.#strange(stranger);
    return () => void this.#strangers.delete(stranger);
  }

  accepted(transport: Transport): void {
    const { ingest, counts } = this.#context;
    const connection = new Connection(this.#context, transport, ingest.now);
    counts.connects++;
    this.#all.add(connection);
    transport.start(connection);
    this.#strange(connection);
  }

  refused(refusal: BrokenHandshake): void {
    this.#note(refusal);
  }

  #strange(stranger: Connection | Stranger): void {
    const { limits } = this.#context;
    this.#strangers.add(stranger);
    const share = limits['mqtt.unauthenticatedShareMax'] / 100;
    const strangersMax = Math.max(1, Math.floor(limits['mqtt.connectionsMax'] * share));
    if (this.#strangers.size <= strangersMax) return;
    const oldest = this.#strangers.values().next();
    if (!oldest.done) this.#expel(oldest.value, 'mqtt.unauthenticatedShareMax');
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
    for (const stranger of this.#strangers) {
      if (now - stranger.createdAt >= waitMax) this.#expel(stranger, 'mqtt.preConnectMsMax');
    }
    for (const connection of this.#all) connection.tick(now);
    this.#context.output.flush();
  }

  /** Ends the connections of a thing, a credential, a token or an authority that is not valid any more. */
  revoke({ thing, credential, token, authority }: Revoked): void {
    for (const connection of this.#all) {
      const owner = connection.identity?.owner;
      if (!owner) continue;
      const byThing = owner.kind === 'thing' && thing !== undefined && owner.id === thing;
      const byToken = owner.kind === 'token' && token !== undefined && owner.id === token;
      const byCredential =
        credential !== undefined && connection.admission?.credential === credential;
      const byAuthority = authority !== undefined && connection.admission?.authority === authority;
      const hit =
        credential !== undefined && owner.kind === 'thing'
          ? byCredential
          : byThing || byToken || byAuthority;
      if (hit) connection.end(reason.notAuthorized, revokedDetail);
    }
  }

  /** Ends the connections of clients that an administrator keeps out. */
  enforceBans(): void {
    const { bans } = this.#context;
    for (const connection of this.#all) {
      const { transport, identity, username } = connection;
      const binding = identity?.binding;
      const names = [identity?.clientId, username, binding && `${binding.thing}`, binding?.uri];
      const { source } = transport;
      if (!bans.refuses({ source, tenant: identity?.tenant, names })) continue;
      connection.end(reason.administrativeAction, 'access.bans');
      // Whoever is kept out is not waited for.
      transport.destroy();
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

  #expel(stranger: Connection | Stranger, limit: LimitName): void {
    const { source, kind } = stranger.transport;
    this.#context.limitHit(limit);
    this.#noteLimit(source, kind, limit);
    this.#strangers.delete(stranger);
    stranger.transport.destroy();
  }

  #noteLimit(source: string, transport: Transport['kind'], limit: LimitName): void {
    const code = codeOfLimit[limit] ?? 'common.limit';
    const step = limit === 'mqtt.preConnectMsMax' ? 'connect' : 'limit';
    this.#note({ source, transport, step, code, at: limit, detail: limit });
  }

  #note(refusal: BrokenHandshake): void {
    const { diagnosis, ingest } = this.#context;
    diagnosis.note({ protocol: 'mqtt', identity: '', ...refusal }, ingest.now);
  }
}
