// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { FaultError, fault, type Limits, type Result } from '#core';
import { CsvRecords } from './csv.ts';

/** A row of an import: its number from 1 (the header does not count), and its fields or why there are none. */
export interface ImportRow {
  readonly row: number;
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  readonly detail?: string | undefined;
}

const rowCharactersMax = 1_048_576;
const columnsMax = 1_000;
const tooLong = 'the row is too long';

/**
 * Reads CSV (with a header row) or NDJSON as a stream, in bounded memory. Bad rows are rows without fields.
 * Throws `common.limit` beyond `http.importBytesMax`, and the error of a body that breaks off.
 */
export function importRows(
  body: Readable,
  mediaType: string,
  limits: Limits,
): AsyncIterable<ImportRow> {
  const lines = linesOf(bounded(body, limits['http.importBytesMax']));
  return mediaType.startsWith('text/csv') ? csvRows(lines) : jsonRows(lines);
}

async function* bounded(body: AsyncIterable<Buffer>, bytesMax: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new FaultError(fault('common.limit', 'http.importBytesMax'));
    yield chunk;
  }
}

/** Lines of a text; undefined in place of one that is too long. */
async function* linesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let isTooLong = false;
  for await (const chunk of bytes) {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    rest += first;
    for (const next of others) {
      yield isTooLong || rest.length > rowCharactersMax ? undefined : rest;
      rest = next;
      isTooLong = false;
    }
    if (rest.length > rowCharactersMax) {
      isTooLong = true;
      rest = '';
    }
  }
  rest += decoder.end();
  yield isTooLong || rest.length > rowCharactersMax ? undefined : rest;
}

async function* csvRows(lines: AsyncIterable<string | undefined>): AsyncGenerator<ImportRow> {
  let names: readonly string[] | undefined;
  let row = 0;
  for await (const record of csvRecords(lines)) {
    if (names === undefined) names = columnsOf(record);
    else yield { row: ++row, ...fieldsOf(names, record) };
  }
}

async function* csvRecords(
  lines: AsyncIterable<string | undefined>,
): AsyncGenerator<Result<readonly string[]>> {
  const records = new CsvRecords(rowCharactersMax);
  let first = true;
  let inside = false;
  for await (const line of lines) {
    const text = first ? line?.replace(/^\uFEFF/, '') : line;
    first = false;
    if (!inside && (text === '' || text === '\r')) continue;
    const record = text === undefined ? records.broken(tooLong) : records.take(text);
    inside = record === undefined;
    if (record !== undefined) yield record;
  }
  if (inside) yield records.broken('a quote is not closed');
}

function columnsOf(record: Result<readonly string[]>): readonly string[] {
  if (!record.ok) throw badHeader(record.fault.detail);
  const names = record.value.map((cell) => cell.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw badHeader(`column "${twice}" twice`);
  if (names.length > columnsMax) throw badHeader('too many columns');
  return names;
}

function badHeader(detail: string | undefined): FaultError {
  return new FaultError(fault('common.invalid', 'row 0', detail));
}

function fieldsOf(
  names: readonly string[],
  record: Result<readonly string[]>,
): Omit<ImportRow, 'row'> {
  if (!record.ok) return { fields: undefined, detail: record.fault.detail };
  const cells = record.value;
  if (cells.length !== names.length) {
    const detail = `${cells.length} cells for ${names.length} columns`;
    return { fields: undefined, detail };
  }
  return { fields: Object.fromEntries(names.map((name, i) => [name, cells[i]])) };
}

async function* jsonRows(lines: AsyncIterable<string | undefined>): AsyncGenerator<ImportRow> {
  let row = 0;
  for await (const line of lines) {
    if (line === undefined) yield { row: ++row, fields: undefined, detail: tooLong };
    else if (line.trim() !== '') yield { row: ++row, ...parsed(line) };
  }
}

function parsed(line: string): Omit<ImportRow, 'row'> {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { fields: { ...value } } : { fields: undefined, detail: 'not an object' };
  } catch (error) {
    return { fields: undefined, detail: error instanceof Error ? error.message : 'not JSON' };
  }
}
