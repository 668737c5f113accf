// oxlint-disable no-non-null-assertion -- reads are bounds-checked by the surrounding loop
// SPDX-License-Identifier: Apache-2.0
import type { Session } from './lanes.ts';
import type { Manifest } from './manifest.ts';
import { type Place, type Slice, sourceOf } from './source.ts';
import type { WireQuery, WireSeries, WireText } from './wire.ts';

const gapQuality = 34;
const badQuality = 128;

interface Ask {
  readonly session: Session;
  readonly manifest: Manifest;
  readonly place: Place;
  readonly query: WireQuery;
  readonly series: number;
}

/** Answers a question without an aggregate: readings as they came, or their shape where they are too many. */
export async function raw(
  session: Session,
  manifest: Manifest,
  place: Place,
  query: WireQuery,
): Promise<WireSeries[]> {
  const answers: WireSeries[] = [];
  for (const series of query.series)
    answers.push(await rawOf({ session, manifest, place, query, series }));
  return answers;
}

async function rawOf(ask: Ask): Promise<WireSeries> {
  const { query, series } = ask;
  const paging = query.after !== undefined;
  const slice: Slice = { series: [series], ...rangeOf(query) };
  const expected = sourceOf(ask.manifest, ask.place, slice)?.rows ?? 0;
  if (paging || expected <= query.points * 2) {
    const readings = await readingsOf(ask, slice, paging ? query.points : query.points + 1);
    if (paging || readings.time.length <= query.points) return readings;
  }
  const extent = await extentOf(ask, slice);
  if (extent.readings <= query.points) return readingsOf(ask, slice, query.points);
  const tight: Slice = { series: [series], from: extent.first, to: extent.last + 1 };
  // Least and greatest of one bucket and both ends are four points.
  const shape =
    extent.texts > 0 || query.points < 4
      ? await thinned(ask, tight)
      : await downsampled(ask, tight);
  return query.descending ? reversed(shape) : shape;
}

/** The range that is left after `after`. */
function rangeOf(query: WireQuery): { from: number; to: number } {
  const { from, to, after } = query;
  if (after === undefined) return { from, to };
  return query.descending
    ? { from, to: Math.min(to, after) }
    : { from: Math.max(from, after + 1), to };
}

const good = (query: WireQuery): string => (query.goodOnly ? `WHERE quality < ${badQuality}` : '');

async function readingsOf(ask: Ask, slice: Slice, limit: number): Promise<WireSeries> {
  const { query, series } = ask;
  const time = new Pieces();
  const value = new Pieces();
  const quality = new Pieces();
  const texts: WireText[] = [];
  const statements: { sql: string; texts: boolean }[] = [];
  for (const stretch of stretches(ask.manifest, slice, query.descending)) {
    const source = sourceOf(ask.manifest, ask.place, stretch);
    if (source !== undefined) statements.push({ sql: source.sql, texts: source.texts });
  }
  for (const statement of statements) {
    const left = limit - time.length;
    if (left <= 0) break;
    const text = statement.texts ? ', kind::DOUBLE, text' : '';
    const found = await ask.session.ask(
      `SELECT time::DOUBLE, value, quality::DOUBLE${text} FROM (${statement.sql}) ${good(query)}
        ORDER BY time ${query.descending ? 'DESC' : 'ASC'} LIMIT ${left}`,
      statement.texts ? 4 : 3,
    );
    for (const [row, content] of (found.texts[0] ?? []).entries()) {
      if (content !== null)
        texts.push({ at: time.length + row, kind: found.numbers[3]![row]!, text: content });
    }
    time.push(found.numbers[0]!);
    value.push(found.numbers[1]!);
    quality.push(found.numbers[2]!);
  }
  return {
    series,
    time: time.joined(),
    value: value.joined(),
    quality: Uint8Array.from(quality.joined()),
    texts,
    kind: 'raw',
    bucketMs: undefined,
  };
}

/**
 * The periods of a slice in the order asked, 1, 2, 4, … together: a page from the beginning of a long range does not
 * read the whole of it.
 */
function stretches(manifest: Manifest, slice: Slice, descending: boolean): Slice[] {
  const periods = manifest.within(slice.from, slice.to);
  if (descending) periods.reverse();
  const found: Slice[] = [];
  for (let at = 0, size = 1; at < periods.length; at += size, size *= 2) {
    const group = periods.slice(at, at + size).map((period) => period.index);
    const from = Math.max(slice.from, manifest.start(Math.min(...group)));
    const to = Math.min(slice.to, manifest.start(Math.max(...group) + 1));
    found.push({ ...slice, from, to });
  }
  return found;
}

async function extentOf(
  ask: Ask,
  slice: Slice,
): Promise<{ readings: number; first: number; last: number; texts: number }> {
  const source = sourceOf(ask.manifest, ask.place, slice);
  if (source === undefined) return { readings: 0, first: 0, last: 0, texts: 0 };
  const found = await ask.session.ask(
    `SELECT count(*)::DOUBLE, min(time)::DOUBLE, max(time)::DOUBLE, ${source.texts ? 'count(kind)::DOUBLE' : '0::DOUBLE'}
      FROM (${source.sql}) ${good(ask.query)}`,
    4,
  );
  const at = (index: number): number => found.numbers[index]?.[0] ?? 0;
  return { readings: at(0), first: at(1), last: at(2), texts: at(3) };
}

