// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess } from '../../tools/support/child.ts';
import { freePort, untilListening } from '../peers/target.ts';
import { type Contestant, directoryBytes, fetched, lines } from './contestant.ts';

export const victoriaProgram = '/usr/bin/victoria-metrics';
export const hasVictoria = existsSync(victoriaProgram);

/** Debian's VictoriaMetrics 1.79 with its defaults, but for the port and the retention. */
export async function victoria(directory: string): Promise<Contestant> {
  const port = await freePort();
  const options = [
    `-storageDataPath=${directory}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=100y',
    '-loggerLevel=ERROR',
    '-search.maxUniqueTimeseries=1000000',
  ];
  const child = spawn(victoriaProgram, options, { stdio: 'ignore' });
  await untilListening(port);
  const base = `http://127.0.0.1:${port}`;
  const post = (body: string): Promise<string> =>
    fetched(`${base}/write?precision=ms`, { method: 'POST', body });
  const ranged = (query: string, from: number, to: number, step: number): Promise<string> =>
    fetched(
      `${base}/api/v1/query_range?nocache=1&query=${encodeURIComponent(query)}&start=${from / 1_000}&end=${to / 1_000}&step=${step / 1_000}`,
    );
  return {
    name: 'victoria-metrics 1.79',
    async write(readings) {
      const half = readings.rows >> 1;
      await Promise.all([
        post(lines(readings, 0, half)),
        post(lines(readings, half, readings.rows)),
      ]);
    },
    async settle() {
      await fetched(`${base}/internal/force_flush`);
      await fetched(`${base}/internal/force_merge`);
      await fetched(`${base}/internal/force_flush`);
    },
    bytes: async () => directoryBytes(join(directory, 'data')),
    async raw(id, from, to) {
      const match = encodeURIComponent(`r_v{s="${id}"}`);
      const answer = await fetched(
        `${base}/api/v1/export?match[]=${match}&start=${from / 1_000}&end=${(to - 1) / 1_000}`,
      );
      return /"timestamps":\[([^\]]*)\]/.exec(answer)?.[1]?.split(',').length ?? 0;
    },
    async shape(id, from, to, points) {
      const answer = await ranged(`r_v{s="${id}"}`, from, to, Math.ceil((to - from) / points));
      return (answer.match(/\[[\d.]+,"/g) ?? []).length;
    },
    async hourlyMeans(from, to) {
      const answer = await ranged('avg_over_time(r_v[1h])', from + 3_600_000, to, 3_600_000);
      return (answer.match(/"metric":/g) ?? []).length;
    },
    [Symbol.asyncDispose]: () => endProcess(child, 30_000),
  };
}
