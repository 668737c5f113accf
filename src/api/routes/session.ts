// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { FaultError, fault } from '#core';
import type { SecondFactorProof } from '#security';
import { sessionCookieOf, sessionOf } from '../access.ts';
import { partyOf, siteOf } from '../browser.ts';
import { cookieOf, loginCookie } from '../cookies.ts';
import { Doors } from '../doors.ts';
import { languageOf } from '../problem.ts';
import { problems } from '../schemas/common.ts';
import {
  FirstFactor,
  LoginState,
  PasskeyOptions,
  SecondFactor,
  SessionBody,
} from '../schemas/session.ts';
import type { Api } from '../server.ts';
import { bodyOrEmpty } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { openSessionOf } from '../session-state.ts';

const tags = ['session'];

/** Browser sessions: opened by a link, a token, name and password, or a passkey; kept in an HttpOnly cookie. */
export function sessionRoutes(app: Api, services: ApiServices): void {
  const doors = new Doors(services);
  stateRoute(app, services);
  loginRoutes(app, doors, services);
  challengeRoute(app, doors, services);
  linkRoute(app, services);
  endRoute(app, services);
}

function stateRoute(app: Api, services: ApiServices): void {
  const { sessions, oidc } = services.identity;
  app.get(
    '/api/v1/session',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Who has signed in with this browser, or how somebody can; does not keep it open',
        tags,
        response: { 200: SessionBody, ...problems },
      },
    },
    async ({ headers }, reply) => {
      void reply.header('cache-control', 'no-store');
      const principal = await sessions.peek(sessionOf(headers));
      const open = principal && (await openSessionOf(services, principal, headers));
      if (open !== undefined) return open;
      const providers = oidc.list(languageOf(headers['accept-language']));
      const methods = { password: true, oidc: [...providers] };
      return { open: false as const, demo: services.demo.present(), methods };
    },
  );
}

function loginRoutes(app: Api, doors: Doors, { identity: { publicUrl } }: ApiServices): void {
  app.post(
    '/api/v1/session',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Sign in with a one-time link, an API token, name and password, or a passkey',
        tags,
        body: FirstFactor,
        response: { 200: LoginState, ...problems },
      },
    },
    async (request, reply) => doors.first(request, reply, request.body),
  );

  app.post(
    '/api/v1/session/second-factor',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Complete a login, or make a session one of two factors',
        tags,
        body: SecondFactor,
        response: { 200: LoginState, ...problems },
      },
    },
    async (request, reply) => {
      const { body, headers } = request;
      const party = 'passkey' in body ? partyOf(request, publicUrl) : undefined;
      const proof: SecondFactorProof =
        'passkey' in body && party !== undefined ? { ...body, party } : secretOf(body);
      return doors.second(request, reply, {
        proof,
        ticket: cookieOf(headers, loginCookie.halfOpen),
      });
    },
  );
}

function challengeRoute(app: Api, doors: Doors, { identity }: ApiServices): void {
  const { logins, ceremonies, publicUrl } = identity;
  app.post(
    '/api/v1/session/passkey',
    {
      config: { access: 'open' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'A challenge for a passkey: of the login under way, or of anybody',
        tags,
        body: Type.Object({}, { additionalProperties: false }),
        response: { 200: PasskeyOptions, ...problems },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      const party = partyOf(request, publicUrl);
      const account =
        logins.halfOpen(cookieOf(request.headers, loginCookie.halfOpen)) ??
        (await doors.weakAccount(request));
      if (account === undefined) return ceremonies.requestOptions(undefined, party);
      const passkeys = await identity.factors.passkeysOf(account);
      return ceremonies.requestOptions({ id: account, passkeys }, party);
    },
  );
}

function linkRoute(app: Api, { identity, administrator }: ApiServices): void {
  const { publicUrl } = identity;
  app.post(
    '/api/v1/session/link',
    {
      config: { access: 'users.manage' },
      schema: {
        summary:
          'Make a one-time link for the first administrator; only for the token in admin.token',
        tags,
        response: { 201: Type.Object({ link: Type.String() }), ...problems },
      },
    },
    async ({ principal, ip }, reply) => {
      // Anybody else would become the administrator by it.
      if (!administrator.isOwn(principal))
        throw new FaultError(fault('security.forbidden', 'admin.token'));
      const code = await administrator.newLink();
      const act = { act: 'link.made', account: undefined, name: 'admin.token' } as const;
      identity.tell({ ...act, tenant: principal.tenant, source: ip });
      void reply.code(201).header('cache-control', 'no-store');
      return { link: `${publicUrl ?? ''}/?link=${code}` };
    },
  );
}

function endRoute(app: Api, { identity }: ApiServices): void {
  const { sessions, publicUrl } = identity;
  app.delete(
    '/api/v1/session',
    {
      config: { access: 'open' },
      schema: { summary: 'End the browser session', tags, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const cookie = sessionOf(request.headers);
      const principal = await sessions.peek(cookie);
      await sessions.close(cookie);
      if (principal?.kind === 'user') {
        const { account, name, home: tenant } = principal;
        identity.tell({ act: 'logout', account, name, tenant, source: request.ip });
      }
      const { protocol } = siteOf(request, publicUrl);
      void reply.header('set-cookie', sessionCookieOf('', protocol));
      return reply.code(204).send(null);
    },
  );
}

function secretOf(body: object): SecondFactorProof {
  if ('totp' in body && typeof body.totp === 'string') return { totp: body.totp };
  if ('recovery' in body && typeof body.recovery === 'string') return { recovery: body.recovery };
  throw new FaultError(fault('common.invalid', 'body'));
}
