// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { FaultError, fault } from '#core';
import type { Principal } from '#security';
import { sessionCookieOf, sessionOf } from '../access.ts';
import { problems } from '../schemas/common.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import type { BrowserSessions } from '../sessions.ts';

const tags = ['session'];

/** Browser sessions: opened by the one-time link or by an API token, kept in an HttpOnly cookie. */
export function sessionRoutes(app: Api, services: ApiServices, sessions: BrowserSessions): void {
  const { administrator, authenticator } = services;

  app.post(
    '/api/v1/session',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Open a browser session with a one-time link code or an API token',
        tags,
        body: Type.Union([
          Type.Object({ link: Type.String({ maxLength: 128 }) }, { additionalProperties: false }),
          Type.Object({ token: Type.String({ maxLength: 256 }) }, { additionalProperties: false }),
        ]),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const principal = await prove(request.body, request.ip);
      const id = sessions.open(principal);
      void reply.header('set-cookie', sessionCookieOf(id, request.protocol));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/api/v1/session',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Whether the browser has a session',
        tags,
        response: { 200: Type.Object({ open: Type.Boolean() }), ...problems },
      },
    },
    async (request) => ({ open: sessions.find(sessionOf(request.headers)) !== undefined }),
  );

  app.delete(
    '/api/v1/session',
    {
      config: { access: 'open' },
      schema: { summary: 'End the browser session', tags, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      sessions.close(sessionOf(request.headers));
      void reply.header('set-cookie', sessionCookieOf('', request.protocol));
      return reply.code(204).send(null);
    },
  );

  async function prove(
    body: { readonly link: string } | { readonly token: string },
    source: string,
  ): Promise<Principal> {
    if ('link' in body) {
      if (!authenticator.guard.admits(source, undefined)) {
        throw new FaultError(fault('security.too-many-attempts', source));
      }
      const principal = administrator.redeem(body.link);
      if (principal !== undefined) return principal;
      authenticator.guard.failed(source, undefined);
      throw new FaultError(fault('security.bad-credentials', 'link', 'used, expired or unknown'));
    }
    const result = await authenticator.authenticate({ password: Buffer.from(body.token), source });
    if (!result.ok) throw new FaultError(result.fault);
    if (result.value.kind !== 'token') throw new FaultError(fault('security.forbidden', 'token'));
    return result.value;
  }
}
