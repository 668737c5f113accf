// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { FaultError, fault, type Limits } from '#core';
import { bindFilter, parseFilter, type Filter } from '#model';
import type { Labels, Principal, ThingScope } from '#security';
import { thingFieldType, type ThingQuery } from '#store';
import type { ThingEdit } from '#things';
import { ifMatch } from '../etag.ts';
import {
  Page,
  pageBody,
  pageOf,
  Paging,
  problems,
  Query,
  ThingPath,
  Time,
} from '../schemas/common.ts';
import {
  isoTime,
  modelChoice,
  NewThingBody,
  thingBody,
  ThingBody,
  thingInput,
  ThingPatch,
} from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { findThing } from '../thing-of.ts';
import { timeParameter } from '../times.ts';

const tags = ['things'];
const countMax = 10_000;

/** What of the things a list is of, and in which order. */
export const filter = Type.Optional(
  Type.String({ maxLength: 4_096, description: "such as: labels.city = 'A' and online = true" }),
);
export const below = Type.Optional(
  Type.Boolean({ description: 'also things of the tenants below' }),
);

export const sorting = {
  sort: Type.Optional(
    Type.Union([
      Type.Literal('id'),
      Type.Literal('name'),
      Type.Literal('updated'),
      Type.Literal('created'),
    ]),
  ),
  order: Type.Optional(Type.Union([Type.Literal('ascending'), Type.Literal('descending')])),
};

const ListQuery = Query({ ...Paging, ...{ filter, below }, ...sorting });

/** Things: create, list, read, change, delete, where they were. */
export function thingRoutes(app: Api, services: ApiServices): void {
  createRoute(app, services);
  listRoute(app, services);
  countRoute(app, services);
  readRoute(app, services);
  changeRoute(app, services);
  deleteRoute(app, services);
  locationsRoute(app, services);
}

function createRoute(app: Api, services: ApiServices): void {
  const { things } = services;

  app.post(
    '/api/v1/things',
    {
      config: { access: 'things.write' },
      schema: {
        summary: 'Create a thing',
        tags,
        body: NewThingBody,
        response: { 201: ThingBody, ...problems },
      },
    },
    async (request, reply) => {
      const input = thingInput(request.body);
      demandLabels(request.scope, input.labels ?? {});
      const thing = await things.create(request.principal.tenant, input);
      void reply.code(201).header('location', `/api/v1/things/${thing.id}`);
      void reply.header('etag', `"${thing.revision}"`);
      return thingBody(thing);
    },
  );
}

function listRoute(app: Api, services: ApiServices): void {
  const { things, limits } = services;

  app.get(
    '/api/v1/things',
    {
      config: { access: 'things.read' },
      schema: {
        summary: 'List things, filtered and sorted, page by page',
        tags,
        querystring: ListQuery,
        response: { 200: Page(ThingBody), ...problems },
      },
    },
    async (request) => {
      const { sort, order } = request.query;
      const seen = await seenThings(services, request);
      const page = pageOf(request.query, limits);
      return pageBody(await things.read.list({ ...seen, sort, order, ...page }), thingBody);
    },
  );
}

function countRoute(app: Api, services: ApiServices): void {
  const { things } = services;

  app.get(
    '/api/v1/things/count',
    {
      config: { access: 'things.read' },
      schema: {
        summary: `Count things; "exact" is false beyond ${countMax}`,
        tags,
        querystring: Query({ filter, below }),
        response: {
          200: Type.Object({ count: Type.Integer(), exact: Type.Boolean() }),
          ...problems,
        },
      },
    },
    async (request) => things.read.count(await seenThings(services, request), countMax),
  );
}

