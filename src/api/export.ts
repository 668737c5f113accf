// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import type { TimeMs } from '#core';
import { qualityName } from '#model';
import type { HistoryQuery, SeriesStore, Value } from '#store';
import type { SeriesInfo } from '#things';
import { isoTime } from './schemas/things.ts';

const pageSize = 20_000;

/** What of each series is exported: all raw readings of a range. */
export type ExportRange = Pick<HistoryQuery, 'from' | 'to' | 'goodOnly' | 'order' | 'after'>;

interface Row {
  readonly info: SeriesInfo;
  readonly time: TimeMs;
  readonly value: Value;
  readonly quality: number;
}

/** Writes a row in a format; the first string is what stands before all rows. */
interface Format {
  readonly type: string;
  readonly head: string;
  readonly row: (row: Row) => string;
}

export const exportFormats = {
  csv: {
    type: 'text/csv; charset=utf-8',
    head: 'thing,property,time,value,quality,unit\r\n',
    row: ({ info, time, value, quality }) => {
      const { thing, property, unit = '' } = info;
      const name = qualityName(quality);
      const cells = [thing, csvField(property), isoTime(time), csvField(textOf(value)), name];
      return `${cells.join(',')},${csvField(unit)}\r\n`;
    },
  },
  ndjson: {
    type: 'application/x-ndjson',
    head: '',
    row: ({ info, time, value, quality }) => {
      const { thing, property } = info;
      const about = { time: isoTime(time), value, quality: qualityName(quality) };
      return `${JSON.stringify({ thing, property, ...about })}\n`;
    },
  },
} as const satisfies Record<string, Format>;

export type ExportFormat = keyof typeof exportFormats;

/** The format that an Accept header asks for, or undefined for JSON. */
export function exportFormatOf(accept: string | undefined): ExportFormat | undefined {
  if (accept === undefined) return undefined;
  if (accept.includes('text/csv')) return 'csv';
  return accept.includes('application/x-ndjson') ? 'ndjson' : undefined;
}

/** All raw readings of some series in a range, page by page, so that any length needs the memory of one page. */
export function exportReadings(
  store: SeriesStore,
  series: readonly SeriesInfo[],
  range: ExportRange,
  format: ExportFormat,
): Readable {
  return Readable.from(rowsOf(store, series, range, exportFormats[format]));
}

async function* rowsOf(
  store: SeriesStore,
  series: readonly SeriesInfo[],
  range: ExportRange,
  format: Format,
): AsyncGenerator<string> {
  yield format.head;
  for (const info of series) {
    let after = range.after ?? pagingStart(range);
    for (;;) {
      const page = { ...range, series: [info.series], points: pageSize, after };
      const [points] = await store.query(page);
      const last = points?.time.at(-1);
      if (points === undefined || last === undefined) break;
      yield points.time
        .map((time, i) => {
          const value = seenValue(points.value[i] ?? null, info);
          return format.row({ info, time, value, quality: points.quality[i] ?? 0 });
        })
        .join('');
      after = last;
      if (points.time.length < pageSize) break;
    }
  }
}

/** The `after` that pages from the start of a range. */
export function pagingStart({ from, to, order }: ExportRange): TimeMs {
  return order === 'descending' ? to : from - 1;
}

/** A stored value as the property's type says: booleans are stored as 0 and 1. */
export function seenValue(value: Value, info: SeriesInfo): Value {
  return info.type === 'boolean' && typeof value === 'number' ? value !== 0 : value;
}

function textOf(value: Value): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** RFC 4180 quoting; a leading `=`, `+`, `-` or `@` in text is kept from being run as a formula. */
export function csvField(text: string): string {
  const harmless = /^[=+@-]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
