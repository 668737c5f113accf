// SPDX-License-Identifier: Apache-2.0
import { limitsOf, SeededRandom, type Limits } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock, SimDisk } from '#runtime/sim';
import { RecordKind, type LogEntry } from '../../port.ts';
import type { Journal, JournalOptions } from './journal.ts';

export const directory = '/data/log';

/** Everything a journal needs, simulated, with small segments and hardly any cache. */
export interface Bench extends JournalOptions {
  readonly disk: SimDisk;
  readonly clock: SimClock;
  readonly logger: RecordingLogger;
  readonly metrics: RecordingMetrics;
}

export function bench(
  limits: Partial<Limits> = {},
  disk = new SimDisk(new SeededRandom(1)),
): Bench {
  return {
    disk,
    directory,
    clock: new SimClock(),
    random: new SeededRandom(2),
    limits: limitsOf({ 'log.segmentBytes': 4_096, 'log.tailBytesMax': 0, ...limits }),
    logger: new RecordingLogger(),
    metrics: new RecordingMetrics(),
  };
}

export function event(bytes: number | string): LogEntry {
  const payload = typeof bytes === 'string' ? Buffer.from(bytes) : new Uint8Array(bytes).fill(7);
  return { kind: RecordKind.event, payload };
}

/** Units of one record each, one commit each. */
export async function appendEach(
  journal: Journal,
  payloads: readonly (number | string)[],
): Promise<void> {
  for (const payload of payloads) await journal.append([event(payload)]);
}

export function path(first: number, suffix = 'log'): string {
  return `${directory}/${String(first).padStart(16, '0')}.${suffix}`;
}
