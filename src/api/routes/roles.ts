// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { FaultError, fault } from '#core';
import { builtInRole, customRoleId, permissionNames, permissionSpec, type Roles } from '#security';
import { ifMatch } from '../etag.ts';
import { problems } from '../schemas/common.ts';
import { NewRoleBody, PermissionBody, roleBody, RoleBody, RolePatch } from '../schemas/people.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['roles'];
const place = '/api/v1/roles';
const RolePath = Type.Object({
  id: Type.String({ maxLength: 64, description: 'name of a built-in role, or role:{number}' }),
});

/** Roles that every installation has, those that tenants have made, and the permissions that they are made of. */
export function roleRoutes(app: Api, { administration: { roles } }: ApiServices): void {
  permissionsRoute(app);
  readRoutes(app, roles);
  createRoute(app, roles);
  changeRoutes(app, roles);
}

function permissionsRoute(app: Api): void {
  app.get(
    '/api/v1/permissions',
    {
      config: { access: 'self' },
      schema: {
        summary: 'All permissions that there are',
        tags,
        response: { 200: Type.Object({ items: Type.Array(PermissionBody) }), ...problems },
      },
    },
    () => ({
      items: permissionNames.map((name) => {
        const { en, zh, on, strong = false, duty } = permissionSpec(name);
        return { name, en, zh, on, strong, ...(duty === undefined ? {} : { duty }) };
      }),
    }),
  );
}

function readRoutes(app: Api, roles: Roles): void {
  app.get(
    place,
    {
      config: { access: 'users.read' },
      schema: {
        summary: 'All roles that can be granted here or below',
        tags,
        response: { 200: Type.Object({ items: Type.Array(RoleBody) }), ...problems },
      },
    },
    async (request) => ({ items: (await roles.list(request.principal)).map(roleBody) }),
  );

  app.get(
    `${place}/:id`,
    {
      config: { access: 'users.read' },
      schema: {
        summary: 'Read a role',
        tags,
        params: RolePath,
        response: { 200: RoleBody, ...problems },
      },
    },
    async (request, reply) => {
      const role = await roles.get(request.principal, request.params.id);
      if (role.custom !== undefined) void reply.header('etag', `"${role.custom.revision}"`);
      return roleBody(role);
    },
  );
}

function createRoute(app: Api, roles: Roles): void {
  app.post(
    place,
    {
      config: { access: 'roles.manage' },
      schema: {
        summary: 'Make a role of permissions that you have yourself',
        tags,
        body: NewRoleBody,
        response: { 201: RoleBody, ...problems },
      },
    },
    async (request, reply) => {
      const { title, name, ...rest } = request.body;
      const made = await roles.create(request.principal, { ...rest, name, title: title ?? name });
      const body = roleBody(made);
      request.audit({ resource: { kind: 'roles', id: body.id }, after: body });
      void reply.code(201).header('location', `${place}/${body.id}`);
      void reply.header('etag', `"${body.revision}"`);
      return body;
    },
  );
}

function changeRoutes(app: Api, roles: Roles): void {
  app.patch(
    `${place}/:id`,
    {
      config: { access: 'roles.manage' },
      schema: {
        summary: 'Change a role that a tenant has made; it counts at once',
        tags,
        params: RolePath,
        body: RolePatch,
        response: { 200: RoleBody, ...problems },
      },
    },
    async (request, reply) => {
      const revision = ifMatch(request.headers['if-match']);
      const edit = { ...request.body, revision };
      const { before, after } = await roles.change(
        request.principal,
        numberOf(request.params.id),
        edit,
      );
      const body = roleBody(after);
      request.audit({ before: roleBody(before), after: body });
      void reply.header('etag', `"${body.revision}"`);
      return body;
    },
  );

  app.delete(
    `${place}/:id`,
    {
      config: { access: 'roles.manage' },
      schema: {
        summary: 'Remove a role that nobody has',
        tags,
        params: RolePath,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const revision = ifMatch(request.headers['if-match']);
      const before = await roles.remove(request.principal, numberOf(request.params.id), revision);
      request.audit({ before: roleBody(before), after: undefined });
      return reply.code(204).send(null);
    },
  );
}

/** The number of a role that a tenant has made. */
function numberOf(id: string): number {
  if (builtInRole(id) !== undefined)
    throw new FaultError(fault('security.built-in-role', 'role', id));
  const number = customRoleId(id);
  if (number === undefined) throw new FaultError(fault('common.not-found', 'role', id));
  return number;
}
