// SPDX-License-Identifier: Apache-2.0
// The series store beside InfluxDB and VictoriaMetrics on the same readings: npm run bench -- query, or node bench/query.ts.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '#core';
import { benchOptions } from './options.ts';
import { type Contestant, directoryBytes, fetched } from './series/contestant.ts';
import { fengsui } from './series/fengsui.ts';
import { hasInflux, influxdb } from './series/influxdb.ts';
import { type ReadingsOptions, readings, spanOf } from './series/readings.ts';
import { hasVictoria, victoria } from './series/victoria.ts';
import { type Cell, fixed, table, whole } from './table.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** Readings in one write, or in two posts at the same time. */
const batch = 262_144;
const shapePoints = 1_000;

const defaults = {
  points: '50000000',
  'peer-points': '',
  series: '10000',
  seed: '1',
  only: 'fengsui,influxdb,victoria',
  rounds: '200',
  threads: String(Math.max(1, availableParallelism())),
  url: '',
  token: '',
};

interface Outcome {
  readonly name: string;
  readonly points: number;
  readonly pointsPerSecond: number;
  readonly settleSeconds: number;
  readonly bytesPerPoint: number;
  readonly directoryBytesPerPoint: number;
  readonly hourP50Ms: number;
  readonly hourP95Ms: number;
  readonly dayP50Ms: number;
  readonly dayP95Ms: number;
  readonly hourlyMeansMs: number;
}

export const bench = {
  name: 'query',
  prints: true,
  async run(args: readonly string[]): Promise<Record<string, unknown>> {
    const options = benchOptions(args, defaults);
    if (options.url !== '') return overHttp(options.url, options.token, Number(options.rounds));
    const points = Number(options.points);
    const series = Number(options.series);
    const peerPoints = options['peer-points'] === '' ? points : Number(options['peer-points']);
    const root = await mkdtemp(join(tmpdir(), 'fengsui-query-'));
    const start = Math.floor((Date.now() - spanOf(points, series)) / dayMs - 1) * dayMs;
    const data = { points, series, seed: Number(options.seed), start };
    const rounds = Number(options.rounds);
    const outcomes: Outcome[] = [];
    const compete = async (
      name: string,
      there: boolean,
      open: (directory: string) => Promise<Contestant>,
    ): Promise<void> => {
      if (!options.only.split(',').includes(name)) return;
      if (!there) {
        process.stdout.write(`${name} is not installed\n`);
        return;
      }
      const directory = join(root, name);
      const own = name === 'fengsui' ? data : { ...data, points: peerPoints };
      outcomes.push(await measure(await open(directory), directory, own, rounds));
      await rm(directory, { recursive: true, force: true });
    };
    try {
      await compete('fengsui', true, (directory) =>
        fengsui(directory, series, Number(options.threads)),
      );
      await compete('influxdb', hasInflux, influxdb);
      await compete('victoria', hasVictoria, victoria);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
    print(outcomes, series);
    return {
      bench: 'query',
      points,
      peerPoints,
      series,
      ...Object.fromEntries(outcomes.map((o) => [o.name, o])),
    };
  },
};

/** Loads, settles and asks one contestant. */
async function measure(
  store: Contestant,
  directory: string,
  data: ReadingsOptions,
  rounds: number,
): Promise<Outcome> {
  await using contestant = store;
  let spent = 0;
  let made = 0;
  for (const piece of readings(data, batch)) {
    const began = performance.now();
    await contestant.write(piece);
    spent += performance.now() - began;
    made += piece.rows;
  }
  const settling = performance.now();
  await contestant.settle();
  const settleSeconds = (performance.now() - settling) / 1_000;
  process.stdout.write(
    `${contestant.name}: ${whole(made)} points written in ${fixed(spent / 1_000, 1)} s\n`,
  );
  const random = new SeededRandom(data.seed + 1);
  const span = Math.floor(spanOf(made, data.series));
  const day = Math.min(dayMs, span);
  const from = (length: number): number =>
    data.start + Math.floor(random.next() * Math.max(0, span - length));
  const one = (): number => 1 + random.int(data.series);
  const ask = async (
    length: number,
    question: (s: number, f: number) => Promise<number>,
  ): Promise<number[]> => {
    const taken: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const [series, at] = [one(), from(length)];
      const began = performance.now();
      const found = await question(series, at);
      taken.push(performance.now() - began);
      if (found === 0)
        throw new Error(`${contestant.name} found nothing of series ${series} at ${at}`);
    }
    // The first ones warm up.
    return taken.slice(Math.min(20, rounds >> 2)).toSorted((a, b) => a - b);
  };
  const hours = await ask(Math.min(hourMs, span), (s, f) => contestant.raw(s, f, f + hourMs));
  const days = await ask(day, (s, f) => contestant.shape(s, f, f + day, shapePoints));
  const began = performance.now();
  const found = await contestant.hourlyMeans(data.start, data.start + dayMs);
  const hourlyMeansMs = performance.now() - began;
  if (found < data.series)
    throw new Error(`${contestant.name} answered ${found} of ${data.series} series`);
  return {
    name: contestant.name,
    points: made,
    pointsPerSecond: (made / spent) * 1_000,
    settleSeconds,
    bytesPerPoint: (await contestant.bytes()) / made,
    directoryBytesPerPoint: directoryBytes(directory) / made,
    hourP50Ms: quantile(hours, 0.5),
    hourP95Ms: quantile(hours, 0.95),
    dayP50Ms: quantile(days, 0.5),
    dayP95Ms: quantile(days, 0.95),
    hourlyMeansMs,
  };
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

/** Times GETs of a running server: `{from}` and `{to}` in the address become an hour of the last day. */
async function overHttp(
  template: string,
  token: string,
  rounds: number,
): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const taken: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const to = Date.now() - Math.floor(Math.random() * (dayMs - hourMs));
    const at = (time: number): string => encodeURIComponent(new Date(time).toISOString());
    const url = template.replaceAll('{from}', at(to - hourMs)).replaceAll('{to}', at(to));
    const began = performance.now();
    await fetched(url, { headers });
    taken.push(performance.now() - began);
  }
  const sorted = taken.toSorted((a, b) => a - b);
  const row = {
    bench: 'query over HTTP',
    rounds,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
  };
  process.stdout.write(
    `${table(['requests', 'p50 ms', 'p95 ms'], [[rounds, fixed(row.p50Ms, 2), fixed(row.p95Ms, 2)]])}\n`,
  );
  return row;
}

function print(outcomes: readonly Outcome[], series: number): void {
  const headings = [
    'store',
    'points',
    'points/s',
    'compaction s',
    'bytes/point',
    'with rest',
    'hour p50 ms',
    'p95',
    `day → ${shapePoints} p50 ms`,
    'p95',
    `hourly means of ${whole(series)}, ms`,
  ];
  const rows = outcomes.map((o): Cell[] => [
    o.name,
    whole(o.points),
    whole(o.pointsPerSecond),
    fixed(o.settleSeconds, 1),
    fixed(o.bytesPerPoint, 2),
    fixed(o.directoryBytesPerPoint, 2),
    fixed(o.hourP50Ms, 2),
    fixed(o.hourP95Ms, 2),
    fixed(o.dayP50Ms, 1),
    fixed(o.dayP95Ms, 1),
    fixed(o.hourlyMeansMs, 0),
  ]);
  process.stdout.write(`${table(headings, rows)}\n`);
}

if (process.argv[1] === import.meta.filename) {
  const args = process.argv.slice(2);
  const figures = await bench.run(args.filter((each) => each !== '--json'));
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify(figures)}\n`);
}
