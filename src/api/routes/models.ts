// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { FaultError, fault } from '#core';
import { ModelFaults } from '#things';
import { Page, pageBody, pageOf, Paging, problems, Query } from '../schemas/common.ts';
import { faultBody, languageOf } from '../problem.ts';
import {
  Difference,
  ModelCheck,
  ModelPath,
  ModelSummary,
  modelSummary,
  ThingModel,
} from '../schemas/models.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const Version = Query({ version: Type.Optional(Type.String({ maxLength: 64 })) });
const tags = ['models'];

/** Thing Models: store, check, list, read, remove. */
export function modelRoutes(app: Api, services: ApiServices): void {
  storeRoute(app, services);
  checkRoute(app, services);
  listRoute(app, services);
  readRoute(app, services);
  removeRoute(app, services);
  statusRoute(app, services);
}

function storeRoute(app: Api, services: ApiServices): void {
  const { models } = services;

  app.post(
    '/api/v1/models',
    {
      config: { access: 'models.write' },
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
      config: { access: 'models.read', audit: false },
      schema: {
        summary: 'Check a Thing Model without storing it, and what it would break',
        tags,
        body: ThingModel,
        querystring: Query({
          report: Type.Optional(
            Type.Boolean({
              description: 'true: faults are told in a 200, for who asks again and again',
            }),
          ),
        }),
        response: { 200: ModelCheck, ...problems },
      },
    },
    async (request) => {
      const { principal, query, body, headers } = request;
      try {
        const { model, before, differences, allowed } = await models.review(principal.tenant, body);
        const { uri, version } = model;
        const known = before === undefined ? {} : { before: modelSummary(before) };
        return { uri, version, ...known, differences: [...differences], allowed };
      } catch (error) {
        if (query.report !== true || !(error instanceof ModelFaults)) throw error;
        const language = languageOf(headers['accept-language']);
        return { faults: error.faults.map((each) => faultBody(each, language)) };
      }
    },
  );
}

function listRoute(app: Api, services: ApiServices): void {
  const { models, limits } = services;

  app.get(
    '/api/v1/models',
    {
      config: { access: 'models.read' },
      schema: {
        summary: 'List models, every version; with text the newest versions that have it',
        tags,
        querystring: Query({
          ...Paging,
          uri: Type.Optional(Type.String({ description: 'versions of this model' })),
          newest: Type.Optional(
            Type.Boolean({
              description: 'of each model the version stored last; with text always',
            }),
          ),
          text: Type.Optional(Type.String({ maxLength: 256, description: 'part of uri or title' })),
        }),
        response: { 200: Page(ModelSummary), ...problems },
      },
    },
    async (request) => {
      const { tenant } = request.principal;
      const { uri, text, newest = text !== undefined } = request.query;
      const page = { ...pageOf(request.query, limits), uri, newest, text };
      return pageBody(await models.read.list(tenant, page), modelSummary);
    },
  );
}

function readRoute(app: Api, services: ApiServices): void {
  const { models } = services;

  app.get(
    '/api/v1/models/:uri',
    {
      config: { access: 'models.read' },
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
      config: { access: 'models.write' },
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

function statusRoute(app: Api, services: ApiServices): void {
  const { models } = services;

  app.patch(
    '/api/v1/models/:uri',
    {
      config: { access: 'models.write' },
      schema: {
        summary: 'Deprecate a version, or take that back',
        tags,
        params: ModelPath,
        querystring: Query({ version: Type.String({ maxLength: 64 }) }),
        body: Type.Object(
          { status: Type.Union([Type.Literal('active'), Type.Literal('deprecated')]) },
          { additionalProperties: false },
        ),
        response: { 200: ModelSummary, ...problems },
      },
    },
    async (request) => {
      const { principal, params, query, body } = request;
      const ref = { uri: params.uri, version: query.version };
      return modelSummary(await models.setStatus(principal.tenant, ref, body.status));
    },
  );
}
