// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  auditActorOf,
  digestOf,
  type AuditAct,
  type Auditor,
  type AuditLog,
  type Principal,
} from '#security';
import type { Bindings } from '#things';

/** What a route knows of its act and the hook does not. */
export interface AuditNote {
  /** What it is done to; by default the first noun of the path with the parameters of the path. */
  readonly resource?: AuditAct['resource'];
  /** The resource before and after, of which the digest is recorded; by default `after` is the body of the request. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** Ids and numbers: no names, no values. */
  readonly detail?: AuditAct['detail'];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether using the route is an act; by default when it is not a plain read, nor a way in of readings. */
    audit?: boolean;
  }
  interface FastifyRequest {
    /** Says more about the act of this request. */
    audit(note: AuditNote): void;
    auditNote: AuditNote | undefined;
    /** Number of the thing that the path names by its uri. */
    auditedThing: number | undefined;
    audited: boolean;
  }
}

const reading: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
const refusals: ReadonlySet<number> = new Set([401, 403, 429]);
/** Longer answers are not looked into. */
const payloadMax = 65_536;

/**
 * Records what people and programs do, and what they may not do. An act is answered when its entry is durable; while
 * the audit log has stopped no act is begun (`security.audit-stopped`) and reads go on.
 */
export function auditRequests(
  app: FastifyInstance,
  {
    audit,
    bindings,
  }: {
    readonly audit: Auditor & Pick<AuditLog, 'demand'>;
    readonly bindings: Bindings;
  },
): void {
  app.decorateRequest('audit', function (this: FastifyRequest, note: AuditNote) {
    this.auditNote = { ...this.auditNote, ...note };
  });
  app.decorateRequest('auditNote', undefined);
  app.decorateRequest('auditedThing', undefined);
  app.decorateRequest('audited', false);
  app.addHook('onRequest', async (request) => {
    if (!isAct(request)) return;
    audit.demand();
    // Once it is deleted nobody knows its number any more.
    request.auditedThing = await thingOf(bindings, request);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    // An entry that cannot be written turns the answer into a problem, which comes here again.
    if (request.audited) return payload;
    const result = resultOf(reply.statusCode);
    const counts = isAct(request) || (result === 'refused' && isGuarded(request));
    if (!counts) return payload;
    request.audited = true;
    const entry = audit.record({ ...actOf(request, reply, payload), result });
    if (result === 'done') await entry;
    else entry.catch(() => undefined);
    return payload;
  });
}

function resultOf(status: number): NonNullable<AuditAct['result']> {
  if (status < 400) return 'done';
  return refusals.has(status) ? 'refused' : 'failed';
}

/** What identity records by itself is open: logins and the like. */
function isGuarded({ routeOptions: { config } }: FastifyRequest): boolean {
  return config.audit === true || (config.access !== undefined && config.access !== 'open');
}

function isAct(request: FastifyRequest): boolean {
  const { access = 'open', audit } = request.routeOptions.config;
  if (!isGuarded(request) || request.principal.kind === 'thing') return false;
  return audit ?? (!reading.has(request.method) && !access.endsWith('readings.write'));
}

function actOf(request: FastifyRequest, reply: FastifyReply, payload: unknown): AuditAct {
  const { principal, auditNote: note = {}, method } = request;
  const { url: template = '', config } = request.routeOptions;
  const body = reading.has(method) ? undefined : request.body;
  return {
    tenant: principal.tenant,
    actor: auditActorOf(principal),
    act: (config.access ?? 'open').replace(/^thing:/, ''),
    resource: note.resource ?? resourceOf(request, template, idOf(reply, payload)),
    source: request.ip,
    code: reply.statusCode < 400 ? undefined : codeOf(payload),
    before: digestOf(note.before),
    after:
      'after' in note
        ? digestOf(note.after)
        : body instanceof Readable
          ? undefined
          : digestOf(body),
    detail: { request: `${method} ${template}`, ...elsewhere(principal), ...note.detail },
    trace: request.id,
  };
}

/** The tenant that somebody comes from who acts in another one. */
function elsewhere(principal: Principal): { home?: number } {
  return 'home' in principal && principal.home !== principal.tenant ? { home: principal.home } : {};
}

async function thingOf(
  bindings: Bindings,
  { principal, params, routeOptions }: FastifyRequest,
): Promise<number | undefined> {
  if (routeOptions.url?.startsWith('/api/v1/things/:id') !== true) return undefined;
  if (typeof params !== 'object' || params === null || !('id' in params)) return undefined;
  const { id } = params;
  if (typeof id !== 'string' || /^\d+$/.test(id)) return undefined;
  return (await bindings.loadByName(principal.tenant, id))?.thing;
}

/** `/api/v1/things/:id/actions/:action`: things, `12/open`. */
function resourceOf(
  { params, auditedThing }: FastifyRequest,
  template: string,
  created: string | undefined,
): AuditAct['resource'] {
  const kind = template.replace(/^\/api\/v1\//, '').split('/', 1)[0] ?? '';
  const ids = typeof params === 'object' && params !== null ? Object.values(params) : [];
  if (auditedThing !== undefined) ids[0] = auditedThing;
  const named = [...ids.map(String), ...(created === undefined ? [] : [created])];
  return { kind, id: named.length === 0 ? undefined : named.join('/') };
}

/** The id that an answer gives to what was made. */
function idOf(reply: FastifyReply, payload: unknown): string | undefined {
  if (reply.statusCode !== 201) return undefined;
  const { id } = parsed(payload);
  return typeof id === 'number' || typeof id === 'string' ? String(id) : undefined;
}

function codeOf(payload: unknown): string | undefined {
  const { code } = parsed(payload);
  return typeof code === 'string' ? code : undefined;
}

function parsed(payload: unknown): { readonly id?: unknown; readonly code?: unknown } {
  if (typeof payload !== 'string' || payload.length > payloadMax) return {};
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
