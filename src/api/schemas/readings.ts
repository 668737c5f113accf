// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import { Query, Time } from './common.ts';

export const Value = Type.Unknown({ description: 'as the type of the property says' });

export const Aggregate = Type.Union([
  Type.Literal('avg'),
  Type.Literal('min'),
  Type.Literal('max'),
  Type.Literal('sum'),
  Type.Literal('count'),
  Type.Literal('first'),
  Type.Literal('last'),
  Type.Literal('twa'),
]);

/** Query of the history routes. Times: ISO 8601, or milliseconds since 1970. */
export const historyQuery = {
  from: Type.Optional(
    Type.String({ description: 'inclusive; an hour before `to` where left out' }),
  ),
  to: Type.Optional(Type.String({ description: 'exclusive; now where left out' })),
  points: Type.Optional(
    Type.Integer({
      minimum: 1,
      default: 1_000,
      description: 'most points of a series; more readings than this are down-sampled',
    }),
  ),
  aggregate: Type.Optional(Aggregate),
  bucket: Type.Optional(Type.Integer({ minimum: 1, description: 'width in ms' })),
  good: Type.Optional(Type.Boolean({ description: 'leave out readings of bad quality' })),
  order: Type.Optional(Type.Union([Type.Literal('ascending'), Type.Literal('descending')])),
  raw: Type.Optional(
    Type.Boolean({ description: 'readings as they came, `points` at a time, never down-sampled' }),
  ),
  after: Type.Optional(Type.String({ description: '`next` of the page before' })),
};
const HistoryQueryString = Query(historyQuery);
export type HistoryQueryString = Static<typeof HistoryQueryString>;

export const PointsBody = Type.Object(
  {
    thing: Type.Integer(),
    property: Type.String(),
    unit: Type.Optional(Type.String({ description: 'UCUM' })),
    kind: Type.Union([Type.Literal('raw'), Type.Literal('aggregate'), Type.Literal('downsampled')]),
    bucketMs: Type.Optional(Type.Integer()),
    points: Type.Array(
      Type.Object({ time: Time, value: Value, quality: Type.Optional(Type.String()) }),
    ),
    next: Type.Optional(Type.String({ description: '`after` of the next page' })),
  },
  { $id: 'Points' },
);

export const CurrentBody = Type.Record(
  Type.String(),
  Type.Object({
    value: Value,
    time: Time,
    quality: Type.String(),
    unit: Type.Optional(Type.String()),
  }),
);

/** What became of a post of readings: accepted ones are on disk; each refused one is named. */
export const IngestBody = Type.Object(
  {
    accepted: Type.Integer(),
    refusedCount: Type.Integer(),
    refused: Type.Array(
      // At most `payload.refusedMax` of them.
      Type.Object({
        at: Type.String({ description: 'JSON pointer in the payload' }),
        code: Type.String(),
        detail: Type.Optional(Type.String()),
        fix: Type.String(),
      }),
    ),
  },
  { $id: 'Ingested' },
);
