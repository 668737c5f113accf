// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import type { Accounts, Principal } from '#security';
import type { AccountKind } from '#store';
import { ifMatch } from '../etag.ts';
import { Page, pageBody, pageOf, Paging, problems, Query } from '../schemas/common.ts';
import {
  accountBody,
  AccountBody,
  NewServiceAccount,
  NewUser,
  NumberPath,
  ServiceAccountPatch,
  TemporaryPassword,
  UserPatch,
} from '../schemas/people.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const users = '/api/v1/users';
const serviceAccounts = '/api/v1/service-accounts';
const search = Type.Optional(
  Type.String({ minLength: 1, maxLength: 128, description: 'in name or title' }),
);

const GroupId = Type.Integer({ minimum: 1, description: 'only its members' });

interface Family {
  readonly place: string;
  readonly kind: AccountKind;
  readonly tags: readonly string[];
}

/** Users and service accounts of the tenant of the request and those below. */
export function accountRoutes(app: Api, services: ApiServices): void {
  const { accounts } = services.administration;
  for (const family of [
    { place: users, kind: 'user', tags: ['users'] },
    { place: serviceAccounts, kind: 'service', tags: ['service-accounts'] },
  ] as const) {
    readRoutes(app, services, family);
    removeRoute(app, accounts, family);
  }
  createUserRoute(app, accounts);
  changeUserRoute(app, accounts);
  serviceAccountRoutes(app, accounts);
  actRoutes(app, accounts);
}

function readRoutes(app: Api, services: ApiServices, { place, kind, tags }: Family): void {
  const { limits, administration } = services;
  const { accounts } = administration;

  app.get(
    place,
    {
      config: { access: 'users.read' },
      schema: {
        summary: 'List accounts, also those of the tenants below',
        tags,
        querystring: Query({ ...Paging, search, group: Type.Optional(GroupId) }),
        response: { 200: Page(AccountBody), ...problems },
      },
    },
    async (request) => {
      const page = pageOf(request.query, limits);
      const { search, group } = request.query;
      const query = { ...page, kind, search, group };
      return pageBody(await accounts.list(request.principal, query), accountBody);
    },
  );

  app.get(
    `${place}/:id`,
    {
      config: { access: 'users.read' },
      schema: {
        summary: 'Read an account',
        tags,
        params: NumberPath,
        response: { 200: AccountBody, ...problems },
      },
    },
    async (request, reply) => {
      const row = await accounts.get(request.principal, { kind, id: request.params.id });
      void reply.header('etag', `"${row.revision}"`);
      return accountBody(row);
    },
  );
}

function removeRoute(app: Api, accounts: Accounts, { place, kind, tags }: Family): void {
  app.delete(
    `${place}/:id`,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Remove an account with its sessions, tokens and roles',
        tags,
        params: NumberPath,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const ref = { kind, id: request.params.id };
      const revision = ifMatch(request.headers['if-match']);
      const before = accountBody(await accounts.remove(request.principal, ref, revision));
      request.audit({ before, after: undefined });
      return reply.code(204).send(null);
    },
  );
}

function createUserRoute(app: Api, accounts: Accounts): void {
  app.post(
    users,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Make a user; the temporary password is shown once',
        tags: ['users'],
        body: NewUser,
        response: {
          201: Type.Object({
            ...AccountBody.properties,
            temporaryPassword: Type.Optional(TemporaryPassword),
          }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { title = '', password: withPassword, ...rest } = request.body;
      const made = await accounts.create(request.principal, {
        ...{ ...rest, kind: 'user', title, withPassword },
      });
      const body = accountBody(made.account);
      request.audit({ resource: { kind: 'users', id: body.id }, after: body });
      void reply.code(201).header('location', `${users}/${body.id}`);
      void reply.header('etag', `"${body.revision}"`).header('cache-control', 'no-store');
      const { password: temporaryPassword } = made;
      return temporaryPassword === undefined ? body : { ...body, temporaryPassword };
    },
  );
}

function changeUserRoute(app: Api, accounts: Accounts): void {
  app.patch(
    `${users}/:id`,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Change a user; a disabled one is signed out everywhere and loses its tokens',
        tags: ['users'],
        params: NumberPath,
        body: UserPatch,
        response: { 200: AccountBody, ...problems },
      },
    },
    async (request, reply) => {
      const revision = ifMatch(request.headers['if-match']);
      const ref = { kind: 'user', id: request.params.id } as const;
      const edit = { ...request.body, revision };
      const changed = await accounts.change(request.principal, ref, edit);
      const body = accountBody(changed.after);
      request.audit({ before: accountBody(changed.before), after: body });
      void reply.header('etag', `"${body.revision}"`);
      return body;
    },
  );
}

