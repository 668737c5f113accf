// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '#core';
import type { PreparedThing } from '../support/api.ts';
import type { RunningServer } from '../support/server.ts';
import { textOf, type ThingJournal } from './journal.ts';
import type { Publisher } from './publisher.ts';

const batchMax = 20;

/** A device that posts arrays of readings; after a crash it posts the open array again, or forgets it. */
export class HttpPublisher implements Publisher {
  readonly thing: PreparedThing;
  readonly journal: ThingJournal;
  readonly qos = 0;
  readonly sessionsLost = 0;
  readonly #random: SeededRandom;
  #open: number[] = [];
  #abort = new AbortController();
  refused = 0;

  constructor(thing: PreparedThing, journal: ThingJournal, random: SeededRandom) {
    this.thing = thing;
    this.journal = journal;
    this.#random = random;
  }

  get settled(): boolean {
    return this.#open.length === 0;
  }

  start(server: RunningServer, mode: 'publish' | 'settle'): void {
    this.#abort = new AbortController();
    if (mode === 'publish' && this.#random.next() < 0.2) this.#open = [];
    void this.#work(server.http, mode, this.#abort.signal);
  }

  stop(): void {
    this.#abort.abort();
  }

  async #work(base: string, mode: 'publish' | 'settle', signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (mode === 'publish') this.#collect();
      if (this.#open.length > 0 && !(await this.#post(base, signal))) return;
      await sleep(5);
    }
  }

  #collect(): void {
    while (this.#open.length < batchMax) {
      const reading = this.journal.send(Date.now());
      if (reading === undefined) return;
      this.#open.push(reading.sequence);
    }
  }

  /** False when the server went away under the request: whether it is stored is then unknown. */
  async #post(base: string, signal: AbortSignal): Promise<boolean> {
    const body = this.#open.map((sequence) => ({
      time: new Date(this.journal.timeOf(sequence)).toISOString(),
      values: { n: sequence, s: textOf(sequence) },
    }));
    try {
      const response = await fetch(`${base}/api/v1/things/${this.thing.id}/properties`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.thing.password}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
        signal,
      });
      const answer: { refused?: unknown[] } = JSON.parse(await response.text());
      if (!response.ok || (answer.refused?.length ?? 0) > 0) this.refused++;
      else for (const sequence of this.#open) this.journal.acknowledge(sequence);
      this.#open = [];
      return true;
    } catch {
      return false;
    }
  }
}
