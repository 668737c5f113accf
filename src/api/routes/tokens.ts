// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import type { ApiToken } from '#store';
import { problems, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { timeParameter } from '../times.ts';

const tags = ['tokens'];
const ScopeName = Type.Union([
  Type.Literal('admin'),
  Type.Literal('read'),
  Type.Literal('write'),
  Type.Literal('ingest'),
]);
const TokenBody = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  created: Time,
  expires: Type.Optional(Time),
  revoked: Type.Optional(Time),
});

/** API tokens of applications. */
export function tokenRoutes(app: Api, services: ApiServices): void {
  const { tokens } = services;

  app.post(
    '/api/v1/tokens',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Make an API token; it is shown once',
        tags,
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 128 }),
            scopes: Type.Array(ScopeName, { minItems: 1, uniqueItems: true }),
            expires: Type.Optional(Time),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ id: Type.Integer(), token: Type.String() }), ...problems },
      },
    },
    async (request, reply) => {
      const { name, scopes, expires } = request.body;
      const until = expires === undefined ? undefined : timeParameter(expires, 'body/expires');
      void reply.code(201).header('cache-control', 'no-store');
      return tokens.create({ tenant: request.principal.tenant, name, scopes, expires: until });
    },
  );

  app.get(
    '/api/v1/tokens',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'List API tokens, without their secrets',
        tags,
        response: { 200: Type.Object({ items: Type.Array(TokenBody) }), ...problems },
      },
    },
    async (request) => ({ items: (await tokens.list(request.principal.tenant)).map(tokenBody) }),
  );

  app.delete(
    '/api/v1/tokens/:token',
    {
      config: { access: 'admin' },
      schema: {
        summary: 'Revoke an API token',
        tags,
        params: Type.Object({ token: Type.Integer({ minimum: 1 }) }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await tokens.revoke(request.principal.tenant, request.params.token);
      return reply.code(204).send(null);
    },
  );
}

function tokenBody(row: ApiToken): { id: number; name: string; scopes: string[]; created: string } {
  const { id, name, scopes, created, expires, revoked } = row;
  return {
    id,
    name,
    scopes: [...scopes],
    created: isoTime(created),
    ...(expires === undefined ? {} : { expires: isoTime(expires) }),
    ...(revoked === undefined ? {} : { revoked: isoTime(revoked) }),
  };
}