function serviceAccountRoutes(app: Api, accounts: Accounts): void {
  const tags = ['service-accounts'];
  const kind = 'service';

  app.post(
    serviceAccounts,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Make a service account; it acts by API tokens',
        tags,
        body: NewServiceAccount,
        response: { 201: AccountBody, ...problems },
      },
    },
    async (request, reply) => {
      const { title = '', ...rest } = request.body;
      const { account } = await accounts.create(request.principal, { ...rest, kind, title });
      const body = accountBody(account);
      request.audit({ resource: { kind: 'service-accounts', id: body.id }, after: body });
      void reply.code(201).header('location', `${serviceAccounts}/${body.id}`);
      void reply.header('etag', `"${body.revision}"`);
      return body;
    },
  );

  app.patch(
    `${serviceAccounts}/:id`,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Change a service account; a disabled one loses its tokens',
        tags,
        params: NumberPath,
        body: ServiceAccountPatch,
        response: { 200: AccountBody, ...problems },
      },
    },
    async (request, reply) => {
      const revision = ifMatch(request.headers['if-match']);
      const ref = { kind, id: request.params.id } as const;
      const edit = { ...request.body, revision };
      const changed = await accounts.change(request.principal, ref, edit);
      const body = accountBody(changed.after);
      request.audit({ before: accountBody(changed.before), after: body });
      void reply.header('etag', `"${body.revision}"`);
      return body;
    },
  );
}

function actRoutes(app: Api, accounts: Accounts): void {
  app.post(
    `${users}/:id/password`,
    {
      config: { access: 'users.manage' },
      schema: {
        summary: 'Give a user a temporary password, shown once',
        tags: ['users'],
        params: NumberPath,
        response: { 200: Type.Object({ temporaryPassword: TemporaryPassword }), ...problems },
      },
    },
    async (request, reply) => {
      const { principal, params } = request;
      void reply.header('cache-control', 'no-store');
      return { temporaryPassword: await accounts.resetPassword(principal, params.id) };
    },
  );

  actRoute(app, {
    method: 'DELETE',
    url: `${users}/:id/second-factor`,
    summary: 'Forget the second factor of a user, who enrols another one',
    act: (by, id) => accounts.resetSecondFactor(by, id),
  });
  actRoute(app, {
    method: 'POST',
    url: `${users}/:id/unlock`,
    summary: 'Let a user sign in again who was locked for wrong passwords',
    act: (by, id) => accounts.unlock(by, id),
  });
  actRoute(app, {
    method: 'DELETE',
    url: `${users}/:id/sessions`,
    summary: 'End all browser sessions of a user',
    act: (by, id) => accounts.endSessions(by, id),
  });
}

interface AccountAct {
  readonly method: 'POST' | 'DELETE';
  readonly url: string;
  readonly summary: string;
  readonly act: (by: Principal, id: number) => Promise<void>;
}

/** An act on a user that takes nothing and answers nothing. */
function actRoute(app: Api, { method, url, summary, act }: AccountAct): void {
  app.route({
    method,
    url,
    config: { access: 'users.manage' },
    schema: {
      summary,
      tags: ['users'],
      params: NumberPath,
      response: { 204: Type.Null(), ...problems },
    },
    handler: async (request, reply) => {
      await act(request.principal, request.params.id);
      return reply.code(204).send(null);
    },
  });
}
