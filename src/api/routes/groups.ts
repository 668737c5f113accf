// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import type { Groups } from '#security';
import { Page, pageBody, pageOf, Paging, problems, Query } from '../schemas/common.ts';
import {
  groupBody,
  GroupBody,
  GroupMembers,
  GroupPatch,
  groupSummary,
  GroupSummary,
  NewGroupBody,
  NumberPath,
} from '../schemas/people.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['groups'];
const place = '/api/v1/groups';

/** Groups of accounts of the tenant of the request and those below. */
export function groupRoutes(app: Api, services: ApiServices): void {
  const { groups } = services.administration;
  listRoutes(app, services);
  createRoute(app, groups);
  changeRoutes(app, groups);
  removeRoute(app, groups);
}

function listRoutes(app: Api, { administration: { groups }, limits }: ApiServices): void {
  app.get(
    place,
    {
      config: { access: 'users.read' },
      schema: {
        summary: 'List groups, also those of the tenants below',
        tags,
        querystring: Query({
          ...Paging,
          search: Type.Optional(
            Type.String({ minLength: 1, maxLength: 128, description: 'in name or title' }),
          ),
        }),
        response: { 200: Page(GroupSummary), ...problems },
      },
    },
    async (request) => {
      const { search } = request.query;
      const query = { ...pageOf(request.query, limits), search };
      return pageBody(await groups.list(request.principal, query), groupSummary);
    },
  );

  app.get(
    `${place}/:id`,
    {
      config: { access: 'users.read' },
      schema: {
        summary: 'Read a group with its members',
        tags,
        params: NumberPath,
        response: { 200: GroupBody, ...problems },
      },
    },
    async (request) => groupBody(await groups.get(request.principal, request.params.id)),
  );
}

function createRoute(app: Api, groups: Groups): void {
  app.post(
    place,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Make a group',
        tags,
        body: NewGroupBody,
        response: { 201: GroupBody, ...problems },
      },
    },
    async (request, reply) => {
      const { title = '', ...rest } = request.body;
      const body = groupBody(await groups.create(request.principal, { ...rest, title }));
      request.audit({ resource: { kind: 'groups', id: body.id }, after: body });
      void reply.code(201).header('location', `${place}/${body.id}`);
      return body;
    },
  );
}

function changeRoutes(app: Api, groups: Groups): void {
  app.patch(
    `${place}/:id`,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Rename a group',
        tags,
        params: NumberPath,
        body: GroupPatch,
        response: { 200: GroupBody, ...problems },
      },
    },
    async (request) => {
      const { principal, params, body } = request;
      const { before, after } = await groups.rename(principal, params.id, body.title);
      request.audit({ before: groupBody(before), after: groupBody(after) });
      return groupBody(after);
    },
  );

  app.put(
    `${place}/:id/members`,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Make these accounts, and no others, the members of a group',
        tags,
        params: NumberPath,
        body: GroupMembers,
        response: { 200: GroupBody, ...problems },
      },
    },
    async (request) => {
      const { principal, params, body } = request;
      const { before, after } = await groups.setMembers(principal, params.id, body.accounts);
      request.audit({ before: groupBody(before), after: groupBody(after) });
      return groupBody(after);
    },
  );
}

function removeRoute(app: Api, groups: Groups): void {
  app.delete(
    `${place}/:id`,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Remove a group with what it has been granted; its members stay',
        tags,
        params: NumberPath,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const before = await groups.remove(request.principal, request.params.id);
      request.audit({ before: groupBody(before), after: undefined });
      return reply.code(204).send(null);
    },
  );
}
