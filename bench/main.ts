// SPDX-License-Identifier: Apache-2.0
// Runs a bench by name: npm run bench -- <name> [--json] [arguments of the bench].
// Finds bench/*.ts and src/**/*.bench.ts that export `bench`; with --json the last line is one JSON object.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesOf } from '../tools/lib/files.ts';
import { root } from '../tools/lib/gate.ts';

/** What a bench file exports as `bench`. */
export interface Bench {
  readonly name: string;
  /** It prints a table of its own: the figures are shown again only with --json. */
  readonly prints?: boolean | undefined;
  /** Resolves to the figures. */
  run(args: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
}

function isBench(value: unknown): value is Bench {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'run' in value &&
    typeof value.run === 'function'
  );
}

async function findBenches(): Promise<Map<string, Bench>> {
  const found = new Map<string, Bench>();
  for (const file of filesOf(['bench/*.ts', 'src/**/*.bench.ts'])) {
    if (file === 'bench/main.ts' || file.endsWith('.test.ts')) continue;
    // Importing anything else would run it.
    if (!readFileSync(path.join(root, file), 'utf8').includes('export const bench')) continue;
    const loaded: { readonly bench?: unknown } = await import(
      pathToFileURL(path.join(root, file)).href
    );
    if (isBench(loaded.bench)) found.set(loaded.bench.name, loaded.bench);
  }
  return found;
}

async function main(): Promise<number> {
  const [name, ...rest] = process.argv.slice(2);
  const benches = await findBenches();
  const bench = name === undefined ? undefined : benches.get(name);
  if (bench === undefined) {
    process.stderr.write(`usage: npm run bench -- <name> [--json]\n`);
    process.stderr.write(`benches: ${[...benches.keys()].toSorted().join(', ') || 'none'}\n`);
    return 2;
  }
  const json = rest.includes('--json');
  const figures = await bench.run(rest.filter((each) => each !== '--json'));
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else if (bench.prints !== true) console.table(figures);
  return 0;
}

process.exitCode = await main();
