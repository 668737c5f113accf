// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { limitsOf } from '#core';
import { importRows, type ImportRow } from './rows.ts';

/** The rows of a text that arrives in pieces. */
async function rowsOf(text: string | readonly Buffer[]): Promise<ImportRow[]> {
  const pieces = typeof text === 'string' ? [Buffer.from(text)] : text;
  return Array.fromAsync(importRows(Readable.from(pieces), 'text/csv', limitsOf()));
}

test('quotes, line ends and empty lines', async () => {
  const text = '\uFEFFa,"b ""c""",d\r\n1,"x, ""y""\r\nz",\r\n\r\n,,\n"",2,3';
  const fields = (await rowsOf(text)).map((row) => row.fields);
  assert.deepEqual(fields, [
    { a: '1', 'b "c"': 'x, "y"\r\nz', d: '' },
    { a: '', 'b "c"': '', d: '' },
    { a: '', 'b "c"': '2', d: '3' },
  ]);
});

test('a bad row is told at its place and takes no other with it', async () => {
  const text = 'a,b\n1,2\n"x"y,2\n3,4\nx"y,2\n5,6\n1,2,3\n7,8\n"open,9\n10,11\n';
  const rows = await rowsOf(text);
  assert.deepEqual(
    rows.map((row) => row.detail ?? Object.values(row.fields ?? {}).join()),
    [
      '1,2',
      'text behind a quote, at character 4',
      '3,4',
      'a quote inside a cell, at character 1',
      '5,6',
      '3 cells for 2 columns',
      '7,8',
      'a quote is not closed',
    ],
  );
  assert.deepEqual(
    rows.map((row) => row.row),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
});

test('a quote that is never closed gives up after the longest row, and reading goes on', async () => {
  const lines = 'x'.repeat(1_000).concat('\n').repeat(1_100);
  const rows = await rowsOf(`a\n"${lines}${lines}`);
  assert.equal(rows[0]?.detail, 'the row is too long');
  assert(rows.length > 1_000);
  assert.equal(rows.at(-1)?.fields?.['a'], 'x'.repeat(1_000));
});

test('a row that is nothing but quotes takes linear time', async () => {
  const rows = await rowsOf(`a\n${'"x'.repeat(400_000)}\n`);
  assert.match(rows[0]?.detail ?? '', /^text behind a quote/);
});

test('what is written is read back, however it is cut into pieces', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '泵', '', ' ') });
  const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 });
  const check = fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (records, size) => {
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const text = records.map(([a, b]) => `${quoted(a)},${quoted(b)}\r\n`).join('');
    const bytes = Buffer.from(`a,b\r\n${text}`);
    const count = Math.ceil(bytes.length / size);
    const pieces = Array.from({ length: count }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    assert.deepEqual(
      (await rowsOf(pieces)).map((row) => [row.fields?.['a'], row.fields?.['b']]),
      records,
    );
  });
  await fc.assert(check, { numRuns: 200 });
});
