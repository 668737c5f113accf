// SPDX-License-Identifier: Apache-2.0
import type { Context, OutputFormat } from './context.ts';

/** A row of an answer. */
export type Row = Readonly<Record<string, unknown>>;

/** Cells a terminal gives a character: two for the wide ones of Chinese, Japanese and Korean. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/;

function cells(text: string): number {
  let count = 0;
  for (const char of text) count += wide.test(char) ? 2 : 1;
  return count;
}

const pad = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - cells(text)));

/** Control characters from the world must neither steer the terminal nor break a row. */
export const control = /[\u0000-\u001f\u007f-\u009f]/g;

/** A value as the text of one cell. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function csvCell(value: unknown): string {
  const text = cellText(value);
  // A spreadsheet would run a cell that starts like a formula.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function table(rows: readonly Row[], columns: readonly string[]): string {
  const lines = rows.map((row) =>
    columns.map((column) => cellText(row[column]).replace(control, '�')),
  );
  const all = [columns.map((column) => column.toUpperCase()), ...lines];
  const widths = columns.map((_, index) =>
    Math.max(...all.map((line) => cells(line[index] ?? ''))),
  );
  return all
    .map(
      (line) =>
        `${line
          .map((cell, index) => pad(cell, widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The format asked for; a table for people, NDJSON into pipes. */
export function formatOf(context: Context): OutputFormat {
  return context.options.output ?? (context.terminal.stdout.isTTY ? 'table' : 'ndjson');
}

/** Writes a list. `columns` names those of a table and of CSV; JSON has all fields. */
export function writeRows(
  context: Context,
  rows: readonly Row[],
  columns?: readonly string[],
): void {
  const { stdout } = context.terminal;
  const named = columns ?? columnsOf(rows);
  switch (formatOf(context)) {
    case 'json':
      stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
      return;
    case 'ndjson':
      for (const row of rows) stdout.write(`${JSON.stringify(row)}\n`);
      return;
    case 'csv':
      stdout.write(`${named.map(csvCell).join(',')}\r\n`);
      for (const row of rows)
        stdout.write(`${named.map((name) => csvCell(row[name])).join(',')}\r\n`);
      return;
    case 'table':
      if (rows.length === 0) context.note({ en: 'nothing found', zh: '没有结果' });
      else stdout.write(table(rows, named));
  }
}

/** Writes one object: its fields below each other in a table, as it is otherwise. */
export function writeObject(context: Context, value: Row): void {
  const format = formatOf(context);
  if (format === 'csv') return writeRows(context, [value]);
  if (format !== 'table') {
    const text = format === 'json' ? JSON.stringify(value, null, 2) : JSON.stringify(value);
    context.terminal.stdout.write(`${text}\n`);
    return;
  }
  const width = Math.max(0, ...Object.keys(value).map(cells));
  for (const [name, item] of Object.entries(value)) {
    const text = cellText(item).replace(control, '�');
    context.terminal.stdout.write(`${pad(name, width)}  ${text}\n`);
  }
}
