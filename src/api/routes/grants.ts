// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { Page, pageBody, pageOf, Paging, problems, Query } from '../schemas/common.ts';
import { grantBody, GrantBody, NewGrantBody, NumberPath } from '../schemas/people.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['grants'];
const place = '/api/v1/grants';
const id = Type.Optional(Type.Integer({ minimum: 1 }));

/** Who has which role where. */
export function grantRoutes(app: Api, services: ApiServices): void {
  listRoute(app, services);
  createRoute(app, services);
  removeRoute(app, services);
}

function listRoute(app: Api, { administration: { grants }, limits }: ApiServices): void {
  app.get(
    place,
    {
      config: { access: 'users.read' },
      schema: {
        summary: 'List what has been granted; of an account without what its groups have',
        tags,
        querystring: Query({ ...Paging, account: id, group: id, tenant: id }),
        response: { 200: Page(GrantBody), ...problems },
      },
    },
    async (request) => {
      const { account, group, tenant } = request.query;
      const query = { ...pageOf(request.query, limits), account, group, tenant };
      return pageBody(await grants.list(request.principal, query), grantBody);
    },
  );
}

function createRoute(app: Api, { administration: { grants } }: ApiServices): void {
  app.post(
    place,
    {
      config: { access: 'roles.manage' },
      schema: {
        summary: 'Grant a role to an account or a group, for a tenant and those below it',
        tags,
        body: NewGrantBody,
        response: { 201: GrantBody, ...problems },
      },
    },
    async (request, reply) => {
      const body = grantBody(await grants.create(request.principal, request.body));
      request.audit({ resource: { kind: 'grants', id: body.id }, after: body });
      void reply.code(201);
      return body;
    },
  );
}

function removeRoute(app: Api, { administration: { grants } }: ApiServices): void {
  app.delete(
    `${place}/:id`,
    {
      config: { access: 'roles.manage' },
      schema: {
        summary: 'Take back what has been granted',
        tags,
        params: NumberPath,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const before = grantBody(await grants.remove(request.principal, request.params.id));
      request.audit({ before, after: undefined });
      return reply.code(204).send(null);
    },
  );
}
