// SPDX-License-Identifier: Apache-2.0
import { createInterface } from 'node:readline';
import { PacedLoad, pacedDefaults, type PacedOptions } from './paced.ts';

/**
 * Paced clients in a process of their own. The first line on standard input is the options; when all are connected a line
 * leaves. Each further line `{"durationMs":10000}` is answered with a report.
 */
const lines = createInterface({ input: process.stdin });
let load: PacedLoad | undefined;
for await (const line of lines) {
  const asked: Partial<PacedOptions> & { durationMs?: number } = JSON.parse(line);
  if (load === undefined) {
    load = new PacedLoad({ ...pacedDefaults, ...asked });
    await load.start();
    process.stdout.write(`${JSON.stringify({ connections: asked.clients?.length ?? 0 })}\n`);
  } else {
    process.stdout.write(`${JSON.stringify(await load.measure(asked.durationMs ?? 10_000))}\n`);
  }
}
load?.close();
process.exit(0);
