// SPDX-License-Identifier: Apache-2.0
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { FaultError, Minutes, unwrap } from '#core';
import type { Logger } from '#runtime';
import { sessionCookieOf, sessionOf } from '../access.ts';
import { agentOf, siteOf } from '../browser.ts';
import { cookieOf, loginCookie, setCookieOf } from '../cookies.ts';
import { problems, Query } from '../schemas/common.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['session'];
const flowLife = Minutes(10);
/** A path of this site: no host, no backslash that browsers take for a slash, no control character. */
const localPath = String.raw`^/(?![/\\])[^\\\x00-\x1f\x7f]*$`;
const Provider = Type.Object({ id: Type.String({ pattern: '^[a-z0-9-]{1,32}$' }) });

/** Login by identity providers: browsers come and go by redirects, so what goes wrong is told to the login page. */
export function sessionOidcRoutes(app: Api, services: ApiServices, basePath: string): void {
  goRoute(app, services, basePath);
  backRoute(app, services, basePath);
}

function goRoute(app: Api, { identity, logger }: ApiServices, basePath: string): void {
  const { oidc, publicUrl } = identity;
  app.get(
    '/api/v1/session/oidc/:id',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Go to an identity provider to sign in',
        tags,
        params: Provider,
        querystring: Query({
          return: Type.Optional(
            Type.String({
              pattern: localPath,
              maxLength: 2_048,
              description: 'page to come back to',
            }),
          ),
        }),
        response: { 303: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { origin } = siteOf(request, publicUrl);
      const redirectUri = `${origin}${basePath}api/v1/session/oidc/${id}/callback`;
      const returnTo = request.query.return ?? basePath;
      return orLoginPage(reply, { logger, basePath }, async () => {
        const { url, ticket } = await oidc.begin(id, { redirectUri, returnTo });
        setTicket(request, reply, { ticket, publicUrl });
        return url;
      });
    },
  );
}

function backRoute(app: Api, { identity, logger }: ApiServices, basePath: string): void {
  const { oidc, logins, sessions, publicUrl } = identity;
  app.get(
    '/api/v1/session/oidc/:id/callback',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Come back from an identity provider',
        tags,
        params: Provider,
        response: { 303: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const ticket = cookieOf(request.headers, loginCookie.oidc);
      const query = new URL(request.url, 'http://localhost').searchParams;
      setTicket(request, reply, { ticket: '', publicUrl });
      return orLoginPage(reply, { logger, basePath }, async () => {
        const { account, strong, returnTo } = unwrap(await oidc.finish(id, ticket, query));
        const source = request.ip;
        unwrap(await logins.accept(account, { source, strong, by: `oidc ${id}` }));
        await sessions.close(sessionOf(request.headers));
        const cookie = await sessions.open(
          { account },
          { strong, source, agent: agentOf(request) },
        );
        const { protocol, origin } = siteOf(request, publicUrl);
        void reply.header('set-cookie', sessionCookieOf(cookie, protocol));
        // Whole, since a path such as `/.//host` would become another host when it is written anew.
        return new URL(returnTo, origin).href;
      });
    },
  );
}

function setTicket(
  request: FastifyRequest,
  reply: FastifyReply,
  { ticket, publicUrl }: { readonly ticket: string; readonly publicUrl: string | undefined },
): void {
  const { protocol } = siteOf(request, publicUrl);
  void reply.header(
    'set-cookie',
    setCookieOf(loginCookie.oidc, ticket, { life: flowLife, protocol }),
  );
}

/** Sends the browser on; where that fails, to the login page with the code of the fault. */
async function orLoginPage(
  reply: FastifyReply,
  { logger, basePath }: { readonly logger: Logger; readonly basePath: string },
  place: () => Promise<string>,
): Promise<FastifyReply> {
  try {
    return reply.header('cache-control', 'no-store').redirect(await place(), 303);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { code, at, detail } = error.fault;
    if (code === 'common.not-found') throw error;
    logger.info({ code, at, detail }, 'a login by an identity provider failed');
    return reply.redirect(`${basePath}?fault=${encodeURIComponent(code)}`, 303);
  }
}
