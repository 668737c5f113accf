// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../support/api.ts';
import { sumFindings, type Findings } from './journal.ts';
import type { Publisher } from './publisher.ts';

const chunk = 20_000;

/**
 * Asks the server for all that a publisher sent from message `from` on. Storing follows the log with some lag, so a missing
 * reading is a loss only when it has not come by the end of `patienceMs`.
 */
export async function verifyPublisher(
  api: ApiClient,
  publisher: Publisher,
  from: number,
  patienceMs: number,
): Promise<Findings> {
  const found: Findings[] = [];
  const end = performance.now() + patienceMs;
  const { sent } = publisher.journal;
  for (let start = from; start < sent; start += chunk) {
    const to = Math.min(sent, start + chunk);
    let last = await compareChunk(api, publisher, start, to);
    while ((last.lost > 0 || last.halves > 0) && performance.now() < end) {
      await sleep(200);
      last = await compareChunk(api, publisher, start, to);
    }
    found.push(last);
  }
  return sumFindings(found);
}

async function compareChunk(
  api: ApiClient,
  publisher: Publisher,
  from: number,
  to: number,
): Promise<Findings> {
  const { journal, thing } = publisher;
  // The whole gap to the neighbours' times is asked for too: nothing may be there.
  const start = from === 0 ? journal.timeOf(0) - 1_000 : journal.timeOf(from - 1) + 1;
  const end = journal.timeOf(to - 1) + 1;
  const [numbers, texts] = await Promise.all([
    api.history(thing.id, 'n', start, end),
    api.history(thing.id, 's', start, end),
  ]);
  return journal.compare(from, to, numbers, texts);
}
