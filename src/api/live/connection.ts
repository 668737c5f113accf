// SPDX-License-Identifier: Apache-2.0
import { Value } from 'typebox/value';
import type { RawData, WebSocket } from 'ws';
import { errorSpec, fault, TokenBuckets, type Fault, type LimitName, type Limits } from '#core';
import type { Clock, Timer } from '#runtime';
import { faultBody, type Language } from '../problem.ts';
import { ClientFrame, type FaultFrame, type SubscribeFrame } from './protocol.ts';
import { flushEveryMs, Subscription } from './subscription.ts';

/** A client that leaves this much unread gets nothing more until it has caught up; what comes meanwhile is left out. */
const bufferedBytesMax = 1_048_576;
const pingEveryMs = 15_000;

/** Where a subscription gets its items from; returns how to end it, or why there is none. */
export type Source = (request: SubscribeFrame, subscription: Subscription) => (() => void) | Fault;

export interface LiveConnectionOptions {
  readonly socket: WebSocket;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly source: Source;
  readonly language: Language;
  /** Counts a limit that was reached. */
  readonly hit: (limit: LimitName) => void;
}

/** One live WebSocket: its subscriptions, their rates, and its health. */
export class LiveConnection {
  readonly #options: LiveConnectionOptions;
  readonly #subscriptions = new Map<string, { subscription: Subscription; end: () => void }>();
  readonly #timers: Timer[] = [];
  readonly #frames: TokenBuckets;
  #alive = true;
  #lastFlush = 0;

  constructor(options: LiveConnectionOptions) {
    this.#options = options;
    const perSecond = options.limits['live.framesPerSecondMax'];
    this.#frames = new TokenBuckets({ perSecond, burst: perSecond * 10, rememberedMax: 1 });
  }

  start(): void {
    const { socket, clock, hit } = this.#options;
    this.#lastFlush = clock.monotonic();
    this.#timers.push(clock.every(flushEveryMs, () => this.#flush()));
    this.#timers.push(clock.every(pingEveryMs, () => this.#ping()));
    socket.on('message', (data, isBinary) => {
      if (this.#counts()) this.#receive(isBinary ? undefined : textOf(data));
    });
    socket.on('ping', () => this.#counts());
    socket.on('pong', () => (this.#alive = true));
    socket.on('error', (error: Error & { readonly code?: unknown }) => {
      if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') hit('live.frameBytesMax');
      socket.terminate();
    });
    socket.on('close', () => this.#end());
  }

  #receive(text: string | undefined): void {
    const frame = parseFrame(text);
    if (frame === undefined) return this.#refuse(fault('common.invalid', 'frame'));
    if (frame.op === 'ping') return this.#send({ op: 'pong' });
    this.#unsubscribe(frame.id);
    if (frame.op === 'unsubscribe') return this.#send({ id: frame.id, op: 'unsubscribed' });
    const { limits, source } = this.#options;
    if (this.#subscriptions.size >= limits['live.subscriptionsMax']) {
      this.#options.hit('live.subscriptionsMax');
      return this.#refuse(fault('common.limit', 'live.subscriptionsMax'), frame.id);
    }
    const subscription = new Subscription(frame, limits['live.ratePerSecondMax']);
    const end = source(frame, subscription);
    if (typeof end !== 'function') return this.#refuse(end, frame.id);
    this.#subscriptions.set(frame.id, { subscription, end });
    this.#send({ id: frame.id, op: 'subscribed', ratePerSecond: subscription.ratePerSecond });
  }

  /** Whether the client may send one more frame; it is ended otherwise. */
  #counts(): boolean {
    const { socket, clock, hit } = this.#options;
    if (socket.readyState !== socket.OPEN) return false;
    if (this.#frames.take('', clock.monotonic())) return true;
    hit('live.framesPerSecondMax');
    socket.terminate();
    return false;
  }

  #unsubscribe(id: string): void {
    this.#subscriptions.get(id)?.end();
    this.#subscriptions.delete(id);
  }

  #flush(): void {
    const now = this.#options.clock.monotonic();
    const elapsedMs = now - this.#lastFlush;
    this.#lastFlush = now;
    const blocked = this.#options.socket.bufferedAmount > bufferedBytesMax;
    for (const { subscription } of this.#subscriptions.values()) {
      const frame = blocked ? subscription.hold() : subscription.flush(elapsedMs);
      if (frame !== undefined) this.#send(frame);
    }
  }

  #ping(): void {
    if (!this.#alive) return this.#options.socket.terminate();
    this.#alive = false;
    this.#options.socket.ping();
  }

  #refuse(why: Fault, id?: string): void {
    const { language } = this.#options;
    const body = { ...faultBody(why, language), title: errorSpec(why.code)[language] };
    const frame: FaultFrame = id === undefined ? { fault: body } : { id, fault: body };
    this.#send(frame);
  }

  #send(frame: object): void {
    if (this.#options.socket.readyState === 1) this.#options.socket.send(JSON.stringify(frame));
  }

  #end(): void {
    for (const timer of this.#timers) timer.cancel();
    for (const { end } of this.#subscriptions.values()) end();
    this.#subscriptions.clear();
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}

function parseFrame(text: string | undefined): ClientFrame | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(ClientFrame, value) ? value : undefined;
  } catch {
    return undefined;
  }
}
