// SPDX-License-Identifier: Apache-2.0
import type { Offset } from '#bus';
import type { TimeMs } from '#core';
import type { Ingest } from '../ingest/port.ts';

/** The way of one message through the platform. */
export type TraceStep = 'receive' | 'auth' | 'decode' | 'model' | 'log' | 'store';

export interface TraceEvent {
  /** Groups the steps of one message. */
  readonly message: number;
  readonly step: TraceStep;
  readonly at: TimeMs;
  readonly ok: boolean;
  readonly detail: string;
}

/** What to follow: a thing, or a client by its identifier. */
export interface TraceTarget {
  readonly thing?: number | undefined;
  readonly clientId?: string | undefined;
}

/** A packet that is followed; the steps of its message are told to its followers too. */
export interface TracedPacket {
  readonly message: number;
  step(event: TraceEvent): void;
}

/** Resolves with the time at which the series store has committed a record; undefined when it did not in good time. */
export type StoredUpTo = (offset: Offset) => Promise<TimeMs | undefined>;

interface Following {
  readonly target: TraceTarget;
  readonly listener: (event: TraceEvent) => void;
}

/** Follows messages while someone looks; without listeners a message costs the reading of `active`. */
export class Trace {
  active = false;
  readonly #following = new Set<Following>();
  readonly #stored: StoredUpTo;
  #message = 0;

  constructor(stored: StoredUpTo = () => Promise.resolve(undefined)) {
    this.#stored = stored;
  }

  /** Follows until the returned function is called. */
  follow(target: TraceTarget, listener: (event: TraceEvent) => void): () => void {
    const following = { target, listener };
    this.#following.add(following);
    this.active = true;
    return () => {
      this.#following.delete(following);
      this.active = this.#following.size > 0;
    };
  }

  /** The number of the next message. */
  number(): number {
    return ++this.#message;
  }

  /**
   * A recorder of the next message when someone follows this thing or client, or follows its packet; else undefined. A
   * packet that is followed has its number already.
   */
  begin(thing: number, clientId: string, packet?: TracedPacket): TraceRecorder | undefined {
    const listeners = [...this.#following]
      .filter(({ target }) => matches(target, thing, clientId))
      .map(({ listener }) => listener);
    if (packet) listeners.push((event) => packet.step(event));
    if (listeners.length === 0) return undefined;
    return new TraceRecorder(packet?.message ?? this.number(), listeners, this.#stored);
  }
}

/** Tells the listeners of one message about its steps. */
export class TraceRecorder {
  readonly #message: number;
  readonly #listeners: readonly ((event: TraceEvent) => void)[];
  readonly #stored: StoredUpTo;

  constructor(
    message: number,
    listeners: readonly ((event: TraceEvent) => void)[],
    stored: StoredUpTo,
  ) {
    this.#message = message;
    this.#listeners = listeners;
    this.#stored = stored;
  }

  /** Tells when the readings just added are on disk, and when the series store has them. */
  commit(ingest: Ingest): void {
    ingest.wait({
      durable: () => this.#durable(ingest.now, ingest.durableOffset),
      failed: (_generation, cause) => this.step('log', ingest.now, false, cause.message),
    });
  }

  step(step: TraceStep, at: TimeMs, ok: boolean, detail: string): void {
    for (const listener of this.#listeners)
      listener({ message: this.#message, step, at, ok, detail });
  }

  #durable(at: TimeMs, offset: Offset): void {
    this.step('log', at, true, `offset ${offset}`);
    this.#stored(offset).then(
      (time) => time !== undefined && this.step('store', time, true, 'series'),
      (error: unknown) => this.step('store', at, false, String(error)),
    );
  }
}

function matches(target: TraceTarget, thing: number, clientId: string): boolean {
  const byThing = target.thing !== undefined && target.thing === thing;
  return byThing || (target.clientId !== undefined && target.clientId === clientId);
}
