// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import type { Tenants } from '#security';
import { problems, Query } from '../schemas/common.ts';
import {
  NewTenantBody,
  NumberPath,
  tenantBody,
  TenantBody,
  TenantPatch,
} from '../schemas/people.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['tenants'];
const place = '/api/v1/tenants';

/** The tree of organisations from the tenant of the request on. */
export function tenantRoutes(app: Api, { administration: { tenants } }: ApiServices): void {
  readRoutes(app, tenants);
  createRoute(app, tenants);
  changeRoute(app, tenants);
  removeRoute(app, tenants);
}

function readRoutes(app: Api, tenants: Tenants): void {
  app.get(
    place,
    {
      config: { access: 'tenants.read' },
      schema: {
        summary: 'The tenant of the request and all below it, each with its parent',
        tags,
        querystring: Query({
          search: Type.Optional(
            Type.String({ minLength: 1, maxLength: 128, description: 'in the name, in any case' }),
          ),
          limit: Type.Optional(
            Type.Integer({
              minimum: 1,
              description: 'all where left out; limits.people.tenantsMax',
            }),
          ),
        }),
        response: { 200: Type.Object({ items: Type.Array(TenantBody) }), ...problems },
      },
    },
    async (request) => {
      const { search = '', limit } = request.query;
      const text = search.toLowerCase();
      const all = await tenants.list(request.principal);
      const found = all.filter(({ name }) => name.toLowerCase().includes(text));
      return { items: found.slice(0, limit).map(tenantBody) };
    },
  );

  app.get(
    `${place}/:id`,
    {
      config: { access: 'tenants.read' },
      schema: {
        summary: 'Read a tenant',
        tags,
        params: NumberPath,
        response: { 200: TenantBody, ...problems },
      },
    },
    async (request) => tenantBody(await tenants.get(request.principal, request.params.id)),
  );
}

function createRoute(app: Api, tenants: Tenants): void {
  app.post(
    place,
    {
      config: { access: 'tenants.manage' },
      schema: {
        summary: 'Make a tenant below another',
        tags,
        body: NewTenantBody,
        response: { 201: TenantBody, ...problems },
      },
    },
    async (request, reply) => {
      const body = tenantBody(await tenants.create(request.principal, request.body));
      request.audit({ resource: { kind: 'tenants', id: body.id }, after: body });
      void reply.code(201).header('location', `${place}/${body.id}`);
      return body;
    },
  );
}

function changeRoute(app: Api, tenants: Tenants): void {
  app.patch(
    `${place}/:id`,
    {
      config: { access: 'tenants.manage' },
      schema: {
        summary: 'Change a tenant; it stays where it is in the tree',
        tags,
        params: NumberPath,
        body: TenantPatch,
        response: { 200: TenantBody, ...problems },
      },
    },
    async (request) => {
      const { principal, params, body } = request;
      const { before, after } = await tenants.change(principal, params.id, body);
      request.audit({ before: tenantBody(before), after: tenantBody(after) });
      return tenantBody(after);
    },
  );
}

function removeRoute(app: Api, tenants: Tenants): void {
  app.delete(
    `${place}/:id`,
    {
      config: { access: 'tenants.manage' },
      schema: {
        summary: 'Remove a tenant that has no tenants, things, models and accounts',
        tags,
        params: NumberPath,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const before = tenantBody(await tenants.remove(request.principal, request.params.id));
      request.audit({ before, after: undefined });
      return reply.code(204).send(null);
    },
  );
}
