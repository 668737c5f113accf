// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type Log, type LogRecord, type RecordKindCode } from '#bus';
import { openBatch } from '#model';
import { sleep, type Clock, type Logger } from '#runtime';
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

/** A subscription and the tenant it may see. */
export interface Subscriber {
  readonly tenant: number;
  readonly subscription: Subscription;
}

export interface LiveHubOptions {
  readonly log: Log;
  readonly directory: SeriesDirectory;
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
    this.#readings = new ReadingsFan(options.directory);
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
    for (const { tenant, subscription } of listeners) {
      const { things } = subscription.request;
      if (item['tenant'] !== tenant) continue;
      if (things !== undefined && !concerns(item, things)) continue;
      const time = typeof item['time'] === 'number' ? item['time'] : record.time;
      subscription.push({ ...item, offset: record.offset, time: new Date(time).toISOString() });
    }
  }
}

/** A record is about one thing, or about several that were changed together. */
function concerns(item: Record<string, unknown>, things: readonly number[]): boolean {
  const { thing, things: several } = item;
  const about: readonly unknown[] = Array.isArray(several) ? several : [thing];
  return things.some((wanted) => about.includes(wanted));
}

function parse(record: LogRecord): Record<string, unknown> {
  const value: unknown = JSON.parse(Buffer.from(record.payload).toString());
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
