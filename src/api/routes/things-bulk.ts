// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import { FaultError, fault, type Fault } from '#core';
import type { Thing } from '#store';
import type { ThingEdit } from '#things';
import { faultBody, languageOf } from '../problem.ts';
import { problems } from '../schemas/common.ts';
import { Labels } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { demandLabels, seenThings } from './things.ts';

/** So many are changed side by side: their records go to the disk together. */
const atOnce = 16;

const Action = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('labels'),
      set: Type.Optional(Labels),
      remove: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 64 })),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      kind: Type.Union([Type.Literal('enable'), Type.Literal('disable'), Type.Literal('delete')]),
    },
    { additionalProperties: false },
  ),
]);
type Action = Static<typeof Action>;

const BulkRequest = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 500, uniqueItems: true }),
    ),
    filter: Type.Optional(
      Type.String({ maxLength: 4_096, description: 'of the list; empty: all things' }),
    ),
    below: Type.Optional(Type.Boolean()),
    cursor: Type.Optional(
      Type.String({ maxLength: 2_048, description: '"next" of the answer before' }),
    ),
    action: Action,
  },
  { additionalProperties: false, description: 'either ids or a filter' },
);
type BulkRequest = Static<typeof BulkRequest>;

const BulkAnswer = Type.Object({
  done: Type.Integer({ description: 'things that are now as was asked' }),
  failed: Type.Array(
    Type.Object({
      thing: Type.Integer(),
      name: Type.String(),
      code: Type.String(),
      at: Type.Optional(Type.String()),
      detail: Type.Optional(Type.String()),
      fix: Type.String(),
    }),
  ),
  next: Type.Optional(Type.String({ description: 'there are more: send it as cursor' })),
});

interface Failure {
  readonly thing: number;
  readonly name: string;
  readonly fault: Fault;
}

/** One act on many things, so many a request; each that refuses it is named and touches no other. */
export function thingBulkRoutes(app: Api, services: ApiServices): void {
  app.post(
    '/api/v1/things/bulk',
    {
      config: { access: 'things.write' },
      schema: {
        summary: 'Label, enable, disable or delete many things',
        description:
          'Of a filter things.bulkMax things a request, in order of id, to delete in reverse: send "next" as cursor until there is none.',
        tags: ['things'],
        body: BulkRequest,
        response: { 200: BulkAnswer, ...problems },
      },
    },
    async (request) => {
      const { body } = request;
      const { things, missing, next } = await chosen(services, request, body);
      const failed: Failure[] = missing.map((thing) => ({
        ...{ thing, name: '' },
        fault: fault('common.not-found', 'thing', String(thing)),
      }));
      for (let at = 0; at < things.length; at += atOnce) {
        const some = things.slice(at, at + atOnce);
        const faults = await Promise.all(
          some.map((thing) => faultOf(() => act(services, request, thing, body.action))),
        );
        for (const [i, wrong] of faults.entries()) {
          const { id = 0, name = '' } = some[i] ?? {};
          if (wrong !== undefined) failed.push({ thing: id, name, fault: wrong });
        }
      }
      const done = things.length + missing.length - failed.length;
      request.audit({ detail: { action: body.action.kind, done, failed: failed.length } });
      const language = languageOf(request.headers['accept-language']);
      return {
        done,
        failed: failed.map(({ thing, name, fault: f }) => ({
          ...{ thing, name },
          ...faultBody(f, language),
        })),
        ...(next === undefined ? {} : { next }),
      };
    },
  );
}

type Asker = Omit<Parameters<typeof seenThings>[1], 'query'>;

interface Chosen {
  readonly things: readonly Thing[];
  /** Numbers of which the asker sees no thing. */
  readonly missing: readonly number[];
  readonly next: string | undefined;
}

async function chosen(services: ApiServices, asker: Asker, body: BulkRequest): Promise<Chosen> {
  const { things, limits, policy } = services;
  const { ids, filter, below, cursor } = body;
  // What is below a thing mostly came after it, and has to go before it.
  const order = body.action.kind === 'delete' ? 'descending' : 'ascending';
  if ((ids === undefined) === (filter === undefined))
    throw new FaultError(fault('common.invalid', 'body', 'either ids or filter'));
  if (ids === undefined) {
    const query = { ...(filter === undefined ? {} : { filter }), ...(below ? { below } : {}) };
    const { principal, scope } = asker;
    const seen = await seenThings(services, { principal, scope, query });
    const limit = limits['things.bulkMax'];
    const page = await things.read.list({ ...seen, order, limit, cursor });
    return { things: page.items, missing: [], next: page.cursor };
  }
  const tree = await policy.tree();
  const found = (await things.read.byIds(ids)).filter(
    ({ tenant, labels }) =>
      tree.isWithin(tenant, asker.principal.tenant) && asker.scope.admits(labels),
  );
  found.sort((a, b) => (order === 'ascending' ? a.id - b.id : b.id - a.id));
  const known = new Set(found.map(({ id }) => id));
  return { things: found, missing: ids.filter((id) => !known.has(id)), next: undefined };
}

async function act(
  { things }: ApiServices,
  { scope }: Asker,
  thing: Thing,
  action: Action,
): Promise<void> {
  if (action.kind === 'delete') return things.remove(thing.tenant, thing.id);
  const edit = editOf(thing, action);
  if (edit === undefined) return;
  demandLabels(scope, edit.labels ?? thing.labels);
  await things.update(thing.tenant, thing.id, edit, thing.revision);
}

/** Undefined when the thing is so already. */
function editOf(
  { lifecycle, labels, seen }: Thing,
  action: Exclude<Action, { readonly kind: 'delete' }>,
): ThingEdit | undefined {
  switch (action.kind) {
    case 'enable':
      if (lifecycle !== 'disabled') return undefined;
      return { lifecycle: seen === undefined ? 'registered' : 'active' };
    case 'disable':
      return lifecycle === 'disabled' || lifecycle === 'retired'
        ? undefined
        : { lifecycle: 'disabled' };
    case 'labels': {
      const changed = { ...labels, ...action.set };
      for (const name of action.remove ?? []) delete changed[name];
      const same =
        Object.keys(changed).length === Object.keys(labels).length &&
        Object.entries(changed).every(([name, value]) => labels[name] === value);
      return same ? undefined : { labels: changed };
    }
    default:
      return undefined;
  }
}

async function faultOf(work: () => Promise<unknown>): Promise<Fault | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof FaultError) return error.fault;
    throw error;
  }
}
