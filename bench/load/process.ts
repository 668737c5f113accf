// SPDX-License-Identifier: Apache-2.0
import { createInterface } from 'node:readline';
import { LoadGenerator } from './generator.ts';
import { loadClients, loadDefaults, type LoadOptions } from './options.ts';

/**
 * The load generator's own process. Options arrive as one JSON line on standard input (`{"port":1883}` will do), the
 * report leaves as one JSON line on standard output.
 */
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const first = await lines.next();
const given: Partial<LoadOptions> = JSON.parse(first.value ?? '{}');
const options: LoadOptions = { ...loadDefaults, ...given };
const generator = new LoadGenerator(
  options.clients.length > 0 ? options : { ...options, clients: loadClients(100) },
);
await generator.connect();
if (options.idle) {
  process.stdout.write(`${JSON.stringify({ connections: options.clients.length })}\n`);
  await lines.next();
} else {
  if (options.held) {
    process.stdout.write(`${JSON.stringify({ connections: options.clients.length })}\n`);
    await lines.next();
  }
  process.stdout.write(`${JSON.stringify(await generator.run())}\n`);
}
generator.close();
process.exit(0);
