// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { Thing, ThingQuery } from '#store';
import { csvField } from '../export.ts';
import { problems, Query } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { below, filter, seenThings, sorting } from './things.ts';

const pageSize = 1_000;

const columns: readonly (readonly [
  string,
  (thing: Thing) => string | number | boolean | undefined,
])[] = [
  ['id', ({ id }) => id],
  ['tenant', ({ tenant }) => tenant],
  ['uri', ({ uri }) => uri],
  ['name', ({ name }) => name],
  ['kind', ({ kind }) => kind],
  ['description', ({ description }) => description],
  ['model', ({ model }) => model?.uri],
  ['modelVersion', ({ model }) => model?.version],
  ['parent', ({ parent }) => parent],
  ['lifecycle', ({ lifecycle }) => lifecycle],
  ['online', ({ online }) => online],
  ['cause', ({ cause }) => cause],
  ['seen', ({ seen }) => seen && isoTime(seen)],
  ['created', ({ created }) => isoTime(created)],
  ['updated', ({ updated }) => isoTime(updated)],
  ['labels', ({ labels }) => JSON.stringify(labels)],
  ['properties', ({ properties }) => JSON.stringify(properties)],
];

/** The list of things as a file, of any length in the memory of one page. */
export function thingExportRoutes(app: Api, services: ApiServices): void {
  const { things, logger } = services;

  app.get(
    '/api/v1/things/export',
    {
      config: { access: 'things.read' },
      schema: {
        summary: 'Things as CSV, filtered and sorted as in the list',
        tags: ['things'],
        querystring: Query({ filter, below, ...sorting }),
        response: {
          200: {
            description: 'CSV',
            content: { 'text/csv': { schema: Type.String() } },
          },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { sort, order } = request.query;
      const query = { ...(await seenThings(services, request)), sort, order };
      void reply.type('text/csv; charset=utf-8');
      void reply.header('content-disposition', 'attachment; filename="things.csv"');
      const stream = Readable.from(rowsOf((page) => things.read.list(page), query));
      stream.on('error', (error) => logger.warn({ err: error }, 'an export broke off'));
      return reply.send(stream);
    },
  );
}

type List = (query: ThingQuery) => Promise<{
  readonly items: readonly Thing[];
  readonly cursor: string | undefined;
}>;

async function* rowsOf(list: List, query: Omit<ThingQuery, 'limit'>): AsyncGenerator<string> {
  // Spreadsheets take a text for UTF-8 only with the mark in front.
  yield `\uFEFF${columns.map(([name]) => name).join(',')}\r\n`;
  let cursor: string | undefined;
  do {
    const page = await list({ ...query, limit: pageSize, cursor });
    yield page.items.map(rowOf).join('');
    ({ cursor } = page);
  } while (cursor !== undefined);
}

function rowOf(thing: Thing): string {
  const cells = columns.map(([, value]) => csvField(String(value(thing) ?? '')));
  return `${cells.join(',')}\r\n`;
}
