// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { limitsOf } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock } from '#runtime/sim';
import { type SeriesFixture, fixtureStart, seriesConformance } from '../conformance.ts';
import { openDuckdbSeries } from './client.ts';

async function fixture(limits: Parameters<typeof limitsOf>[0] = {}): Promise<SeriesFixture> {
  const root = await mkdtemp(join(tmpdir(), 'fengsui-series-'));
  const directory = join(root, 'store');
  const clock = new SimClock(fixtureStart);
  let spares = 0;
  return {
    clock,
    open: ({ retentionMs, from } = {}) =>
      openDuckdbSeries({
        directory: from ?? directory,
        limits: limitsOf(limits),
        logger: new RecordingLogger(),
        metrics: new RecordingMetrics(),
        clock,
        retentionMs,
      }),
    spare: async () => join(root, `spare-${spares++}`),
    async contains(text) {
      for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        if ((await readFile(join(entry.parentPath, entry.name))).includes(text)) return true;
      }
      return false;
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

seriesConformance('duckdb', () => fixture());
// Many files a period, and most periods aside: the paths that large stores take.
seriesConformance('duckdb, small files', () =>
  fixture({ 'store.partPointsMax': 20, 'store.hotPeriodsMax': 1 }),
);
