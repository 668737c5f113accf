// SPDX-License-Identifier: Apache-2.0
import type { Readable } from 'node:stream';
import { Type, type Static } from 'typebox';
import { assert, FaultError, Hours, fault } from '#core';
import { qualityName } from '#model';
import type { HistoryQuery, SeriesPoints } from '#store';
import type { SeriesInfo } from '#things';
import {
  exportFormatOf,
  exportFormats,
  exportReadings,
  pagingStart,
  seenValue,
} from '../export.ts';
import { problems, Query, ThingPath } from '../schemas/common.ts';
import { historyQuery, PointsBody, type HistoryQueryString } from '../schemas/readings.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { findBinding } from '../thing-of.ts';
import { timeParameter } from '../times.ts';

const tags = ['readings'];
const description =
  'JSON with at most `points` points a series: raw where they fit, else down-sampled, or an aggregate, a bucket without readings being null. With raw=true page by page: send `next` as `after`. All raw readings as a stream with Accept: text/csv or application/x-ndjson.';

/** History of one property, of several series aligned, and exports of any length. */
export function historyRoutes(app: Api, services: ApiServices): void {
  app.get(
    '/api/v1/things/:id/properties/:property/history',
    {
      config: { access: 'thing:readings.read' },
      schema: {
        summary: 'History of a property',
        description,
        tags,
        params: Type.Object({ ...ThingPath.properties, property: Type.String({ maxLength: 256 }) }),
        querystring: Query(historyQuery),
        response: { 200: historyAnswer(PointsBody), ...problems },
      },
    },
    async (request, reply) => {
      const info = await seriesOf(services, request, request.params.property);
      const found = await history(services, [info], request);
      if ('stream' in found) return reply.type(found.type).send(found.stream);
      return found.series[0];
    },
  );

  app.get(
    '/api/v1/history',
    {
      config: { access: 'readings.read' },
      schema: {
        summary: 'History of several properties, aligned on the same buckets when aggregated',
        description,
        tags,
        querystring: Query({
          ...historyQuery,
          of: Type.Array(Type.String({ maxLength: 1_300 }), {
            minItems: 1,
            uniqueItems: true,
            description: 'thing/property, repeated; the thing by its number or uri',
          }),
        }),
        response: {
          200: historyAnswer(Type.Object({ series: Type.Array(PointsBody) })),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { of } = request.query;
      if (of.length > services.limits['query.seriesMax'])
        throw new FaultError(fault('common.limit', 'query.seriesMax'));
      const infos = await Promise.all(of.map((name) => seriesNamed(services, request, name)));
      const found = await history(services, infos, request);
      return 'stream' in found ? reply.type(found.type).send(found.stream) : found;
    },
  );
}

/** Points as JSON, or every reading as a stream of text. */
function historyAnswer<T extends object>(json: T): object {
  const rows = { schema: Type.String() };
  return {
    description: 'points',
    content: {
      'application/json': { schema: json },
      'text/csv': rows,
      'application/x-ndjson': rows,
    },
  };
}

function seriesNamed(services: ApiServices, asker: Asker, name: string): Promise<SeriesInfo> {
  const at = name.lastIndexOf('/');
  const { principal, scope } = asker;
  const id = name.slice(0, Math.max(at, 0));
  return seriesOf(services, { principal, scope, params: { id } }, name.slice(at + 1));
}

async function seriesOf(
  services: ApiServices,
  request: Parameters<typeof findBinding>[1],
  property: string,
): Promise<SeriesInfo> {
  const { binding, properties } = await findBinding(services, request);
  const infos = await services.bindings.ofThing(binding.thing);
  const info = infos.find((one) => one.property === property);
  if (info === undefined || properties?.has(property) === false)
    throw new FaultError(fault('common.not-found', 'property', property));
  return info;
}

type Asker = Pick<Parameters<typeof findBinding>[1], 'principal' | 'scope'>;

type Found =
  | { readonly series: Static<typeof PointsBody>[] }
  | { readonly stream: Readable; readonly type: string };

async function history(
  { clock, logger, series: store }: ApiServices,
  infos: readonly SeriesInfo[],
  request: {
    readonly query: HistoryQueryString;
    readonly headers: { readonly accept?: string | undefined };
  },
): Promise<Found> {
  const query = queryOf(infos, request.query, clock.now());
  const format = exportFormatOf(request.headers.accept);
  if (format === undefined) {
    const points = await store.query(query);
    const bySeries = new Map(points.map((each) => [each.series, each]));
    return { series: infos.map((info) => pointsBody(info, bySeries.get(info.series), query)) };
  }
  if (query.aggregate !== undefined)
    throw new FaultError(
      fault('common.invalid', 'query/aggregate', 'an export is of raw readings'),
    );
  const { from, to, goodOnly, order, after } = query;
  const stream = exportReadings(store, infos, { from, to, goodOnly, order, after }, format);
  stream.on('error', (error) => logger.warn({ err: error }, 'an export broke off'));
  return { stream, type: exportFormats[format].type };
}

function queryOf(
  infos: readonly SeriesInfo[],
  query: HistoryQueryString,
  now: number,
): HistoryQuery {
  const to = query.to === undefined ? now + 1 : timeParameter(query.to, 'query/to');
  const from = query.from === undefined ? to - Hours(1) : timeParameter(query.from, 'query/from');
  if (from >= to) throw new FaultError(fault('common.invalid', 'query/from', 'from is before to'));
  const { points = 1_000, aggregate, bucket, good, order, raw } = query;
  if (raw === true && aggregate !== undefined)
    throw new FaultError(
      fault('common.invalid', 'query/raw', 'raw and aggregate exclude each other'),
    );
  const start = raw === true ? pagingStart({ from, to, order }) : undefined;
  return {
    series: infos.map((info) => info.series),
    ...{ from, to, points, aggregate, order },
    bucketMs: bucket,
    goodOnly: good,
    after: query.after === undefined ? start : timeParameter(query.after, 'query/after'),
  };
}

/** Aggregates of which the result is a number whatever the type of the property. */
const numeric = new Set(['avg', 'sum', 'count', 'twa']);

function pointsBody(
  info: SeriesInfo,
  points: SeriesPoints | undefined,
  query: HistoryQuery,
): Static<typeof PointsBody> {
  assert(points !== undefined, 'each series is answered');
  const { kind, bucketMs, time, value, quality } = points;
  const isNumber = query.aggregate !== undefined && numeric.has(query.aggregate);
  const last = time.at(-1);
  const more = query.after !== undefined && time.length >= query.points && last !== undefined;
  return {
    thing: info.thing,
    property: info.property,
    ...(info.unit === undefined ? {} : { unit: info.unit }),
    kind,
    ...(bucketMs === undefined ? {} : { bucketMs }),
    points: time.map((t, i) => {
      const code = quality[i] ?? 0;
      const stored = value[i] ?? null;
      return {
        time: isoTime(t),
        value: isNumber ? stored : seenValue(stored, info),
        ...(code === 0 ? {} : { quality: qualityName(code) }),
      };
    }),
    ...(more ? { next: isoTime(last) } : {}),
  };
}
