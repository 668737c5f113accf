// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { Page, pageBody, pageOf, Paging, problems, Query } from '../schemas/common.ts';
import { NewTokenBody, tokenBody, TokenBody } from '../schemas/people.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { timeParameter } from '../times.ts';

const tags = ['tokens'];
const place = '/api/v1/tokens';

/** API tokens of applications: one's own, and with `tokens.manage` those of the sub-tree. */
export function tokenRoutes(app: Api, services: ApiServices): void {
  createRoute(app, services);
  listRoute(app, services);
  revokeRoute(app, services);
}

function createRoute(app: Api, { administration: { tokens } }: ApiServices): void {
  app.post(
    place,
    {
      config: { access: 'self' },
      schema: {
        summary: 'Make an API token; it is shown once',
        description: 'needs tokens.create, for the token of a service account tokens.manage',
        tags,
        body: NewTokenBody,
        response: { 201: Type.Object({ id: Type.Integer(), token: Type.String() }), ...problems },
      },
    },
    async (request, reply) => {
      const { name, scopes, expires, account } = request.body;
      const until = expires === undefined ? undefined : timeParameter(expires, 'body/expires');
      const wanted = { name, scopes, expires: until, account };
      const made = await tokens.create(request.principal, wanted);
      request.audit({ resource: { kind: 'tokens', id: made.id }, after: { scopes, account } });
      void reply.code(201).header('cache-control', 'no-store');
      return made;
    },
  );
}

function listRoute(app: Api, { administration: { tokens }, limits }: ApiServices): void {
  app.get(
    place,
    {
      config: { access: 'self' },
      schema: {
        summary: 'List your API tokens, with tokens.manage all here and below; without secrets',
        tags,
        querystring: Query({ ...Paging, account: Type.Optional(Type.Integer({ minimum: 1 })) }),
        response: { 200: Page(TokenBody), ...problems },
      },
    },
    async (request) => {
      const query = { ...pageOf(request.query, limits), account: request.query.account };
      return pageBody(await tokens.list(request.principal, query), tokenBody);
    },
  );
}

function revokeRoute(app: Api, { administration: { tokens } }: ApiServices): void {
  app.delete(
    `${place}/:token`,
    {
      config: { access: 'self' },
      schema: {
        summary: 'Revoke an API token, your own or with tokens.manage one here or below',
        tags,
        params: Type.Object({ token: Type.Integer({ minimum: 1 }) }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const row = await tokens.revoke(request.principal, request.params.token);
      request.audit({ before: tokenBody(row), after: undefined });
      return reply.code(204).send(null);
    },
  );
}
