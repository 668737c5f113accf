// SPDX-License-Identifier: Apache-2.0
import { BatchBuilder } from '#model';
import { limitsOf } from '#core';
import { MetricsRegistry, createLogger, systemClock } from '#runtime';
import { openDuckdbSeries } from '#store';
import { type Contestant } from './contestant.ts';

const hourMs = 3_600_000;
/** Readings in one record of the log. */
const recordRows = 65_536;

/** Our series store, written to as its reader of the log does. The engine of the store is called, not HTTP. */
export async function fengsui(
  directory: string,
  series: number,
  threads: number,
): Promise<Contestant> {
  const store = await openDuckdbSeries({
    directory,
    limits: limitsOf({ 'query.seriesMax': series, 'query.pointsMax': 10_000_000 }),
    logger: createLogger({
      level: 'error',
      format: 'json',
      colour: false,
      write: (line) => process.stderr.write(line),
    }),
    metrics: new MetricsRegistry(),
    clock: systemClock,
    threads,
  });
  const all = Array.from({ length: series }, (_, index) => index + 1);
  const builder = new BatchBuilder(recordRows);
  let next = 0;
  return {
    name: 'fengsui',
    async write(readings) {
      const records: Uint8Array[] = [];
      for (let i = 0; i < readings.rows; i++) {
        builder.number(readings.series[i] ?? 0, readings.time[i] ?? 0, readings.value[i] ?? 0, 0);
        if (builder.rows === recordRows) records.push(builder.seal(0));
      }
      if (builder.rows > 0) records.push(builder.seal(0));
      next += records.length;
      await store.write(records, next);
    },
    async settle() {
      await store.compact();
    },
    bytes: async () => (await store.stats()).storedBytes,
    async raw(id, from, to) {
      const [answer] = await store.query({ series: [id], from, to, points: 100_000 });
      return answer?.time.length ?? 0;
    },
    async shape(id, from, to, points) {
      const [answer] = await store.query({ series: [id], from, to, points });
      return answer?.time.length ?? 0;
    },
    async hourlyMeans(from, to) {
      const points = Math.ceil((to - from) / hourMs);
      const answers = await store.query({
        series: all,
        from,
        to,
        points,
        bucketMs: hourMs,
        aggregate: 'avg',
      });
      return answers.filter((answer) => answer.value.some((value) => value !== null)).length;
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