/**
 * Keeps the shape of a curve: the least and the greatest value of each bucket where and when they were measured, and
 * the first and last reading of all. A stretch of empty buckets becomes one null, so that a chart shows the gap.
 */
async function downsampled(ask: Ask, slice: Slice): Promise<WireSeries> {
  const { query, series } = ask;
  const source = sourceOf(ask.manifest, ask.place, slice);
  const buckets = Math.max(1, Math.floor((query.points - 2) / 2));
  const width = Math.max(1, Math.ceil((slice.to - slice.from) / buckets));
  const found = await ask.session.ask(
    `SELECT bucket::DOUBLE, min(value), arg_min(time, value)::DOUBLE, arg_min(quality, value)::DOUBLE,
        max(value), arg_max(time, value)::DOUBLE, arg_max(quality, value)::DOUBLE,
        min(time)::DOUBLE, arg_min_null(value, time), arg_min(quality, time)::DOUBLE,
        max(time)::DOUBLE, arg_max_null(value, time), arg_max(quality, time)::DOUBLE
      FROM (SELECT *, (time - ${slice.from}) // ${width} AS bucket
        FROM (${source?.sql ?? 'SELECT NULL'}) ${good(query)})
      GROUP BY bucket ORDER BY bucket`,
    13,
  );
  const out = new Points(query.points);
  const at = (index: number, row: number): number => found.numbers[index]![row]!;
  let previous = -1;
  for (let row = 0; row < found.rows; row++) {
    const bucket = at(0, row);
    if (bucket > previous + 1) out.add(slice.from + (previous + 1) * width, Number.NaN, gapQuality);
    previous = bucket;
    const low = [at(2, row), at(1, row), at(3, row)] as const;
    const high = [at(5, row), at(4, row), at(6, row)] as const;
    const first = [at(7, row), at(8, row), at(9, row)] as const;
    const last = [at(10, row), at(11, row), at(12, row)] as const;
    const empty = low[1] !== low[1];
    if (row === 0 || empty) out.add(...first);
    if (!empty) {
      const ordered = low[0] <= high[0] ? [low, high] : [high, low];
      for (const point of ordered) out.add(...point);
    }
    if (row === found.rows - 1) out.add(...last);
  }
  return { series, ...out.columns(), texts: [], kind: 'downsampled', bucketMs: width };
}

/** Where values are text there is no shape: the last reading of each bucket. */
async function thinned(ask: Ask, slice: Slice): Promise<WireSeries> {
  const { query, series } = ask;
  const source = sourceOf(ask.manifest, ask.place, slice);
  const width = Math.max(1, Math.ceil((slice.to - slice.from) / query.points));
  const found = await ask.session.ask(
    `SELECT max(time)::DOUBLE, arg_max_null(value, time), arg_max(quality, time)::DOUBLE,
        arg_max_null(kind, time)::DOUBLE, arg_max_null(text, time)
      FROM (SELECT *, (time - ${slice.from}) // ${width} AS bucket
        FROM (${source?.sql ?? 'SELECT NULL'}) ${good(query)})
      GROUP BY bucket ORDER BY bucket`,
    4,
  );
  const texts: WireText[] = [];
  for (const [row, text] of (found.texts[0] ?? []).entries()) {
    if (text !== null) texts.push({ at: row, kind: found.numbers[3]![row]!, text });
  }
  const [time, value, quality] = found.numbers;
  return {
    series,
    time: time!,
    value: value!,
    quality: Uint8Array.from(quality!),
    texts,
    kind: 'downsampled',
    bucketMs: width,
  };
}

/** Points in order of time, each time once. */
class Points {
  readonly #time: Float64Array<ArrayBuffer>;
  readonly #value: Float64Array<ArrayBuffer>;
  readonly #quality: Uint8Array<ArrayBuffer>;
  #count = 0;

  constructor(capacity: number) {
    this.#time = new Float64Array(capacity + 4);
    this.#value = new Float64Array(capacity + 4);
    this.#quality = new Uint8Array(capacity + 4);
  }

  add(time: number, value: number, quality: number): void {
    if (this.#count > 0 && time <= this.#time[this.#count - 1]!) return;
    this.#time[this.#count] = time;
    this.#value[this.#count] = value;
    this.#quality[this.#count] = quality;
    this.#count++;
  }

  columns(): Pick<WireSeries, 'time' | 'value' | 'quality'> {
    return {
      time: this.#time.slice(0, this.#count),
      value: this.#value.slice(0, this.#count),
      quality: this.#quality.slice(0, this.#count),
    };
  }
}

/** Columns that come in pieces. */
class Pieces {
  length = 0;
  readonly #pieces: Float64Array<ArrayBuffer>[] = [];

  push(piece: Float64Array<ArrayBuffer>): void {
    this.#pieces.push(piece);
    this.length += piece.length;
  }

  joined(): Float64Array<ArrayBuffer> {
    const [only] = this.#pieces;
    if (this.#pieces.length === 1 && only !== undefined) return only;
    const out = new Float64Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    return out;
  }
}

/** The same points, newest first. */
export function reversed(answer: WireSeries): WireSeries {
  const last = answer.time.length - 1;
  return {
    ...answer,
    time: answer.time.reverse(),
    value: answer.value.reverse(),
    quality: answer.quality.reverse(),
    texts: answer.texts.map((text) => ({ ...text, at: last - text.at })),
  };
}
