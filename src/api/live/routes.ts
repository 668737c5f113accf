// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  forwardedSource,
  type AddressRanges,
  errorSpec,
  FaultError,
  fault,
  unwrap,
  type Fault,
} from '#core';
import type { Labels, Permission, Principal, Rights, Revocation } from '#security';
import { actingIn, principalOf, tenantHeader, type Sessions } from '../access.ts';
import type { HttpLimits } from '../http-limits.ts';
import { languageOf, type Language } from '../problem.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { LiveConnection, type Source } from './connection.ts';
import { LiveHub, type Subscriber } from './hub.ts';
import type { LiveKind, SubscribeFrame } from './protocol.ts';
import type { Subscription } from './subscription.ts';
import { followDiagnosis, followPackets } from './watching.ts';

const path = '/api/v1/live';
/** WebSocket close codes (RFC 6455 § 7.4.1). */
const closeCode = { goingAway: 1001, policy: 1008 } as const;

const permissionOfKind: Readonly<Record<LiveKind, Permission>> = {
  readings: 'readings.read',
  events: 'readings.read',
  lifecycle: 'things.read',
  actions: 'things.read',
  trace: 'readings.read',
  packets: 'diagnosis.read',
  diagnosis: 'diagnosis.read',
};

/** Who holds a live channel, and what that was allowed when it was opened. */
interface Asker {
  readonly principal: Principal;
  readonly rights: Rights;
}

/** Takes over the connection of an upgrade request. */
export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

export interface LiveOptions {
  readonly sessions: Sessions;
  /** What else is upgraded on this server, by path. */
  readonly upgrades: Readonly<Record<string, Upgrade>>;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trusted: AddressRanges;
  readonly httpLimits: HttpLimits;
}

/** Serves the live channel on the HTTP server's upgrade requests, and hands other paths on. */
export function serveLive(app: Api, services: ApiServices, options: LiveOptions): void {
  const { upgrades, trusted } = options;
  const channel = new LiveChannel(services, options);
  app.server.on('upgrade', (request, socket, head) => {
    const asked = request.url?.split('?', 1)[0] ?? '';
    const other = Object.hasOwn(upgrades, asked) ? upgrades[asked] : undefined;
    if (!(socket instanceof Socket)) return refuse(socket, fault('common.internal'));
    if (other !== undefined) return other(request, socket, head);
    const source = forwardedSource(
      socket.remoteAddress,
      request.headers['x-forwarded-for'],
      trusted,
    );
    if (services.bans.refuses({ source })) return refuse(socket, fault('access.banned'));
    if (asked !== path) return refuse(socket, fault('api.no-route', asked));
    void channel.open(request, socket, head, source);
  });
  app.addHook('preClose', async () => channel.close());
}

class LiveChannel {
  readonly #services: ApiServices;
  readonly #sessions: Sessions;
  readonly #hub: LiveHub;
  readonly #server: WebSocketServer;
  readonly #limits: HttpLimits;
  readonly #askers = new Map<WebSocket, Asker>();

