// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Transport } from '../../listeners/transport.ts';
import { Framer } from './codec.ts';
import type { MqttContext } from './context.ts';
import type { TurnTaker } from './turns.ts';

/** Why reading from a client has stopped; it goes on when all are lifted. */
const holds = {
  ...{ admission: 1, rate: 2, receive: 4, log: 8, lookup: 16, output: 32 },
  /** It has sent more than is dealt with in a turn; the network is read on, but once. */
  turn: 64,
} as const;
export type Hold = keyof typeof holds;

/** Unread answers at which a client is not read any further. */
const outputBytesMax = 262_144;

/** Whose packets they are. */
export interface Reader {
  readonly tenant: number;
  readonly isClosed: boolean;
  /** Its limits grow with time. */
  refill(now: TimeMs): void;
  /** Deals with the packet that the framer has found, and says how much work that was. */
  packet(framer: Framer): number;
  /** What came is no packet. */
  fault(framer: Framer): void;
  /** A fault of ours in a packet of this client. */
  failedWithin(error: unknown): void;
}

/** What one client sends, packet by packet, as far as nothing holds it and it is its turn. */
export class Reading implements TurnTaker {
  readonly framer: Framer;
  readonly #context: MqttContext;
  readonly #transport: Transport;
  readonly #reader: Reader;
  #held = 0;
  #paused = false;
  #frames = 0;
  #backlog: Buffer[] | undefined;
  /** What may still be done in this turn. */
  #allowance = 0;

  constructor(context: MqttContext, transport: Transport, reader: Reader) {
    this.#context = context;
    this.#transport = transport;
    this.#reader = reader;
    this.framer = new Framer(context.limits['mqtt.preConnectBytesMax'], 0x10);
  }

  get tenant(): number {
    return this.#reader.tenant;
  }

  get isHeld(): boolean {
    return this.#held !== 0;
  }

  isHeldBy(why: Hold): boolean {
    return (this.#held & holds[why]) !== 0;
  }

  data(chunk: Buffer): void {
    if (this.#held !== 0) {
      // What the network had read already when it was paused.
      (this.#backlog ??= []).push(chunk);
      this.#pause();
      return;
    }
    const { turns } = this.#context;
    const { allowance } = turns;
    this.#allowance = allowance;
    this.#take(chunk);
    turns.spent(allowance - this.#allowance);
  }

  /** Its turn among those that have sent much. */
  proceed(work: number): number {
    this.#allowance = work;
    this.#reader.refill(this.#context.ingest.now);
    this.release('turn');
    return work - this.#allowance;
  }

  /** Whether more WebSocket frames than permitted have come since the last call, empty ones and pings too. */
  isFlooded(sinceMs: number): boolean {
    const { frames } = this.#transport;
    const came = frames - this.#frames;
    this.#frames = frames;
    const flooded = came * 1_000 > this.#context.limits['mqtt.webSocketFramesPerSecond'] * sinceMs;
    if (flooded) this.#context.limitHit('mqtt.webSocketFramesPerSecond');
    return flooded;
  }

  /** Stops reading from the client. */
  hold(why: Hold): void {
    this.#held |= holds[why];
    if (why !== 'turn') this.#pause();
  }

  /** Lifts a reason to stop; with the last one reading goes on. */
  release(why: Hold): void {
    if ((this.#held & holds[why]) === 0) return;
    this.#held &= ~holds[why];
    if (this.#held !== 0 || this.#reader.isClosed) return;
    this.#process();
    while (this.#held === 0) {
      const chunk = this.#backlog?.shift();
      if (!chunk) break;
      this.#take(chunk);
    }
    if (this.#held !== 0 || !this.#paused) return;
    this.#paused = false;
    this.#transport.resume();
  }

  /** Lifts a reason to stop; reading goes on when it is the client's turn. */
  queue(why: Hold): void {
    if (this.isHeldBy(why) && !this.isHeldBy('turn')) this.#yield();
    this.release(why);
  }

  #take(chunk: Buffer): void {
    const { ingest } = this.#context;
    this.#reader.refill(ingest.now);
    this.framer.push(chunk);
    if (ingest.congested) {
      this.hold('log');
      ingest.whenReady(() => this.queue('log'));
    }
    this.#process();
  }

  /** A fault of ours ends this connection and no other. */
  #process(): void {
    try {
      this.#packets();
    } catch (error) {
      this.#reader.failedWithin(error);
    }
    this.#context.output.flush();
    if (this.#transport.bufferedBytes > outputBytesMax) this.hold('output');
  }

  #packets(): void {
    const { framer } = this;
    while (this.#held === 0) {
      if (this.#allowance <= 0 && framer.pendingBytes > 0) {
        this.#yield();
        break;
      }
      if (!framer.next()) break;
      this.#allowance -= this.#reader.packet(framer);
    }
    if (framer.fault !== 0) this.#reader.fault(framer);
  }

  #yield(): void {
    this.hold('turn');
    this.#context.turns.wait(this);
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#transport.pause();
  }
}
