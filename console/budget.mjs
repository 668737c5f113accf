// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from 'node:zlib';

/** Kilobytes (1,000 bytes) of gzip -9. */
export const budgets = { initial: 520, chunk: 250 };

const kilobytes = (source) => gzipSync(source, { level: 9 }).length / 1_000;

/**
 * What a build weighs: the entry with everything it imports at once and its styles, then every other chunk.
 * `output` is what the bundler tells of its files.
 */
export function weigh(output) {
  const files = new Map(output.map((file) => [file.fileName, file]));
  const initial = new Set();
  const follow = (name) => {
    const file = files.get(name);
    if (file === undefined || initial.has(name)) return;
    initial.add(name);
    for (const next of file.imports ?? []) follow(next);
    for (const style of file.viteMetadata?.importedCss ?? []) follow(style);
  };
  for (const file of output) if (file.isEntry) follow(file.fileName);
  const rows = output
    .filter(({ fileName }) => /\.(js|css)$/.test(fileName))
    .map((file) => ({
      name: file.fileName,
      initial: initial.has(file.fileName),
      kilobytes: kilobytes(file.code ?? file.source),
    }))
    .toSorted((a, b) => b.kilobytes - a.kilobytes);
  const sum = rows.filter((row) => row.initial).reduce((all, row) => all + row.kilobytes, 0);
  return { rows, initial: sum };
}

/** What is heavier than it may be. */
export function budgetFaults({ rows, initial }) {
  const faults = [];
  if (initial > budgets.initial) {
    faults.push(`initial JS and CSS: ${initial.toFixed(0)} KB gz, at most ${budgets.initial}`);
  }
  for (const row of rows) {
    if (row.initial || row.kilobytes <= budgets.chunk) continue;
    faults.push(`${row.name}: ${row.kilobytes.toFixed(0)} KB gz, at most ${budgets.chunk}`);
  }
  return faults;
}

/** The table that a build prints: the heaviest first. */
export function budgetTable({ rows, initial }) {
  const line = (weight, text) => `${weight.toFixed(1).padStart(8)} KB gz  ${text}`;
  const named = rows
    .slice(0, 12)
    .map((row) => line(row.kilobytes, `${row.initial ? '*' : ' '} ${row.name}`));
  const rest = rows.slice(12).reduce((all, row) => all + row.kilobytes, 0);
  const more = rows.length > 12 ? [line(rest, `  ${rows.length - 12} smaller files`)] : [];
  return [...named, ...more, line(initial, `* initial, of ${budgets.initial}`)].join('\n');
}
