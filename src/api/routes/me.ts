// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import type { SessionRow } from '#store';
import { sessionId } from '#security';
import { personOf } from '../browser.ts';
import { problems, Time } from '../schemas/common.ts';
import { Password } from '../schemas/session.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['me'];

const Me = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  title: Type.String(),
  language: Type.Optional(Type.String()),
  password: Type.Boolean({ description: 'whether there is one' }),
  passwordTemporary: Type.Boolean(),
  totp: Type.Boolean({ description: 'whether a code generator is enrolled' }),
  recovery: Type.Integer({ description: 'recovery codes that are left' }),
  passkeys: Type.Integer(),
  created: Time,
  lastLogin: Type.Optional(Time),
});

const SessionItem = Type.Object({
  id: Type.String(),
  current: Type.Boolean(),
  strong: Type.Boolean(),
  source: Type.String(),
  agent: Type.String(),
  opened: Time,
  used: Time,
  expires: Time,
});

/** The own account of who has signed in: profile, password, sessions. */
export function meRoutes(app: Api, { identity }: ApiServices): void {
  profileRoutes(app, identity);
  sessionsRoutes(app, identity);
}

function profileRoutes(app: Api, { own }: ApiServices['identity']): void {
  app.get(
    '/api/v1/me',
    {
      config: { access: 'self' },
      schema: { summary: 'The own account', tags, response: { 200: Me, ...problems } },
    },
    async (request) => {
      const person = personOf(request);
      const account = await own.account(person);
      const { id, name, title, passwordTemporary, language, lastLogin } = account;
      return {
        ...{ id, name, title, passwordTemporary },
        ...(language === undefined ? {} : { language }),
        password: account.password !== undefined,
        totp: account.totp !== undefined,
        recovery: account.recovery.length,
        passkeys: (await own.passkeys(person)).length,
        created: isoTime(account.created),
        ...(lastLogin === undefined ? {} : { lastLogin: isoTime(lastLogin) }),
      };
    },
  );

  app.patch(
    '/api/v1/me',
    {
      config: { access: 'self' },
      schema: {
        summary:
          'Change the own title, language or password; a new password ends all other sessions',
        tags,
        body: Type.Object(
          {
            title: Type.Optional(Type.String({ maxLength: 128 })),
            language: Type.Optional(Type.Union([Type.Literal('zh'), Type.Literal('en')])),
            password: Type.Optional(Password),
            currentPassword: Type.Optional(Password),
          },
          { additionalProperties: false },
        ),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const { title, language, password, currentPassword } = request.body;
      const asked = {
        principal: personOf(request),
        source: request.ip,
        password: currentPassword,
      };
      if (password !== undefined) await own.changePassword(asked, password);
      if (title !== undefined || language !== undefined) {
        const named = title === undefined ? {} : { title };
        await own.changeProfile(asked, {
          ...named,
          ...(language === undefined ? {} : { language }),
        });
      }
      return reply.code(204).send(null);
    },
  );
}

function sessionsRoutes(app: Api, { own }: ApiServices['identity']): void {
  app.get(
    '/api/v1/me/sessions',
    {
      config: { access: 'self' },
      schema: {
        summary: 'The own browser sessions, the one used last first',
        tags,
        response: { 200: Type.Object({ items: Type.Array(SessionItem) }), ...problems },
      },
    },
    async (request) => {
      const person = personOf(request);
      const rows = await own.sessions(person);
      return { items: rows.map((row) => sessionBody(row, person.session)) };
    },
  );

  app.delete(
    '/api/v1/me/sessions',
    {
      config: { access: 'self' },
      schema: {
        summary: 'End all own sessions but this one',
        tags,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await own.endSessions({ principal: personOf(request), source: request.ip });
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/api/v1/me/sessions/:session',
    {
      config: { access: 'self' },
      schema: {
        summary: 'End an own session',
        tags,
        params: Type.Object({ session: Type.String({ maxLength: 64 }) }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const asked = { principal: personOf(request), source: request.ip };
      await own.endSessions(asked, request.params.session);
      return reply.code(204).send(null);
    },
  );
}

function sessionBody(row: SessionRow, current: string) {
  const { hash, strong, source, agent, opened, used, expires } = row;
  return {
    ...{ id: sessionId(hash), current: hash === current, strong, source, agent },
    ...{ opened: isoTime(opened), used: isoTime(used), expires: isoTime(expires) },
  };
}
