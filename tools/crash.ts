// SPDX-License-Identifier: Apache-2.0
// npm run crash -- [--runs 200] [--seed N] [--check-every 10] [--plant lose-last] [--simulations 200] [--json]
// Proves that nothing acknowledged is lost: kills the server under load again and again, then runs its log on a
// simulated disk that loses power, tears writes, flips bits and fills up.
import { parseArgs } from 'node:util';
import { fixed, median, table, whole } from '../bench/table.ts';
import {
  runDiskSimulation,
  type SimulationRow,
} from '../src/bus/engines/journal/simulation/index.ts';
import { isClean, runCrash, type CrashReport } from './crash/run.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    'check-every': { type: 'string', default: '10' },
    plant: { type: 'string' },
    simulations: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});

function print(report: CrashReport): void {
  const rows: [string, string][] = [
    ['kills under load', whole(report.runs - report.killedInRecovery)],
    ['kills while starting', whole(report.killedInRecovery)],
    ['messages sent', whole(report.sent)],
    ['acknowledged', whole(report.acknowledged)],
    ['  MQTT QoS 1', whole(report.acknowledgedMqtt1)],
    ['  MQTT QoS 2', whole(report.acknowledgedMqtt2)],
    ['  HTTP', whole(report.acknowledgedHttp)],
    ['lost', whole(report.lost)],
    ['never sent', whole(report.phantoms)],
    ['half a message', whole(report.halves)],
    ['duplicates', whole(report.duplicates)],
    ['  of QoS 2', whole(report.duplicatesQos2)],
    ['sessions forgotten', whole(report.sessionsLost)],
    ['refused', whole(report.refused)],
    ['failed starts', whole(report.failedStarts)],
    ['recovery p50 ms', fixed(median(report.recoveryMs), 0)],
    ['recovery max ms', fixed(Math.max(...report.recoveryMs), 0)],
  ];
  process.stdout.write(`\nseed ${report.seed}\n${table(['kill -9', 'count'], rows)}\n`);
}

function printSimulation(rows: readonly SimulationRow[]): void {
  const headings = ['simulated disk', 'runs', 'crashes', 'acknowledged', 'failures'];
  const cells = rows.map((row) => [
    row.scenario,
    whole(row.runs),
    whole(row.crashes),
    whole(row.acknowledged),
    whole(row.failures.length),
  ]);
  process.stdout.write(`\nseed ${values.seed}\n${table(headings, cells)}\n`);
  for (const { seed, error } of rows.flatMap((row) => row.failures)) {
    process.stdout.write(`seed ${seed}: ${error}\n`);
  }
}

/** The log on the simulated disk; with a planted fault only the harness above is what is tested. */
async function simulate(): Promise<SimulationRow[]> {
  const runs = Number(values.simulations);
  if (values.plant !== undefined || runs === 0) return [];
  const rows = await runDiskSimulation({ seed: Number(values.seed), runs });
  printSimulation(rows);
  return rows;
}

async function killCycles(): Promise<{ report: CrashReport | undefined; passed: boolean }> {
  const { plant } = values;
  const runs = Number(values.runs);
  if (plant !== undefined && plant !== 'lose-last') throw new Error(`no fault is named ${plant}`);
  if (runs === 0) return { report: undefined, passed: true };
  const report = await runCrash({
    runs,
    seed: Number(values.seed),
    checkEvery: Number(values['check-every']),
    plant,
    note: (text) => process.stderr.write(`${text}\n`),
  });
  print(report);
  // With a planted fault the harness is what is tested: it must have seen the loss.
  return { report, passed: plant === undefined ? isClean(report) : report.lost > 0 };
}

const { report, passed: kept } = await killCycles();
const simulation = await simulate();
const passed = kept && simulation.every((row) => row.failures.length === 0);
const verdict =
  values.plant === undefined ? 'nothing acknowledged was lost' : 'the planted loss was found';
process.stdout.write(passed ? `\n${verdict}\n` : `\nFAILED: not so that ${verdict}\n`);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ crash: report, simulation, passed })}\n`);
}
process.exitCode = passed ? 0 : 1;
