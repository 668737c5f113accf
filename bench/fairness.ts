// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import { benchOptions } from './options.ts';
import type { LoadClient } from './load/options.ts';
import { holdLoad, holdPaced, type PacedClients } from './load/run.ts';
import type { PacedReport } from './load/paced.ts';
import { startFengsui, type FengsuiTarget } from './peers/fengsui.ts';
import { fixed, median, table, whole } from './table.ts';

/** Messages a flooding client keeps under way: more than the server takes at a time. */
const floodWindow = 2_000;
/** Connections from one source address: the kernel's search for a free port to bind grows steep beyond some thousands. */
const perSource = 4_000;

/** Who floods while the honest devices are measured. */
const noises = ['nobody', 'a device', 'devices', 'a tenant'] as const;
type Noise = (typeof noises)[number];

interface Plan {
  readonly floods: readonly Noise[];
  readonly honest: number;
  readonly noisy: number;
  readonly everyMs: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly qos: 0 | 1;
  readonly settings: readonly string[];
}

interface Round {
  readonly noise: Noise;
  readonly report: PacedReport;
  /** Messages a second that the flooding clients got through; the server's limits stand in their way. */
  readonly noisePerSecond: number;
}

function planOf(args: readonly string[]): Plan {
  const options = benchOptions(args, {
    ...{ honest: '10000', noisy: '100', every: '5000', seconds: '10', rounds: '3', qos: '1' },
    only: noises.join(','),
    set: '',
  });
  const only = options.only.split(',');
  return {
    floods: noises.filter((noise) => noise === 'nobody' || only.includes(noise)),
    honest: Number(options.honest),
    noisy: Number(options.noisy),
    everyMs: Number(options.every),
    seconds: Number(options.seconds),
    rounds: Number(options.rounds),
    qos: options.qos === '0' ? 0 : 1,
    settings: options.set.split(',').filter((setting) => setting !== ''),
  };
}

export const bench = {
  name: 'fairness',
  prints: true,
  async run(args: readonly string[]): Promise<Record<string, unknown>> {
    const plan = planOf(args);
    await using server = await startFengsui({
      things: plan.honest + plan.noisy,
      settings: [...shippedPublishLimits, 'access.mqtt.anonymous=true', ...plan.settings],
      connections: plan.honest + plan.noisy,
    });
    const { host, port } = server;
    const clients = server.clients(plan.honest);
    const sources = sourcesFor(plan.honest);
    const { everyMs } = plan;
    await using honest = await holdPaced({ host, port, clients, sources, everyMs });
    const rounds: Round[] = [];
    await honest.measure(plan.seconds * 1_000);
    for (let round = 0; round < plan.rounds; round++) {
      for (const noise of plan.floods) rounds.push(await measure(server, honest, noise, plan));
    }
    const rows = plan.floods.map((noise) => rowOf(rounds, noise));
    print(rows);
    return { bench: 'fairness', honest: plan.honest, noisy: plan.noisy, rows };
  },
};

/** What clients may publish is what this bench is about: as it is shipped. */
const shippedPublishLimits = [
  'limits.mqtt.publishesPerSecond=50',
  'limits.mqtt.publishBurst=500',
  'limits.mqtt.publishBytesPerSecond=262144',
];

async function measure(
  server: FengsuiTarget,
  honest: PacedClients,
  noise: Noise,
  plan: Plan,
): Promise<Round> {
  const ms = plan.seconds * 1_000;
  const { host, port } = server;
  const clients = noisyClients(server, noise, plan);
  // A further process of clients costs the machine something whatever they do: in a quiet round it is there as well.
  const idle = server.clients(plan.honest + 1).slice(plan.honest);
  const { everyMs } = plan;
  await using _still =
    noise === 'nobody' ? await holdPaced({ host, port, clients: idle, everyMs }) : undefined;
  await using flood =
    clients.length === 0
      ? undefined
      : await holdLoad({
          ...{ host, port, clients, qos: plan.qos, window: floodWindow },
          ...(noise === 'a tenant' ? { topic: 'noise/topic' } : {}),
          ...{ warmUpMs: 0, durationMs: ms, drainMs: 0 },
        });
  // What starting the flooding process has cost is over.
  await sleep(500);
  const [report, load] = await Promise.all([honest.measure(ms), flood?.run()]);
  process.stderr.write(`${noise}: p99 ${fixed(report.ackMs.p99, 2)} ms\n`);
  return { noise, report, noisePerSecond: load?.messagesPerSecond ?? 0 };
}

/** Those of a tenant of their own are clients without credentials. */
function noisyClients(server: FengsuiTarget, noise: Noise, plan: Plan): readonly LoadClient[] {
  if (noise === 'nobody') return [];
  if (noise === 'a tenant') {
    return Array.from({ length: plan.noisy }, (_, i) => ({ clientId: `noisy-${i}` }));
  }
  const count = noise === 'a device' ? 1 : plan.noisy;
  return server.clients(plan.honest + count).slice(plan.honest);
}

/** Any address of 127.0.0.0/8 reaches the loopback interface, and each has ephemeral ports of its own. */
function sourcesFor(count: number): readonly string[] {
  return Array.from({ length: Math.ceil(count / perSource) }, (_, i) => `127.0.0.${2 + i}`);
}

function rowOf(rounds: readonly Round[], noise: Noise) {
  const own = rounds.filter((round) => round.noise === noise);
  const quiet = rounds.filter((round) => round.noise === 'nobody');
  const middle = (pick: (round: Round) => number): number => median(own.map(pick));
  const ratios = own.map(({ report }, i) => {
    return report.ackMs.p99 / (quiet[i]?.report.ackMs.p99 ?? Number.NaN);
  });
  return {
    noise,
    messages: own.reduce((sum, { report }) => sum + report.sent, 0),
    lost: own.reduce((sum, { report }) => sum + report.sent - report.acknowledged, 0),
    broken: own.reduce((most, { report }) => Math.max(most, report.broken), 0),
    p50: middle(({ report }) => report.ackMs.p50),
    p90: middle(({ report }) => report.ackMs.p90),
    p99: middle(({ report }) => report.ackMs.p99),
    max: Math.max(...own.map(({ report }) => report.ackMs.max)),
    noisePerSecond: middle(({ noisePerSecond }) => noisePerSecond),
    toQuiet: median(ratios),
    ratios,
  };
}

function print(rows: readonly ReturnType<typeof rowOf>[]): void {
  const headings = ['who floods', 'messages', 'lost', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'];
  const cells = rows.map((row) => [
    ...[row.noise, whole(row.messages), whole(row.lost + row.broken), fixed(row.p50, 2)],
    ...[fixed(row.p90, 2), fixed(row.p99, 2), fixed(row.max, 1)],
    ...[whole(row.noisePerSecond), fixed(row.toQuiet, 2)],
  ]);
  process.stdout.write(`\n${table([...headings, 'noise/s', 'p99 × quiet'], cells)}\n`);
}
