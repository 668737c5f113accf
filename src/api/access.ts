// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assert, FaultError, fault, unwrap } from '#core';
import {
  isPermission,
  rootTenant,
  wholeScope,
  type Authenticator,
  type Permission,
  type Policy,
  type Principal,
  type Refusal,
  type Rights,
  type ThingScope,
} from '#security';
import type { Bindings } from '#things';

/**
 * Who may use a route. A permission asks for a person or a token that has it in the tenant of the request; `thing:` lets
 * the device named in the path in as well; `self` is for everyone who has signed in; `open` for everyone.
 */
export type RouteAccess = 'open' | 'self' | Permission | `thing:${Permission}`;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** The body is read as a stream, which may take as long as it goes on. */
    streams?: boolean;
  }
  interface FastifyRequest {
    principal: Principal;
    /** What the principal may do in its tenant. */
    rights: Rights | undefined;
    /** The things that the route's permission reaches. */
    scope: ThingScope;
  }
}

/** Finds the principal of a browser session by its cookie. */
export interface Sessions {
  find(cookie: string | undefined): Principal | undefined | Promise<Principal | undefined>;
}

export interface Guard {
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
  readonly policy: Policy;
  readonly bindings: Bindings;
}

const sessionCookie = 'fengsui_session';
/** A tenant below one's own, for a request to act in. */
export const tenantHeader = 'fengsui-tenant';
const nobody: Principal = { kind: 'anonymous', tenant: rootTenant };

/** Puts the check before every route; a route that does not say who may use it fails at start. */
export function guardRoutes(app: FastifyInstance, guard: Guard): void {
  app.decorateRequest('principal', { getter: () => nobody });
  app.decorateRequest('rights', undefined);
  app.decorateRequest('refusal', undefined);
  app.decorateRequest('fault', undefined);
  app.decorateRequest('scope', { getter: () => wholeScope });
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) throw new Error(`${route.url} declares no access`);
  });
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access === 'open') return;
    const refused = (refusal: Refusal): void => void (request.refusal = refusal);
    const proved = await principalOf(guard, request.headers, request.ip, refused);
    const principal = await actingIn(guard.policy, proved, request.headers[tenantHeader]);
    Object.defineProperty(request, 'principal', { value: principal });
    const scope = await reached(guard, principal, access, request);
    Object.defineProperty(request, 'scope', { value: scope });
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
  refused?: (refusal: Refusal) => void,
): Promise<Principal> {
  const { authorization, origin } = headers;
  if (authorization === undefined) {
    const session = await sessions.find(sessionOf(headers));
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
  const password = Buffer.from(secret);
  const result = await authenticator.authenticate({ password, source, refused });
  if (!result.ok) throw new FaultError(result.fault);
  return result.value;
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/**
 * The principal as it acts in the tenant that a request names: its home, or one below or granted. Throws
 * `security.other-tenant`.
 */
export async function actingIn(
  policy: Policy,
  principal: Principal,
  header: string | readonly string[] | undefined,
): Promise<Principal> {
  if (header === undefined || !('home' in principal)) return principal;
  const tenant = Number(header);
  const acting = { ...principal, tenant };
  const known = Number.isSafeInteger(tenant) && (await policy.tree()).has(tenant);
  // Nothing is remembered of tenants that somebody only asks for.
  if (!known || (await policy.rightsOf(acting)).permissions.length === 0)
    throw new FaultError(fault('security.other-tenant', tenantHeader, String(header)));
  return acting;
}

/** What the access of a route reaches for a principal; throws where that is nothing. */
async function reached(
  { policy, bindings }: Guard,
  principal: Principal,
  access: Exclude<RouteAccess, 'open'>,
  request: FastifyRequest,
): Promise<ThingScope> {
  if (principal.kind === 'thing') {
    if (access.startsWith('thing:') && (await isOwn(bindings, principal, request.params)))
      return wholeScope;
    throw new FaultError(fault('security.forbidden', access, request.routeOptions.url));
  }
  request.rights = await policy.rightsOf(principal);
  return access === 'self' ? wholeScope : unwrap(request.rights.demand(permissionOf(access)));
}

function permissionOf(access: Exclude<RouteAccess, 'open' | 'self'>): Permission {
  const name = access.replace(/^thing:/, '');
  assert(isPermission(name), `${access} names a permission`);
  return name;
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
