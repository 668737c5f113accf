// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { Type, type Static, type TSchema } from 'typebox';
import { FaultError, fault } from '#core';
import { importReadings, uploadName } from '../import/readings.ts';
import type { RefusedRows } from '../import/refused.ts';
import { importRows, type ImportRow } from '../import/rows.ts';
import { importThings } from '../import/things.ts';
import { faultBody, languageOf } from '../problem.ts';
import { problems, Query } from '../schemas/common.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { demandWhole } from '../thing-of.ts';

const tags = ['imports'];

const Refused = Type.Array(
  Type.Object({
    row: Type.Integer({ description: 'from 1; the header does not count' }),
    code: Type.String(),
    at: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
    fix: Type.String(),
  }),
);

const Upload = Query({
  upload: Type.Optional(
    Type.String({ description: 'name of the file; sending it again goes on where it stopped' }),
  ),
});

const ImportedThing = Type.Object({
  row: Type.Integer(),
  id: Type.Integer(),
  username: Type.String(),
  token: Type.String(),
});

const types = ['text/csv', 'application/x-ndjson'];
const body: TSchema = Type.Unknown({ description: 'rows, read as a stream' });

/** Bulk imports as streams: things from CSV or NDJSON, and old readings. */
export function importRoutes(app: Api, services: ApiServices): void {
  app.addContentTypeParser(types, (_request, payload, done) => done(null, payload));
  importThingsRoute(app, services);
  importReadingsRoute(app, services);
  uploadRoute(app, services);
}

function importThingsRoute(app: Api, services: ApiServices): void {
  const { things, credentials } = services;

  app.post(
    '/api/v1/things/import',
    {
      config: { access: 'things.write', streams: true },
      schema: {
        summary: 'Create things from CSV or NDJSON; bad rows are named, good rows go in',
        description:
          'Columns: name, uri, kind, description, model, modelVersion, parent, labels.x, properties.x.',
        tags,
        consumes: types,
        querystring: Query({ tokens: Type.Optional(Type.Boolean()) }),
        body,
        response: {
          200: Type.Object({
            created: Type.Integer(),
            refusedCount: Type.Integer(),
            refused: Refused,
            things: Type.Optional(Type.Array(ImportedThing)),
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      demandWhole(request);
      const { tenant } = request.principal;
      const rows = rowsOf(request, services);
      const withTokens = request.query.tokens === true;
      const done = await importThings(rows, { tenant, things, credentials, withTokens });
      return {
        created: done.created,
        ...refusedBody(done.refused, request.headers),
        ...(withTokens ? { things: [...done.things] } : {}),
      };
    },
  );
}

function importReadingsRoute(app: Api, services: ApiServices): void {
  const { ingest, bindings, uploads } = services;

  app.post(
    '/api/v1/readings/import',
    {
      config: { access: 'readings.write', streams: true },
      schema: {
        summary: 'Import old readings from CSV or NDJSON: thing, property, time, value',
        tags,
        consumes: types,
        querystring: Upload,
        body,
        response: {
          200: Type.Object({
            rows: Type.Integer(),
            accepted: Type.Integer(),
            refusedCount: Type.Integer(),
            refused: Refused,
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      demandWhole(request);
      const { tenant } = request.principal;
      const { upload } = request.query;
      const key = upload === undefined ? undefined : `${tenant}/${uploadName(upload)}`;
      const skip = key === undefined ? 0 : await uploads.rows(key);
      const checkpoint = async (rows: number): Promise<void> => {
        if (key !== undefined) await uploads.note(key, rows);
      };
      const rows = rowsOf(request, services);
      const done = await importReadings(rows, { tenant, ingest, bindings, skip, checkpoint });
      const { rows: taken, accepted, refused } = done;
      return { rows: taken, accepted, ...refusedBody(refused, request.headers) };
    },
  );
}

function uploadRoute(app: Api, { uploads }: ApiServices): void {
  app.get(
    '/api/v1/readings/import/:upload',
    {
      config: { access: 'readings.write' },
      schema: {
        summary: 'How many rows of an upload are taken',
        tags,
        params: Type.Object({ upload: Type.String() }),
        response: { 200: Type.Object({ rows: Type.Integer() }), ...problems },
      },
    },
    async (request) => {
      const key = `${request.principal.tenant}/${uploadName(request.params.upload)}`;
      return { rows: await uploads.rows(key) };
    },
  );
}

function rowsOf(
  request: {
    readonly body?: unknown;
    readonly headers: { readonly 'content-type'?: string | undefined };
  },
  { limits }: ApiServices,
): AsyncIterable<ImportRow> {
  const type = request.headers['content-type'] ?? '';
  if (!(request.body instanceof Readable)) {
    throw new FaultError(
      fault('api.media-type', 'content-type', 'text/csv or application/x-ndjson'),
    );
  }
  return importRows(request.body, type, limits);
}

function refusedBody(
  { count, named }: RefusedRows,
  headers: { readonly 'accept-language'?: string | undefined },
): { refusedCount: number; refused: Static<typeof Refused> } {
  const language = languageOf(headers['accept-language']);
  const refused = named.map(({ row, fault: f }) => ({ row, ...faultBody(f, language) }));
  return { refusedCount: count, refused };
}
