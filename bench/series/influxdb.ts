// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess } from '../../tools/support/child.ts';
import { freePort, untilListening } from '../peers/target.ts';
import { type Contestant, directoryBytes, fetched, lines } from './contestant.ts';

export const influxProgram = '/usr/bin/influxd';
export const hasInflux = existsSync(influxProgram);

const settleMsMax = 90_000;

const configuration = (directory: string, http: number, rpc: number): string => `
reporting-enabled = false
bind-address = "127.0.0.1:${rpc}"
[meta]
dir = "${directory}/meta"
[data]
dir = "${directory}/data"
wal-dir = "${directory}/wal"
query-log-enabled = false
# Its defaults wait 10 minutes and 4 hours before a shard that is written no more takes its final form.
cache-snapshot-write-cold-duration = "5s"
compact-full-write-cold-duration = "5s"
max-values-per-tag = 0
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${http}"
log-enabled = false
[logging]
level = "error"
`;

/** Debian's InfluxDB 1.6 with its defaults, but for ports, logs, and how soon it compacts. */
export async function influxdb(directory: string): Promise<Contestant> {
  await mkdir(directory, { recursive: true });
  const [http, rpc] = [await freePort(), await freePort()];
  const file = join(directory, 'influxdb.conf');
  await writeFile(file, configuration(directory, http, rpc));
  const child = spawn(influxProgram, ['-config', file], { stdio: 'ignore' });
  await untilListening(http);
  const base = `http://127.0.0.1:${http}`;
  await fetched(`${base}/query?q=${encodeURIComponent('CREATE DATABASE bench')}`, {
    method: 'POST',
  });
  const ask = (q: string): Promise<string> =>
    fetched(`${base}/query?db=bench&epoch=ms&q=${encodeURIComponent(q)}`);
  const range = (from: number, to: number): string => `time >= ${from}ms AND time < ${to}ms`;
  const rows = (answer: string): number => (answer.match(/\[\d+,/g) ?? []).length;
  const post = (body: string): Promise<string> =>
    fetched(`${base}/write?db=bench&precision=ms`, { method: 'POST', body });
  return {
    name: 'influxdb 1.6',
    async write(readings) {
      const half = readings.rows >> 1;
      await Promise.all([
        post(lines(readings, 0, half)),
        post(lines(readings, half, readings.rows)),
      ]);
    },
    async settle() {
      const end = performance.now() + settleMsMax;
      let before = -1;
      for (let still = 0; still < 3 && performance.now() < end;) {
        await sleep(4_000);
        const now = directoryBytes(directory);
        still = now === before ? still + 1 : 0;
        before = now;
      }
    },
    // Without the series file, which is allocated in advance.
    bytes: async () =>
      directoryBytes(join(directory, 'data', 'bench', 'autogen')) +
      directoryBytes(join(directory, 'wal')),
    raw: async (id, from, to) =>
      rows(await ask(`SELECT v FROM r WHERE s='${id}' AND ${range(from, to)}`)),
    async shape(id, from, to, points) {
      const width = Math.ceil((to - from) / points);
      return rows(
        await ask(
          `SELECT mean(v) FROM r WHERE s='${id}' AND ${range(from, to)} GROUP BY time(${width}ms)`,
        ),
      );
    },
    async hourlyMeans(from, to) {
      const answer = await ask(
        `SELECT mean(v) FROM r WHERE ${range(from, to)} GROUP BY time(1h), s`,
      );
      return (answer.match(/"tags":/g) ?? []).length;
    },
    [Symbol.asyncDispose]: () => endProcess(child, 30_000),
  };
}
