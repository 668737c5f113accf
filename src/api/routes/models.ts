// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { FaultError, fault } from '#core';
import { Page, pageBody, pageOf, Paging, problems, Query } from '../schemas/common.ts';
import { Difference, ModelSummary, modelSummary, ThingModel } from '../schemas/models.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const ModelPath = Type.Object({ uri: Type.String({ minLength: 1, maxLength: 1_024 }) });
const Version = Query({ version: Type.Optional(Type.String({ maxLength: 64 })) });
const tags = ['models'];

/** Thing Models: store, check, list, read, remove. */
export function modelRoutes(app: Api, services: ApiServices): void {
  storeRoute(app, services);
  checkRoute(app, services);
  listRoute(app, services);
  readRoute(app, services);
  removeRoute(app, services);
}

function storeRoute(app: Api, services: ApiServices): void {
  const { models } = services;

  app.post(
    '/api/v1/models',
    {
      config: { access: 'write' },
      schema: {
        summary: 'Store a Thing Model, or a new version of it',
        tags,
        body: ThingModel,
        response: {
          201: Type.Object({ ...ModelSummary.properties, differences: Type.Array(Difference) }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { row, differences } = await models.add(request.principal.tenant, request.body);
      const place = `/api/v1/models/${encodeURIComponent(row.uri)}?version=${encodeURIComponent(row.version)}`;
      void reply.code(201).header('location', place);
      return { ...modelSummary(row), differences: [...differences] };
    },
  );
}

function checkRoute(app: Api, services: ApiServices): void {
  const { models } = services;

  app.post(
    '/api/v1/models/check',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Check a Thing Model without storing it',
        tags,
        body: ThingModel,
        response: { 200: Type.Object({ uri: Type.String(), version: Type.String() }), ...problems },
      },
    },
    async (request) => {
      const { uri, version } = await models.checked(request.principal.tenant, request.body);
      return { uri, version };
    },
  );
}

function listRoute(app: Api, services: ApiServices): void {
  const { models, limits } = services;

  app.get(
    '/api/v1/models',
    {
      config: { access: 'read' },
      schema: {
        summary: 'List models, every version',
        tags,
        querystring: Query({ ...Paging, uri: Type.Optional(Type.String()) }),
        response: { 200: Page(ModelSummary), ...problems },
      },
    },
    async (request) => {
      const { uri } = request.query;
      const page = { ...pageOf(request.query, limits), ...(uri === undefined ? {} : { uri }) };
      return pageBody(await models.read.list(request.principal.tenant, page), modelSummary);
    },
  );
}

function readRoute(app: Api, services: ApiServices): void {
  const { models } = services;

  app.get(
    '/api/v1/models/:uri',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Read a model; its newest version where none is named',
        tags,
        params: ModelPath,
        querystring: Version,
        response: { 200: ThingModel, ...problems },
      },
    },
    async (request, reply) => {
      const { uri } = request.params;
      const row = await models.read.get(request.principal.tenant, uri, request.query.version);
      if (row === undefined) throw new FaultError(fault('common.not-found', 'model', uri));
      void reply.header('etag', `"${row.id}"`);
      return { ...row.document };
    },
  );
}

function removeRoute(app: Api, services: ApiServices): void {
  const { models } = services;

  app.delete(
    '/api/v1/models/:uri',
    {
      config: { access: 'write' },
      schema: {
        summary: 'Remove a version that nothing uses',
        tags,
        params: ModelPath,
        querystring: Query({ version: Type.String({ maxLength: 64 }) }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const { version } = request.query;
      await models.remove(request.principal.tenant, { uri: request.params.uri, version });
      return reply.code(204).send(null);
    },
  );
}