  constructor(services: ApiServices, { sessions, httpLimits }: LiveOptions) {
    this.#services = services;
    this.#sessions = sessions;
    this.#limits = httpLimits;
    const maxPayload = services.limits['live.frameBytesMax'];
    this.#server = new WebSocketServer({ noServer: true, maxPayload });
    const { bindings } = services;
    const labelsOf = (thing: number): Labels | undefined => bindings.peek(thing)?.labels;
    this.#hub = new LiveHub({ ...services, directory: bindings, labelsOf });
    services.authenticator.onRevoked((revocation) => this.#closeOf(revocation));
    services.policy.onChanged(() => void this.#closeChanged());
  }

  // oxlint-disable-next-line max-params -- what an upgrade is made of, and whose it is
  async open(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    source: string,
  ): Promise<void> {
    // Until the handshake is over nobody else listens, and a socket error would end the process.
    const ignore = (): void => void socket.destroy();
    socket.on('error', ignore);
    try {
      this.#limits.source(source);
      const asker = await this.#admit(request, source);
      socket.off('error', ignore);
      this.#server.handleUpgrade(request, socket, head, (webSocket) =>
        this.#serve(webSocket, asker, languageOf(request.headers['accept-language'])),
      );
    } catch (error) {
      if (!(error instanceof FaultError))
        this.#services.logger.error({ err: error }, 'a live channel could not be opened');
      refuse(socket, error instanceof FaultError ? error.fault : fault('common.internal'));
    }
  }

  close(): void {
    this.#hub.stop();
    for (const client of this.#server.clients) client.close(closeCode.goingAway);
  }

  async #admit(request: IncomingMessage, source: string): Promise<Asker> {
    const { authenticator, limits, policy } = this.#services;
    const guard = { authenticator, sessions: this.#sessions };
    const proved = await principalOf(guard, request.headers, source);
    const wanted = request.headers[tenantHeader] ?? tenantOf(request.url) ?? undefined;
    const principal = await actingIn(policy, proved, wanted);
    const rights = await policy.rightsOf(principal);
    unwrap(rights.demand('readings.read'));
    const own = [...this.#askers.values()].filter((asker) => isSame(asker.principal, principal));
    const reached =
      this.#server.clients.size >= limits['live.connectionsMax']
        ? 'live.connectionsMax'
        : own.length >= limits['live.connectionsPerPrincipalMax']
          ? 'live.connectionsPerPrincipalMax'
          : undefined;
    if (reached === undefined) return { principal, rights };
    this.#limits.hit(reached);
    throw new FaultError(fault('common.limit', reached));
  }

  #serve(socket: WebSocket, asker: Asker, language: Language): void {
    const { limits, clock } = this.#services;
    this.#askers.set(socket, asker);
    socket.on('close', () => this.#askers.delete(socket));
    const source = this.#sourceFor(asker, language);
    const { hit } = this.#limits;
    new LiveConnection({ socket, limits, clock, source, language, hit }).start();
  }

  #closeOf(revoked: Revocation): void {
    for (const [socket, { principal }] of this.#askers) {
      if (isOf(principal, revoked)) socket.close(closeCode.policy);
    }
  }

  /** Ends the channels of those whose rights are others now: what they follow was chosen by the old ones. */
  async #closeChanged(): Promise<void> {
    for (const [socket, { principal, rights }] of this.#askers) {
      const now = await this.#services.policy.rightsOf(principal);
      if (now.signature !== rights.signature) socket.close(closeCode.policy);
    }
  }

  #sourceFor({ principal: { tenant }, rights }: Asker, language: Language): Source {
    return (request, subscription) => {
      const reached = rights.demand(permissionOfKind[request.kind]);
      if (!reached.ok) return reached.fault;
      const scope = reached.value;
      if (request.kind === 'trace')
        return this.#followTrace({ tenant, scope }, request, subscription);
      if (request.kind === 'packets') return followPackets(this.#services, tenant, subscription);
      if (request.kind === 'diagnosis')
        return followDiagnosis(this.#services, { tenant, language }, subscription);
      const subscriber = { tenant, scope, subscription };
      this.#hub.add(subscriber);
      return () => this.#hub.remove(subscriber);
    };
  }

  #followTrace(
    { tenant, scope }: Pick<Subscriber, 'tenant' | 'scope'>,
    { things = [] }: SubscribeFrame,
    subscription: Subscription,
  ): (() => void) | Fault {
    const { trace, bindings } = this.#services;
    if (things.length === 0) return fault('common.invalid', 'things', 'a trace follows things');
    const ends = things.map((thing) =>
      trace.follow({ thing }, ({ at, ...event }) => {
        // A thing of which a message has just come in is held in memory.
        const known = bindings.peek(thing);
        if (known?.tenant !== tenant || !scope.admits(known.labels)) return;
        subscription.push({ ...event, thing, time: new Date(at).toISOString() });
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  }
}

/** Browsers cannot send a header with an upgrade. */
function tenantOf(url = ''): string | null {
  return new URLSearchParams(url.split('?')[1]).get('tenant');
}

function isOf(principal: Principal, { token, account, session }: Revocation): boolean {
  if (principal.kind === 'user')
    return principal.account === account || principal.session === session;
  return (
    principal.kind === 'token' &&
    (principal.token === token || (account !== undefined && principal.account === account))
  );
}

function isSame(a: Principal, b: Principal): boolean {
  if (a.kind === 'user' && b.kind === 'user') return a.account === b.account;
  return a.kind === 'token' && b.kind === 'token' && a.token === b.token;
}

function refuse(socket: Duplex, { code }: Fault): void {
  const { status } = errorSpec(code);
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\nconnection: close\r\ncontent-length: 0\r\nx-error-code: ${code}\r\n\r\n`,
  );
}
