// SPDX-License-Identifier: Apache-2.0
// Writes records to a store without end, compacting now and then, until it is killed: crash-child.ts <directory>.
import { SeededRandom, limitsOf } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock } from '#runtime/sim';
import type { Reading } from '../../testing/model.ts';
import { recordOf } from '../../testing/model.ts';
import { openDuckdbSeries } from '../client.ts';

/** When the child's clock stands still. */
export const crashClockStart = Date.UTC(2026, 0, 10);
const day = 86_400_000;

/** The readings of the record with this offset: the same ones whenever they are asked for. */
export function crashReadings(offset: number): Reading[] {
  const random = new SeededRandom(offset);
  const late = offset % 5 === 4;
  return Array.from({ length: 300 }, () => {
    const series = 1 + random.int(12);
    const back = late
      ? random.int(4 * day)
      : Math.max(0, 3 * day - offset * 600_000 + random.int(60_000));
    const value = series === 12 ? `text ${random.int(1_000)}` : random.int(10_000) / 100;
    return { series, time: crashClockStart - back, value };
  });
}

export const openCrashStore = (directory: string): ReturnType<typeof openDuckdbSeries> =>
  openDuckdbSeries({
    directory,
    limits: limitsOf({ 'store.partPointsMax': 2_000 }),
    logger: new RecordingLogger(),
    metrics: new RecordingMetrics(),
    clock: new SimClock(crashClockStart),
  });

const [, script, directory] = process.argv;
if (script === import.meta.filename && directory !== undefined) {
  const store = await openCrashStore(directory);
  process.stdout.write('open\n');
  for (let round = 0; ; round++) {
    if (round % 8 === 0) void store.compact();
    await store.write([recordOf(crashReadings(store.committed))], store.committed + 1);
  }
}
