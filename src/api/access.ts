// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FaultError, fault } from '#core';
import { rootTenant, type Authenticator, type Principal, type Scope } from '#security';
import type { Bindings } from '#things';
import type { BrowserSessions } from './sessions.ts';

/**
 * Who may use a route. A scope name asks for an API token (or a browser session) with that scope; `thing:` lets the
 * device named in the path in as well as the scope behind the colon; `open` is for everyone.
 */
export type RouteAccess = 'open' | Scope | 'thing:read' | 'thing:ingest';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** The body is read as a stream, which may take as long as it goes on. */
    streams?: boolean;
  }
  interface FastifyRequest {
    principal: Principal;
  }
}

export interface Guard {
  readonly authenticator: Authenticator;
  readonly sessions: BrowserSessions;
  readonly bindings: Bindings;
}

const sessionCookie = 'fengsui_session';
const nobody: Principal = { kind: 'anonymous', tenant: rootTenant };

/** Puts the check before every route; a route that does not say who may use it fails at start. */
export function guardRoutes(app: FastifyInstance, guard: Guard): void {
  app.decorateRequest('principal', { getter: () => nobody });
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) throw new Error(`${route.url} declares no access`);
  });
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access === 'open') return;
    const principal = await principalOf(guard, request.headers, request.ip);
    if (!(await mayUse(guard, principal, access, request))) {
      throw new FaultError(fault('security.forbidden', access, request.routeOptions.url));
    }
    Object.defineProperty(request, 'principal', { value: principal });
  });
}

/**
 * Proves who is asking from the bearer token or the browser session. Throws `security.unauthenticated`,
 * `security.bad-credentials`, `security.too-many-attempts`; `security.other-origin` when a page of another origin
 * uses the session, which SameSite does not stop on another port of the same host.
 */
export async function principalOf(
  { authenticator, sessions }: Pick<Guard, 'authenticator' | 'sessions'>,
  headers: IncomingHttpHeaders,
  source: string,
): Promise<Principal> {
  const { authorization, origin } = headers;
  if (authorization === undefined) {
    const session = sessions.find(sessionOf(headers));
    if (session === undefined)
      throw new FaultError(fault('security.unauthenticated', 'authorization'));
    const ours = origin === undefined || hostOf(origin) === headers.host;
    if (!ours) throw new FaultError(fault('security.other-origin', 'origin', origin));
    return session;
  }
  const secret = /^bearer +([^ ]+) *$/i.exec(authorization)?.[1];
  if (secret === undefined) {
    const expected = 'Bearer token expected';
    throw new FaultError(fault('security.unauthenticated', 'authorization', expected));
  }
  const result = await authenticator.authenticate({ password: Buffer.from(secret), source });
  if (!result.ok) throw new FaultError(result.fault);
  return result.value;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Whether an API token or session has a scope; `admin` has all, `write` may read. */
export function hasScope(principal: Principal, needed: Scope): boolean {
  if (principal.kind !== 'token') return false;
  const { scopes } = principal;
  if (scopes.includes('admin')) return true;
  return scopes.includes(needed) || (needed === 'read' && scopes.includes('write'));
}

async function mayUse(
  guard: Guard,
  principal: Principal,
  access: Exclude<RouteAccess, 'open'>,
  request: FastifyRequest,
): Promise<boolean> {
  if (principal.kind === 'thing') {
    return access.startsWith('thing:') && isOwn(guard.bindings, principal, request.params);
  }
  return hasScope(principal, scopeOf(access));
}

function scopeOf(access: Exclude<RouteAccess, 'open'>): Scope {
  if (access === 'thing:read') return 'read';
  return access === 'thing:ingest' ? 'ingest' : access;
}

/** Whether the `{id}` of the path names the device itself: `me`, its number or its uri. */
async function isOwn(
  bindings: Bindings,
  principal: Extract<Principal, { kind: 'thing' }>,
  params: unknown,
): Promise<boolean> {
  if (typeof params !== 'object' || params === null || !('id' in params)) return false;
  const { id } = params;
  if (typeof id !== 'string') return false;
  if (/^\d+$|^me$/.test(id)) return id === 'me' || id === String(principal.thing);
  const named = await bindings.loadByName(principal.tenant, id);
  return named?.thing === principal.thing;
}

/** The session that the cookie names. */
export function sessionOf({ cookie }: IncomingHttpHeaders): string | undefined {
  for (const part of cookie?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === sessionCookie) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** The cookie of a session, out of the reach of scripts and of other sites; an empty one ends it. */
export function sessionCookieOf(session: string, protocol: string): string {
  const secure = protocol === 'https' ? '; Secure' : '';
  const end = session === '' ? '; Max-Age=0' : '';
  return `${sessionCookie}=${session}; HttpOnly; SameSite=Strict; Path=/${secure}${end}`;
}
