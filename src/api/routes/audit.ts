// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream';
import { Type, type Static } from 'typebox';
import { rootTenant, type Principal, type Rights } from '#security';
import type { AuditQuery, AuditRow } from '#store';
import { Page, pageBody, pageOf, Paging, problems, Query, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import { bodyOrEmpty, type Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { timeParameter } from '../times.ts';

const tags = ['audit'];

const ActorKind = Type.Union([
  Type.Literal('user'),
  Type.Literal('token'),
  Type.Literal('thing'),
  Type.Literal('anonymous'),
  Type.Literal('system'),
]);
const Result = Type.Union([Type.Literal('done'), Type.Literal('refused'), Type.Literal('failed')]);
const Digest = Type.Optional(Type.String({ description: 'SHA-256 of canonical JSON, hex' }));

const Entry = Type.Object({
  seq: Type.Integer(),
  time: Time,
  tenant: Type.Integer(),
  actor: Type.Object({
    kind: ActorKind,
    id: Type.Optional(Type.Integer()),
    account: Type.Optional(Type.Integer()),
    name: Type.Optional(
      Type.String({ description: 'of the account now; it is not in the log. Needs users.read' }),
    ),
  }),
  act: Type.String({ description: 'a permission, or a word such as login' }),
  resource: Type.Optional(Type.Object({ kind: Type.String(), id: Type.Optional(Type.String()) })),
  source: Type.Optional(Type.String({ description: 'network address' })),
  result: Result,
  code: Type.Optional(Type.String({ description: 'of the error catalogue' })),
  before: Digest,
  after: Digest,
  detail: Type.Record(Type.String(), Type.Unknown()),
  trace: Type.Optional(Type.String()),
  hash: Type.String({ description: 'of this entry and the one before, hex' }),
});

const filters = {
  actorKind: Type.Optional(ActorKind),
  actor: Type.Optional(Type.Integer({ minimum: 1 })),
  account: Type.Optional(Type.Integer({ minimum: 1, description: 'a user and their tokens' })),
  act: Type.Optional(Type.String({ maxLength: 256 })),
  resourceKind: Type.Optional(Type.String({ maxLength: 256 })),
  resource: Type.Optional(Type.String({ maxLength: 256, description: '12 also finds 12/open' })),
  result: Type.Optional(Result),
  from: Type.Optional(Type.String({ description: 'time; included' })),
  to: Type.Optional(Type.String({ description: 'time; not included' })),
};
const Filters = Query(filters);

const Head = Type.Object({ seq: Type.Integer(), hash: Type.String() });
const Verdict = Type.Object({
  ok: Type.Boolean(),
  rows: Type.Integer({ description: 'entries that were followed' }),
  first: Type.Optional(Type.Integer()),
  head: Type.Optional(Head),
  seq: Type.Optional(Type.Integer({ description: 'the first entry that is not as it was' })),
  why: Type.Optional(
    Type.String({
      description:
        'changed, missing, out-of-order, unlinked, unknown-algorithm, beginning-removed, end-removed',
    }),
  ),
});

/** The audit log: of a tenant and those below. */
export function auditRoutes(app: Api, services: ApiServices): void {
  const { audit, limits } = services;

  app.get(
    '/api/v1/audit',
    {
      config: { access: 'audit.read' },
      schema: {
        summary: 'Entries of the audit log, the newest first',
        tags,
        querystring: Query({ ...filters, ...Paging }),
        response: { 200: Page(Entry), ...problems },
      },
    },
    async (request) => {
      const query = await queryOf(services, request);
      const page = await audit.list({ ...query, ...pageOf(request.query, limits) });
      const names = await namesOf(services, request, page.items);
      return pageBody(page, (row) => entryBody(row, names));
    },
  );
  exportRoute(app, services);
  verifyRoute(app, audit);
}

function exportRoute(app: Api, services: ApiServices): void {
  const { audit } = services;
  app.get(
    '/api/v1/audit/export',
    {
      config: { access: 'audit.read', audit: true },
      schema: {
        summary: 'Entries as NDJSON, the oldest first, that can be verified without the server',
        description:
          'A line with the newest entry of the log, the entries, and a line with their number. Without filters, for all tenants, they are a whole chain. `fengsui audit verify FILE` verifies them.',
        tags,
        querystring: Filters,
        response: {
          200: {
            description: 'NDJSON',
            content: { 'application/x-ndjson': { schema: Type.String() } },
          },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const query = await queryOf(services, request);
      void reply.type('application/x-ndjson').header('cache-control', 'no-store');
      void reply.header('content-disposition', 'attachment; filename="audit.ndjson"');
      return reply.send(Readable.from(audit.export(query)));
    },
  );
}

function verifyRoute(app: Api, audit: ApiServices['audit']): void {
  app.post(
    '/api/v1/audit/verify',
    {
      // It changes nothing, and is what one does when the log has stopped.
      config: { access: 'audit.read', audit: false },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'Follow the chain of the audit log; the first entry that is not as it was',
        tags,
        body: Type.Object(
          {
            from: Type.Optional(Type.Integer({ minimum: 1, description: 'seq' })),
            to: Type.Optional(Type.Integer({ minimum: 1, description: 'seq; included' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Verdict, ...problems },
      },
    },
    async (request) => audit.verify(request.body),
  );
}

/** What is asked for, kept to the tenants that the asker may see. */
async function queryOf(
  { policy }: Pick<ApiServices, 'policy'>,
  request: { readonly principal: Principal; readonly query: Static<typeof Filters> },
): Promise<Omit<AuditQuery, 'limit' | 'cursor'>> {
  const { tenant } = request.principal;
  const { actorKind, actor, account, act, resourceKind, resource, result, from, to } =
    request.query;
  return {
    ...{ actorKind, actor, account, act, resourceKind, resource, result },
    tenants: tenant === rootTenant ? undefined : (await policy.tree()).subTree(tenant),
    from: from === undefined ? undefined : timeParameter(from, 'query/from'),
    to: to === undefined ? undefined : timeParameter(to, 'query/to'),
  };
}

/** Names of the accounts that acted, for those who may see accounts. */
async function namesOf(
  { administration: { accounts } }: Pick<ApiServices, 'administration'>,
  { principal, rights }: { readonly principal: Principal; readonly rights: Rights | undefined },
  rows: readonly AuditRow[],
): Promise<ReadonlyMap<number, string>> {
  if (rights?.has('users.read') !== true) return new Map();
  return accounts.names(
    principal,
    rows.flatMap(({ account }) => account ?? []),
  );
}

function entryBody(row: AuditRow, names: ReadonlyMap<number, string>): Static<typeof Entry> {
  const { seq, tenant, act, result, detail, hash, resourceKind, resource, actor, account } = row;
  const { source, code, before, after, trace } = row;
  return {
    ...{ seq, tenant, act, result, detail: { ...detail }, hash, time: isoTime(row.time) },
    actor: {
      kind: row.actorKind,
      ...defined({ id: actor, account, name: names.get(account ?? 0) }),
    },
    ...(resourceKind === undefined
      ? {}
      : { resource: { kind: resourceKind, ...defined({ id: resource }) } }),
    ...defined({ source, code, before, after, trace }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The members that are there. */
function defined<T extends object>(members: T): Defined<T> {
  const kept: Defined<T> = {};
  let name: keyof T;
  for (name in members) {
    const value = members[name];
    if (isDefined(value)) kept[name] = value;
  }
  return kept;
}

function isDefined<V>(value: V): value is Exclude<V, undefined> {
  return value !== undefined;
}
