// SPDX-License-Identifier: Apache-2.0
import { benchOptions } from './options.ts';
import type { LoadReport } from './load/options.ts';
import { runLoad } from './load/run.ts';
import { startAedes } from './peers/aedes.ts';
import { startFengsui, type FengsuiTarget } from './peers/fengsui.ts';
import { startMosquitto } from './peers/mosquitto.ts';
import type { Target } from './peers/target.ts';
import { fixed, median, table, whole } from './table.ts';
import { readUsage, untilQuiet } from '../tools/support/proc.ts';

const loads = [
  { connections: 100, window: 50 },
  { connections: 1_000, window: 1 },
] as const;

/** Values in a message. */
const pointsPerMessage = 2;

interface Round {
  readonly target: string;
  readonly connections: number;
  readonly window: number;
  readonly report: LoadReport;
  /** From the first publish until the server is quiet again, storing included. */
  readonly cpuSecondsPerMillion: number;
  readonly rssBytes: number;
  /** How long after the last acknowledgement the server still worked. */
  readonly settleMs: number;
}

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly only: readonly string[];
  readonly settings: readonly string[];
}

function planOf(args: readonly string[]): Plan {
  const options = benchOptions(args, {
    rounds: '3',
    seconds: '8',
    'warm-up': '2',
    only: 'fengsui,mosquitto,aedes',
    set: '',
  });
  return {
    rounds: Number(options.rounds),
    seconds: Number(options.seconds),
    warmUpSeconds: Number(options['warm-up']),
    only: options.only.split(','),
    settings: options.set.split(',').filter((setting) => setting !== ''),
  };
}

export const bench = {
  name: 'ingest',
  prints: true,
  async run(args: readonly string[]): Promise<Record<string, unknown>> {
    const plan = planOf(args);
    await using stack = new AsyncDisposableStack();
    const started = Date.now();
    const targets: Target[] = [];
    const wants = (name: string): boolean => plan.only.includes(name);
    const fengsui = wants('fengsui')
      ? stack.use(await startFengsui({ things: 1_000, settings: plan.settings }))
      : undefined;
    if (fengsui !== undefined) targets.push(fengsui);
    if (wants('mosquitto')) targets.push(stack.use(await startMosquitto(1_000)));
    if (wants('aedes')) targets.push(stack.use(await startAedes(1_000)));
    const rounds: Round[] = [];
    for (const load of loads) {
      for (let round = 0; round < plan.rounds; round++) {
        for (const target of targets) rounds.push(await measure(target, load, plan));
      }
    }
    const rows = loads.flatMap((load) => targets.map((target) => rowOf(rounds, target.name, load)));
    print(rows);
    const stored = fengsui === undefined ? undefined : await checkStored(fengsui, rounds, started);
    return { bench: 'ingest', rows, stored };
  },
};

async function measure(
  target: Target,
  load: { connections: number; window: number },
  plan: Plan,
): Promise<Round> {
  await untilQuiet([target.pid]);
  const report = await runLoad({
    host: target.host,
    port: target.port,
    clients: target.clients(load.connections),
    window: load.window,
    warmUpMs: plan.warmUpSeconds * 1_000,
    durationMs: plan.seconds * 1_000,
    serverPid: target.pid,
  });
  const settleMs = await untilQuiet([target.pid]);
  const usage = readUsage(target.pid);
  const cpuSeconds = usage.cpuSeconds - report.server.cpuSecondsConnected;
  process.stderr.write(
    `${target.name} ${load.connections}×${load.window}: ${whole(report.messagesPerSecond)}/s\n`,
  );
  return {
    target: target.name,
    ...load,
    report,
    cpuSecondsPerMillion: (cpuSeconds / report.acknowledged) * 1e6,
    rssBytes: report.server.rssBytes,
    settleMs,
  };
}

