// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient, benchModel, type PreparedThing } from '../tools/support/api.ts';
import { readUsage } from '../tools/support/proc.ts';
import { startServer, type RunningServer } from '../tools/support/server.ts';
import { connectPacket, publishPacket } from './load/packets.ts';
import { Scanner } from './load/scanner.ts';
import { benchOptions } from './options.ts';
import { fixed, median, table, whole } from './table.ts';

/** How long after the start the memory of a server without work is read. */
const idleMs = 10_000;

export const bench = {
  name: 'start',
  prints: true,
  async run(args: readonly string[]): Promise<Record<string, unknown>> {
    const options = benchOptions(args, { starts: '10', things: '0' });
    const data = await mkdtemp(join(tmpdir(), 'fengsui-start-'));
    try {
      const first = await prepare(data, Number(options.things));
      const starts = [];
      for (let i = 0; i < Number(options.starts); i++) starts.push(await start(data, first.thing));
      const row = {
        bench: 'start',
        things: Number(options.things),
        seedSeconds: first.seedSeconds,
        firstStartMs: first.readyMs,
        readyMsMedian: median(starts.map((s) => s.readyMs)),
        acknowledgedMsMedian: median(starts.map((s) => s.acknowledgedMs)),
        acknowledgedMsMax: Math.max(...starts.map((s) => s.acknowledgedMs)),
        idleRssMiB: await idleRss(data),
      };
      print(row);
      return row;
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  },
};

function print(row: Record<string, unknown>): void {
  const number = (name: string, digits = 0): string => fixed(Number(row[name]), digits);
  const headings = [
    'things',
    'first start ms',
    'ready ms',
    'acknowledged ms',
    'slowest ms',
    'idle RSS MiB',
  ];
  const cells = [
    whole(Number(row['things'])),
    number('firstStartMs'),
    number('readyMsMedian'),
    number('acknowledgedMsMedian'),
    number('acknowledgedMsMax'),
    number('idleRssMiB'),
  ];
  process.stdout.write(`\n${table(headings, [cells])}\n`);
}

/** The first start makes the databases; one thing publishes in the measured starts, the others only lie there. */
async function prepare(data: string, things: number) {
  await using server = await startServer({ data });
  const api = new ApiClient(server.http, server.adminToken);
  const model = await api.createModel(benchModel);
  const [thing] = await api.createThings(model, 1, 'first');
  if (thing === undefined) throw new Error('no thing was made');
  const before = performance.now();
  if (things > 0) await api.importThings(model, things);
  return { thing, readyMs: server.readyMs, seedSeconds: (performance.now() - before) / 1_000 };
}

async function start(data: string, thing: PreparedThing) {
  const before = performance.now();
  await using server = await startServer({ data });
  await publishOnce(server, thing);
  return { readyMs: server.readyMs, acknowledgedMs: performance.now() - before };
}

/** Connects and publishes one reading; resolves with its acknowledgement. */
async function publishOnce(server: RunningServer, thing: PreparedThing): Promise<void> {
  const acknowledged = Promise.withResolvers<void>();
  const scanner = new Scanner({
    packet: (type, word, reason) => {
      if (word !== 0) acknowledged.reject(new Error(`packet ${type}: ${word}, ${reason}`));
    },
  });
  const socket = connect({ ...server.mqtt, noDelay: true });
  socket.on('error', (error) => acknowledged.reject(error));
  socket.on('data', (chunk) => {
    const bytes = Buffer.from(chunk);
    scanner.scan(bytes, bytes.length);
    if (scanner.acknowledged > 0) acknowledged.resolve();
  });
  await once(socket, 'connect');
  socket.write(connectPacket({ ...thing, version: 4, keepAliveSeconds: 60 }));
  const payload = '{"temperature":21.5,"humidity":60.2}';
  const topic = 'things/me/properties';
  socket.write(publishPacket({ version: 4, topic, payload, qos: 1, packetId: 1 }));
  try {
    await acknowledged.promise;
  } finally {
    socket.destroy();
  }
}

async function idleRss(data: string): Promise<number> {
  await using server = await startServer({ data });
  await sleep(idleMs);
  return readUsage(server.pid).rssBytes / 2 ** 20;
}
