// SPDX-License-Identifier: Apache-2.0
// Runs the conformance suites of every protocol against a server of its own and writes docs/conformance.md.
//   npm run conformance            run and write; fails when a case fails
//   npm run conformance -- --mqtt 127.0.0.1:1883   against a server that runs already and takes anonymous clients;
//                                  prints what fails and leaves the file alone
//   npm run conformance -- --check is the file what a run would write when everything passes? Needs no server: that
//                                  everything passes is what the tests of the protocols show
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from '../test/support/server.ts';
import { filesOf } from './lib/files.ts';
import { root } from './lib/gate.ts';

interface Row {
  readonly suite: string;
  readonly clause: string;
  readonly title: string;
  readonly result: 'pass' | 'fail' | 'not testable';
  readonly note: string;
}

/** Where the suites find what they test. */
interface Server {
  readonly mqtt: { readonly host: string; readonly port: number };
}

/** What src/access/protocols/<protocol>/conformance/suite.ts exports as `conformance`. */
interface Suite {
  readonly title: string;
  /** `key=value` settings of the server. */
  readonly settings: readonly string[];
  readonly choices: readonly string[];
  expected(): readonly Row[];
  run(server: Server): Promise<readonly Row[]>;
}

const document = path.join(root, 'docs/conformance.md');

const preface = `# Conformance

Written by \`npm run conformance\`, which runs every case against a server that it starts, over the network. The same
cases are part of \`npm test\`. "Not testable" rows say why a statement cannot be seen from outside. Rows about data that
is not part of the repository are kept as they were when the data is not there.
`;

async function suites(): Promise<readonly Suite[]> {
  const found: Suite[] = [];
  for (const file of filesOf(['src/access/protocols/*/conformance/suite.ts'])) {
    const loaded: { readonly conformance: Suite } = await import(
      pathToFileURL(path.join(root, file)).href
    );
    found.push(loaded.conformance);
  }
  return found;
}

/** Text that stays in its cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function table(suite: string, rows: readonly Row[]): string {
  const count = (result: Row['result']): number =>
    rows.filter((row) => row.result === result).length;
  const failed = count('fail') > 0 ? `, ${count('fail')} failed` : '';
  const untestable = count('not testable') > 0 ? `, ${count('not testable')} not testable` : '';
  const lines = rows.map(
    ({ clause, title, result, note }) =>
      `| ${clause} | ${cell(title)} | ${result} | ${cell(note)} |`,
  );
  return [
    `## ${suite}`,
    '',
    `${count('pass')} passed${failed}${untestable}.`,
    '',
    '| clause | what is tested | result | cases |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}

/** Sections of the committed file by heading: those of data that is not here are carried over. */
function committedSections(): ReadonlyMap<string, string> {
  if (!existsSync(document)) return new Map();
  const parts = readFileSync(document, 'utf8').split(/^(?=## )/m);
  return new Map(parts.slice(1).map((part) => [part.slice(3, part.indexOf('\n')), part]));
}

function render(all: readonly { readonly suite: Suite; readonly rows: readonly Row[] }[]): string {
  const sections = new Map<string, string>();
  for (const { suite, rows } of all) {
    const choices = suite.choices.map((choice) => `- ${choice}\n`).join('');
    const heading = `${suite.title}: choices`;
    if (choices !== '') sections.set(heading, `## ${heading}\n\n${choices}`);
    for (const [name, own] of Map.groupBy(rows, (row) => row.suite)) {
      sections.set(name, table(name, own));
    }
  }
  for (const [name, text] of committedSections()) {
    const ours = all.some(({ suite }) => name.startsWith(`${suite.title} `));
    if (ours && !sections.has(name)) sections.set(name, text);
  }
  const ordered = [...sections].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [preface, ...ordered.map(([, text]) => text)].map((text) => `${text.trim()}\n`).join('\n');
}

function isUpToDate(found: readonly Suite[]): boolean {
  const text = render(found.map((suite) => ({ suite, rows: suite.expected() })));
  if (existsSync(document) && readFileSync(document, 'utf8') === text) return true;
  process.stderr.write('docs/conformance.md is not up to date: npm run conformance\n');
  return false;
}

/** Runs the suites, each against a server of its own unless one is given. */
async function runAll(
  found: readonly Suite[],
  given: Server | undefined,
): Promise<readonly { readonly suite: Suite; readonly rows: readonly Row[] }[]> {
  const all: { suite: Suite; rows: readonly Row[] }[] = [];
  for (const suite of found) {
    if (given !== undefined) {
      all.push({ suite, rows: await suite.run(given) });
      continue;
    }
    await using server = await startServer(suite.settings);
    all.push({ suite, rows: await suite.run(server) });
  }
  return all;
}

/** Prints each row that failed; how many. */
function reportFailures(rows: readonly Row[]): number {
  const failed = rows.filter(({ result }) => result === 'fail');
  for (const row of failed) process.stderr.write(`${row.suite} ${row.clause}: ${row.note}\n`);
  const passed = rows.filter(({ result }) => result === 'pass').length;
  process.stdout.write(`conformance: ${passed} rows passed, ${failed.length} failed\n`);
  return failed.length;
}

function serverAt(address: string): Server {
  const { hostname, port } = new URL(`mqtt://${address}`);
  return { mqtt: { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) } };
}

async function main(check: boolean, mqtt: string | undefined): Promise<number> {
  const found = await suites();
  if (check) return isUpToDate(found) ? 0 : 1;
  const all = await runAll(found, mqtt === undefined ? undefined : serverAt(mqtt));
  if (mqtt === undefined) writeFileSync(document, render(all));
  return reportFailures(all.flatMap(({ rows }) => rows)) === 0 ? 0 : 1;
}

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, mqtt: { type: 'string' } },
});
process.exitCode = await main(values.check, values.mqtt);
