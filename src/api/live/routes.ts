// SPDX-License-Identifier: Apache-2.0
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { errorSpec, FaultError, fault, type Fault } from '#core';
import type { Principal } from '#security';
import { hasScope, principalOf } from '../access.ts';
import { languageOf } from '../problem.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import type { BrowserSessions } from '../sessions.ts';
import { LiveConnection, type Source } from './connection.ts';
import { LiveHub } from './hub.ts';
import type { SubscribeFrame } from './protocol.ts';
import type { Subscription } from './subscription.ts';

const path = '/api/v1/live';
const frameBytesMax = 65_536;
/** WebSocket close codes (RFC 6455 § 7.4.1). */
const closeCode = { goingAway: 1001, policy: 1008 } as const;

/** Takes over the connection of an upgrade request. */
export type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void;

export interface LiveOptions {
  readonly sessions: BrowserSessions;
  /** What else is upgraded on this server, by path. */
  readonly upgrades: Readonly<Record<string, Upgrade>>;
}

/** Serves the live channel on the HTTP server's upgrade requests, and hands other paths on. */
export function serveLive(app: Api, services: ApiServices, options: LiveOptions): void {
  const { upgrades } = options;
  const channel = new LiveChannel(services, options.sessions);
  app.server.on('upgrade', (request, socket, head) => {
    const asked = request.url?.split('?', 1)[0] ?? '';
    const other = Object.hasOwn(upgrades, asked) ? upgrades[asked] : undefined;
    if (!(socket instanceof Socket)) return refuse(socket, fault('common.internal'));
    if (other !== undefined) return other(request, socket, head);
    if (asked !== path) return refuse(socket, fault('api.no-route', asked));
    void channel.open(request, socket, head);
  });
  app.addHook('preClose', async () => channel.close());
}

class LiveChannel {
  readonly #services: ApiServices;
  readonly #sessions: BrowserSessions;
  readonly #hub: LiveHub;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: frameBytesMax });
  readonly #principals = new Map<WebSocket, Principal>();

  constructor(services: ApiServices, sessions: BrowserSessions) {
    this.#services = services;
    this.#sessions = sessions;
    this.#hub = new LiveHub({ ...services, directory: services.bindings });
    services.authenticator.onRevoked(({ token }) => {
      if (token !== undefined) this.#closeToken(token);
    });
  }

  async open(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    // Until the handshake is over nobody else listens, and a socket error would end the process.
    const ignore = (): void => void socket.destroy();
    socket.on('error', ignore);
    try {
      const principal = await this.#admit(request);
      socket.off('error', ignore);
      this.#server.handleUpgrade(request, socket, head, (webSocket) =>
        this.#serve(webSocket, principal, languageOf(request.headers['accept-language'])),
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

  async #admit(request: IncomingMessage): Promise<Principal> {
    const { authenticator, limits } = this.#services;
    const guard = { authenticator, sessions: this.#sessions };
    const principal = await principalOf(guard, request.headers, request.socket.remoteAddress ?? '');
    if (!hasScope(principal, 'read')) throw new FaultError(fault('security.forbidden', 'read'));
    if (this.#server.clients.size >= limits['live.connectionsMax'])
      throw new FaultError(fault('common.limit', 'live.connectionsMax'));
    return principal;
  }

  #serve(socket: WebSocket, principal: Principal, language: 'en' | 'zh'): void {
    const { limits, clock } = this.#services;
    this.#principals.set(socket, principal);
    socket.on('close', () => this.#principals.delete(socket));
    const source = this.#sourceFor(principal.tenant);
    new LiveConnection({ socket, limits, clock, source, language }).start();
  }

  #closeToken(token: number): void {
    for (const [socket, principal] of this.#principals) {
      if (principal.kind === 'token' && principal.token === token) socket.close(closeCode.policy);
    }
  }

  #sourceFor(tenant: number): Source {
    return (request, subscription) => {
      if (request.kind === 'trace') return this.#followTrace(tenant, request, subscription);
      const subscriber = { tenant, subscription };
      this.#hub.add(subscriber);
      return () => this.#hub.remove(subscriber);
    };
  }

  #followTrace(
    tenant: number,
    { things = [] }: SubscribeFrame,
    subscription: Subscription,
  ): (() => void) | Fault {
    const { trace, bindings } = this.#services;
    if (things.length === 0) return fault('common.invalid', 'things', 'a trace follows things');
    const ends = things.map((thing) =>
      trace.follow({ thing }, ({ at, ...event }) => {
        // A thing of which a message has just come in is held in memory.
        if (bindings.peek(thing)?.tenant !== tenant) return;
        subscription.push({ ...event, thing, time: new Date(at).toISOString() });
      }),
    );
    return () => {
      for (const end of ends) end();
    };
  }
}

function refuse(socket: Duplex, { code }: Fault): void {
  const { status } = errorSpec(code);
  socket.end(
    `HTTP/1.1 ${status} ${code}\r\nconnection: close\r\ncontent-length: 0\r\nx-error-code: ${code}\r\n\r\n`,
  );
}
