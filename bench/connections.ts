// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import { benchOptions } from './options.ts';
import type { LoadClient } from './load/options.ts';
import { holdConnections, type IdleConnections } from './load/run.ts';
import { startFengsui } from './peers/fengsui.ts';
import { hasMosquitto, startMosquitto } from './peers/mosquitto.ts';
import type { Target } from './peers/target.ts';
import { fixed, table, whole } from './table.ts';
import { openFilesReachable, readUsage, untilQuiet } from '../tools/support/proc.ts';

/** Connections from one source address: the kernel's search for a free port to bind grows steep beyond some thousands. */
const perSource = 4_000;
/** Connections of one client process. */
const perProcess = 8_000;

export const bench = {
  name: 'connections',
  prints: true,
  async run(args: readonly string[]): Promise<Record<string, unknown>> {
    const options = benchOptions(args, { connections: '50000', only: 'fengsui,mosquitto' });
    const asked = Number(options.connections);
    const only = options.only.split(',');
    const reachable = openFilesReachable() - 512;
    const count = Math.min(asked, reachable);
    if (count < asked) {
      const why = `this system lets a process open ${whole(reachable + 512)} files`;
      process.stdout.write(`${whole(count)} instead of ${whole(asked)} connections: ${why}\n`);
    }
    const rows = [];
    if (only.includes('fengsui')) {
      // One device's credential for all of them: the sessions are told apart by their client identifiers.
      await using server = await startFengsui({
        things: 1,
        settings: [
          'limits.mqtt.connectionsMax=1000000',
          'limits.mqtt.sessionsPerTenantMax=1000000',
        ],
        connections: count,
      });
      rows.push(await measure(server, count, server.clients(1)[0]));
    }
    if (only.includes('mosquitto') && hasMosquitto) {
      await using server = await startMosquitto(count);
      rows.push(await measure(server, count, undefined));
    }
    print(rows);
    return { bench: 'connections', asked, count, rows };
  },
};

function print(rows: readonly Awaited<ReturnType<typeof measure>>[]): void {
  const headings = [
    'server',
    'connections',
    'KiB each',
    'RSS before MiB',
    'RSS after MiB',
    'connects/s',
  ];
  const cells = rows.map((row) => [
    row.server,
    whole(row.connections),
    fixed(row.kibEach, 1),
    whole(row.rssBeforeMiB),
    whole(row.rssAfterMiB),
    whole(row.connectsPerSecond),
  ]);
  process.stdout.write(`\n${table(headings, cells)}\n`);
}

async function measure(target: Target, count: number, credential: LoadClient | undefined) {
  await untilQuiet([target.pid]);
  const before = readUsage(target.pid);
  const start = performance.now();
  const held: IdleConnections[] = [];
  try {
    for (let from = 0; from < count; from += perProcess) {
      held.push(await hold(target, from, Math.min(perProcess, count - from), credential));
    }
    const seconds = (performance.now() - start) / 1_000;
    await sleep(2_000);
    await untilQuiet([target.pid]);
    const after = readUsage(target.pid);
    return {
      server: target.name,
      connections: count,
      kibEach: (after.rssBytes - before.rssBytes) / 1_024 / count,
      rssBeforeMiB: before.rssBytes / 2 ** 20,
      rssAfterMiB: after.rssBytes / 2 ** 20,
      connectsPerSecond: count / seconds,
    };
  } finally {
    await Promise.all(held.map((connections) => connections[Symbol.asyncDispose]()));
  }
}

function hold(
  target: Target,
  from: number,
  count: number,
  credential: LoadClient | undefined,
): Promise<IdleConnections> {
  const clients = Array.from({ length: count }, (_, i) => ({
    clientId: `idle-${from + i}`,
    username: credential?.username,
    password: credential?.password,
  }));
  // Any address of 127.0.0.0/8 reaches the loopback interface, and each has ephemeral ports of its own.
  const sources = Array.from(
    { length: Math.ceil(count / perSource) },
    (_, i) => `127.0.0.${2 + Math.floor(from / perSource) + i}`,
  );
  return holdConnections({
    host: target.host,
    port: target.port,
    clients,
    sources,
    keepAliveSeconds: 1_200,
    idle: true,
  });
}
