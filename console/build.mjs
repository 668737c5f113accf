// SPDX-License-Identifier: Apache-2.0
// Builds the console into console/dist: compressed beside each file, budgets checked, replaced at once.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { budgetFaults, budgetTable, weigh } from './budget.mjs';
import config from './vite.config.mjs';

const root = import.meta.dirname;
const target = path.join(root, 'dist');
/** Smaller files are sent as they are. */
const compressedBytesMin = 1_024;

const [stamp = ''] = process.argv.slice(2);
const work = `${target}-${process.pid}`;
const started = performance.now();

function compress(directory) {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const content = readFileSync(file);
    if (content.length < compressedBytesMin || entry.name === 'index.html') continue;
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
  }
}

/** Two builds at once both end well: the later one stays. */
function replace() {
  const old = `${work}-old`;
  try {
    renameSync(target, old);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(work, target);
  rmSync(old, { recursive: true, force: true });
}

try {
  const result = await build({
    ...config,
    configFile: false,
    logLevel: 'warn',
    build: { ...config.build, outDir: work, emptyOutDir: true },
  });
  const weight = weigh([result].flat().flatMap(({ output }) => output));
  process.stderr.write(`${budgetTable(weight)}\n`);
  const faults = budgetFaults(weight);
  if (faults.length > 0) throw new Error(`the console is too heavy: ${faults.join('; ')}`);
  compress(work);
  mkdirSync(work, { recursive: true });
  writeFileSync(path.join(work, '.stamp'), stamp);
  replace();
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stderr.write(`fengsui: the console is built, ${seconds} s\n`);
} catch (error) {
  process.stderr.write(`fengsui: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