function rowOf(rounds: readonly Round[], target: string, load: (typeof loads)[number]) {
  const of = (name: string): Round[] =>
    rounds.filter((r) => r.target === name && r.connections === load.connections);
  const own = of(target);
  const middle = (pick: (round: Round) => number): number => median(own.map(pick));
  const rates = own.map((r) => r.report.messagesPerSecond);
  const peer = of('mosquitto').map((r) => r.report.messagesPerSecond);
  const ratios = rates.map((rate, round) => rate / (peer[round] ?? Number.NaN));
  return {
    load: `${load.connections} × ${load.window}`,
    server: target,
    messagesPerSecond: median(rates),
    pointsPerSecond: target === 'fengsui' ? median(rates) * pointsPerMessage : 0,
    ackMsP50: middle((r) => r.report.ackMs.p50),
    ackMsP99: middle((r) => r.report.ackMs.p99),
    cpuSecondsPerMillion: middle((r) => r.cpuSecondsPerMillion),
    rssMiB: Math.max(...own.map((r) => r.rssBytes)) / 2 ** 20,
    rssMiBPerMillion: middle((r) => r.rssBytes / 2 ** 20 / (r.report.acknowledged / 1e6)),
    settleMs: middle((r) => r.settleMs),
    serverProcessors: middle((r) => r.report.server.cpuSeconds / r.report.seconds),
    generatorProcessors: middle((r) => r.report.generator.processors),
    generatorIdleShare: middle((r) => r.report.generator.idleShare),
    toMosquitto: median(ratios),
    refused: own.reduce((sum, r) => sum + r.report.refused + r.report.broken, 0),
    rounds: rates,
  };
}

function print(rows: readonly ReturnType<typeof rowOf>[]): void {
  const headings = [
    'load',
    'server',
    'messages/s',
    'points/s',
    'ack p50 ms',
    'ack p99 ms',
    'CPU s/M',
    'RSS MiB',
    'settle s',
    'server CPUs',
    'generator idle',
    '× mosquitto',
  ];
  const cells = rows.map((row) => [
    row.load,
    row.server,
    whole(row.messagesPerSecond),
    row.pointsPerSecond === 0 ? '-' : whole(row.pointsPerSecond),
    fixed(row.ackMsP50, 2),
    fixed(row.ackMsP99, 2),
    fixed(row.cpuSecondsPerMillion, 2),
    whole(row.rssMiB),
    fixed(row.settleMs / 1_000, 1),
    fixed(row.serverProcessors, 2),
    `${whole(row.generatorIdleShare * 100)}%`,
    Number.isNaN(row.toMosquitto) ? '-' : fixed(row.toMosquitto, 2),
  ]);
  process.stdout.write(`\n${table(headings, cells)}\n`);
  const refused = rows.filter((row) => row.refused > 0);
  for (const row of refused) {
    process.stdout.write(`${row.server} ${row.load}: ${row.refused} refused or broken\n`);
  }
}

/** Asks over HTTP how many readings are stored, and compares with what was acknowledged. */
async function checkStored(target: FengsuiTarget, rounds: readonly Round[], started: number) {
  const own = rounds.filter((round) => round.target === target.name);
  const sent = own.reduce((sum, round) => sum + round.report.sent, 0) * pointsPerMessage;
  const acknowledged =
    own.reduce((sum, round) => sum + round.report.acknowledged - round.report.refused, 0) *
    pointsPerMessage;
  let stored = 0;
  for (const thing of target.things) {
    for (const property of ['temperature', 'humidity']) {
      stored += await target.api.count(thing.id, property, started - 60_000, Date.now() + 60_000);
    }
  }
  const right = stored >= acknowledged && stored <= sent;
  process.stdout.write(
    `stored ${whole(stored)} points, acknowledged ${whole(acknowledged)}, sent ${whole(sent)}: ` +
      `${right ? 'right' : 'WRONG'}\n`,
  );
  if (!right) process.exitCode = 1;
  return { stored, acknowledged, sent, right };
}