function readRoute(app: Api, services: ApiServices): void {
  app.get(
    '/api/v1/things/:id',
    {
      config: { access: 'thing:things.read' },
      schema: {
        summary: 'Read a thing',
        tags,
        params: ThingPath,
        response: { 200: ThingBody, 304: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const thing = await findThing(services, request);
      const etag = `"${thing.revision}"`;
      void reply.header('etag', etag);
      if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send(null);
      return thingBody(thing);
    },
  );
}

function changeRoute(app: Api, services: ApiServices): void {
  const { things } = services;

  app.patch(
    '/api/v1/things/:id',
    {
      config: { access: 'things.write' },
      schema: {
        summary: 'Change a thing; If-Match guards against lost updates',
        tags,
        params: ThingPath,
        body: ThingPatch,
        response: { 200: ThingBody, ...problems },
      },
    },
    async (request, reply) => {
      const thing = await findThing(services, request);
      const { model, ...rest } = request.body;
      demandLabels(request.scope, rest.labels ?? thing.labels);
      const edit: ThingEdit =
        model === undefined ? rest : { ...rest, model: model === null ? null : modelChoice(model) };
      const revision = ifMatch(request.headers['if-match']);
      const changed = await things.update(thing.tenant, thing.id, edit, revision);
      request.audit({ before: thingBody(thing), after: thingBody(changed) });
      void reply.header('etag', `"${changed.revision}"`);
      return thingBody(changed);
    },
  );
}

function deleteRoute(app: Api, services: ApiServices): void {
  const { things } = services;

  app.delete(
    '/api/v1/things/:id',
    {
      config: { access: 'things.write' },
      schema: {
        summary: 'Delete a thing with its credentials and readings',
        tags,
        params: ThingPath,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const thing = await findThing(services, request);
      await things.remove(thing.tenant, thing.id, ifMatch(request.headers['if-match']));
      request.audit({ before: thingBody(thing) });
      return reply.code(204).send(null);
    },
  );
}

function locationsRoute(app: Api, services: ApiServices): void {
  const { things, limits } = services;

  app.get(
    '/api/v1/things/:id/locations',
    {
      config: { access: 'thing:things.read' },
      schema: {
        summary: 'Where a thing was, the oldest first',
        tags,
        params: ThingPath,
        querystring: Query({
          from: Type.Optional(Type.String()),
          to: Type.Optional(Type.String()),
          limit: Paging.limit,
        }),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({ time: Time, geometry: Type.Record(Type.String(), Type.Unknown()) }),
            ),
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      const thing = await findThing(services, request);
      const { from, to } = request.query;
      const { limit } = pageOf(request.query, limits);
      const until = to === undefined ? services.clock.now() + 1 : timeParameter(to, 'query/to');
      const since = from === undefined ? 0 : timeParameter(from, 'query/from');
      const rows = await things.locations.track(thing.id, since, until, limit);
      const items = rows.map((row) => ({ time: isoTime(row.time), geometry: { ...row.geometry } }));
      return { items };
    },
  );
}

/** What of the things a request asks for its asker may see. */
export async function seenThings(
  { policy, limits }: ApiServices,
  request: {
    readonly principal: Principal;
    readonly scope: ThingScope;
    readonly query: { readonly filter?: string; readonly below?: boolean };
  },
): Promise<Pick<ThingQuery, 'tenant' | 'below' | 'labels' | 'filter'>> {
  const { tenant } = request.principal;
  const subTree = request.query.below === true ? (await policy.tree()).subTree(tenant) : [];
  return {
    tenant,
    below: subTree.length > 1 ? subTree.slice(1) : undefined,
    labels: request.scope.labelSets,
    filter: filterOf(request.query.filter, limits),
  };
}

/** Nobody makes a thing that their own rights do not reach. */
export function demandLabels(scope: ThingScope, labels: Labels): void {
  if (!scope.admits(labels))
    throw new FaultError(
      fault('security.forbidden', 'body/labels', 'your role is for other labels'),
    );
}

/** The filter of a query, its fields and types checked. */
export function filterOf(text: string | undefined, limits: Limits): Filter | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const parsed = parseFilter(text, limits);
  const bound = parsed.ok ? bindFilter(parsed.value, thingFieldType) : parsed;
  if (!bound.ok)
    throw new FaultError({ ...bound.fault, at: `query/filter ${bound.fault.at ?? ''}` });
  return bound.value;
}

/** RFC 9110 § 13.1.2: any tag of the list, compared weakly. */
function isKnown(etag: string, header: string | undefined): boolean {
  const known = header?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known?.some((tag) => tag === etag || tag === '*') ?? false;
}
