// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import {
  type AddressRanges,
  FaultError,
  fault,
  sourceKey,
  TokenBuckets,
  type LimitName,
  type Limits,
} from '#core';
import type { Clock } from '#runtime';
import type { Principal } from '#security';

export interface HttpLimitsOptions {
  readonly limits: Limits;
  readonly clock: Clock;
  /** Counts a limit that was reached. */
  readonly hit: (limit: LimitName) => void;
  /** Ranges in which many clients share an address: proxies that are trusted, and carriers' gateways. */
  readonly shared: readonly AddressRanges[];
}

const limitOfFrameworkError: Readonly<Record<string, LimitName>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'http.bodyBytesMax',
  HPE_HEADER_OVERFLOW: 'http.headerBytesMax',
  ERR_HTTP_REQUEST_TIMEOUT: 'http.requestMsMax',
};

/** How much one source and one principal may ask of the HTTP server, WebSocket handshakes included. */
export class HttpLimits {
  readonly #options: HttpLimitsOptions;
  readonly #sources: TokenBuckets;
  readonly #principals: TokenBuckets;
  /** Open connections of each source. */
  readonly #connections = new Map<string, number>();

  constructor(options: HttpLimitsOptions) {
    const { limits } = options;
    const rememberedMax = limits['auth.rememberedMax'];
    this.#options = options;
    this.#sources = new TokenBuckets({
      perSecond: limits['http.requestsPerSecondPerSource'],
      burst: limits['http.requestBurstPerSource'],
      rememberedMax,
    });
    this.#principals = new TokenBuckets({
      perSecond: limits['http.requestsPerSecondPerPrincipal'],
      burst: limits['http.requestBurstPerPrincipal'],
      rememberedMax,
    });
  }

  /** Counts a limit that was reached. */
  get hit(): (limit: LimitName) => void {
    return this.#options.hit;
  }

  /** Counts a request of an address. Throws `common.limit`. */
  source(address: string): void {
    if (this.#isShared(address)) return;
    const now = this.#options.clock.monotonic();
    if (!this.#sources.take(sourceKey(address), now))
      this.#refuse('http.requestsPerSecondPerSource');
  }

  /** Counts a request of whoever has proved who it is. Throws `common.limit`. */
  principal(principal: Principal): void {
    const key = keyOf(principal);
    if (key === undefined) return;
    const now = this.#options.clock.monotonic();
    if (!this.#principals.take(key, now)) this.#refuse('http.requestsPerSecondPerPrincipal');
  }

  /** Bounds the connections of a source, and counts what the framework refuses by itself. */
  watch(app: FastifyInstance): void {
    const { hit } = this.#options;
    app.server.on('connection', (socket: Socket) => this.#connected(socket));
    app.server.on('drop', () => hit('http.connectionsMax'));
    const count = (error: unknown): void => {
      const limit = limitOfError(error);
      if (limit !== undefined) hit(limit);
    };
    app.server.on('clientError', count);
    app.addHook('onError', async (_request, _reply, error) => count(error));
  }

  #connected(socket: Socket): void {
    const { limits, hit } = this.#options;
    const { remoteAddress = 'unknown' } = socket;
    if (this.#isShared(remoteAddress)) return;
    const key = sourceKey(remoteAddress);
    const open = (this.#connections.get(key) ?? 0) + 1;
    if (open > limits['http.connectionsPerSourceMax']) {
      hit('http.connectionsPerSourceMax');
      socket.destroy();
      return;
    }
    this.#connections.set(key, open);
    socket.once('close', () => {
      const left = (this.#connections.get(key) ?? 1) - 1;
      if (left > 0) this.#connections.set(key, left);
      else this.#connections.delete(key);
    });
  }

  #isShared(address: string): boolean {
    return this.#options.shared.some((ranges) => ranges.has(address));
  }

  #refuse(limit: LimitName): never {
    this.#options.hit(limit);
    throw new FaultError(fault('common.limit', limit));
  }
}

/** What a limit counts for; nothing for those who have proved nothing. */
function keyOf(principal: Principal): string | undefined {
  switch (principal.kind) {
    case 'thing':
      return `thing ${principal.thing}`;
    case 'token':
      return `token ${principal.token}`;
    case 'user':
      return `user ${principal.account}`;
    case 'anonymous':
      return undefined;
  }
}

function limitOfError(error: unknown): LimitName | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const code = String(error.code);
  return Object.hasOwn(limitOfFrameworkError, code) ? limitOfFrameworkError[code] : undefined;
}
