// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type Log, type LogRecord, type RecordKindCode } from '#bus';
import { openBatch } from '#model';
import { sleep, type Clock, type Logger } from '#runtime';
import type { Labels, ThingScope } from '#security';
import type { SeriesDirectory } from '#things';
import type { LiveKind } from './protocol.ts';
import { ReadingsFan } from './readings.ts';
import type { Subscription } from './subscription.ts';

const readBytesMax = 4_194_304;
const pauseMs = 1_000;
const kindOfRecord: Partial<Record<RecordKindCode, LiveKind>> = {
  [RecordKind.event]: 'events',
  [RecordKind.lifecycle]: 'lifecycle',
  [RecordKind.action]: 'actions',
};

/** A subscription and what its asker may see: a tenant, and of its things those that the scope reaches. */
export interface Subscriber {
  readonly tenant: number;
  readonly scope: ThingScope;
  readonly subscription: Subscription;
}

export interface LiveHubOptions {
  readonly log: Log;
  readonly directory: SeriesDirectory;
  /** Labels of a thing in memory; one of which something has just come in is. */
  readonly labelsOf: (thing: number) => Labels | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Follows the head of the log while anyone listens and hands records to the subscriptions; it holds nothing back. */
export class LiveHub {
  readonly #options: LiveHubOptions;
  readonly #readings: ReadingsFan;
  readonly #subscribers = new Set<Subscriber>();
  #running: AbortController | undefined;

  constructor(options: LiveHubOptions) {
    this.#options = options;
    this.#readings = new ReadingsFan(options.directory, options.labelsOf);
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    this.#readings.changed();
    if (this.#running !== undefined) return;
    this.#running = new AbortController();
    void this.#follow(this.#running.signal);
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
    this.#readings.changed();
    if (this.#subscribers.size === 0) this.stop();
  }

  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { log, logger, clock } = this.#options;
    let from = log.head;
    while (!signal.aborted) {
      try {
        const chunk = await log.read(from, { bytesMax: readBytesMax, signal });
        for (const record of chunk.records) this.#hand(record);
        from = chunk.next;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn(
          { err: error },
          'the live channel could not read the log; it goes on at its end',
        );
        await sleep(clock, pauseMs, signal);
        from = log.head;
      }
    }
  }

  /** Whether every thing that a record names is in a scope; what a record says is of no one property. */
  #reaches(scope: ThingScope, item: Record<string, unknown>): boolean {
    return thingsOf(item).every((thing) => {
      const labels = typeof thing === 'number' ? this.#options.labelsOf(thing) : undefined;
      if (labels === undefined) return false;
      return scope.admits(labels) && scope.propertiesOf(labels) === undefined;
    });
  }

  #hand(record: LogRecord): void {
    if (record.kind === RecordKind.readings) {
      const batch = openBatch(record.payload);
      if (batch.ok) this.#readings.fan(batch.value, this.#subscribers);
      return;
    }
    const kind = kindOfRecord[record.kind];
    if (kind === undefined) return;
    const listeners = [...this.#subscribers].filter((s) => s.subscription.request.kind === kind);
    if (listeners.length === 0) return;
    const item = parse(record);
    for (const { tenant, scope, subscription } of listeners) {
      const { things } = subscription.request;
      if (item['tenant'] !== tenant) continue;
      if (things !== undefined && !concerns(item, things)) continue;
      if (!scope.whole && !this.#reaches(scope, item)) continue;
      const time = typeof item['time'] === 'number' ? item['time'] : record.time;
      subscription.push({ ...item, offset: record.offset, time: new Date(time).toISOString() });
    }
  }
}

/** A record is about one thing, or about several that were changed together. */
function thingsOf({ thing, things }: Record<string, unknown>): readonly unknown[] {
  return Array.isArray(things) ? things : [thing];
}

function concerns(item: Record<string, unknown>, things: readonly number[]): boolean {
  const about = thingsOf(item);
  return things.some((wanted) => about.includes(wanted));
}

function parse(record: LogRecord): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(record.payload).toString());
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
