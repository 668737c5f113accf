// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import type { DesiredRow } from '#store';
import { problems, ThingPath, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { demandProperties, seeThing } from '../thing-of.ts';
import { requesterOf } from '../requester.ts';

const tags = ['desired state'];
const historyMax = 100;
const DesiredBody = Type.Object({
  property: Type.String(),
  version: Type.Integer(),
  value: Type.Unknown(),
  status: Type.String(),
  requester: Type.String(),
  requested: Time,
  reportedValue: Type.Optional(Type.Unknown()),
  reported: Type.Optional(Time),
});
const List = Type.Object({ items: Type.Array(DesiredBody) });

function desiredBody(row: DesiredRow): Static<typeof DesiredBody> {
  const { property, version, value, status, requester, requested, reported, reportedValue } = row;
  return {
    ...{ property, version, value, status, requester },
    requested: isoTime(requested),
    ...(reported === undefined ? {} : { reported: isoTime(reported), reportedValue }),
  };
}

/** Values that properties should have: kept until the device is there and reports them. */
export function desiredRoutes(app: Api, services: ApiServices): void {
  setRoute(app, services);
  currentRoute(app, services);
  historyRoute(app, services);
  cancelRoute(app, services);
}

function setRoute(app: Api, services: ApiServices): void {
  const { desired } = services;

  app.put(
    '/api/v1/things/:id/desired',
    {
      config: { access: 'actions.invoke' },
      schema: {
        summary: 'Set desired values; delivered when the device is there',
        tags,
        params: ThingPath,
        body: Type.Record(Type.String({ maxLength: 256 }), Type.Unknown()),
        response: { 200: List, ...problems },
      },
    },
    async (request) => {
      const { thing, properties } = await seeThing(services, request);
      demandProperties(properties, Object.keys(request.body));
      const { id, tenant } = thing;
      const requester = requesterOf(request.principal);
      const rows = await desired.set({ tenant, thing: id, values: request.body, requester });
      return { items: rows.map(desiredBody) };
    },
  );
}

function currentRoute(app: Api, services: ApiServices): void {
  const { desired } = services;

  app.get(
    '/api/v1/things/:id/desired',
    {
      config: { access: 'thing:readings.read' },
      schema: {
        summary: 'Newest desired value of each property and what became of it',
        tags,
        params: ThingPath,
        response: { 200: List, ...problems },
      },
    },
    async (request) => {
      const { thing, properties } = await seeThing(services, request);
      const rows = await desired.current(thing.id);
      const seen = rows.filter(({ property }) => properties?.has(property) !== false);
      return { items: seen.map(desiredBody) };
    },
  );
}

function historyRoute(app: Api, services: ApiServices): void {
  const { desired } = services;

  app.get(
    '/api/v1/things/:id/desired/:property',
    {
      config: { access: 'thing:readings.read' },
      schema: {
        summary: 'History of the desired values of a property, the newest first',
        tags,
        params: Type.Object({ ...ThingPath.properties, property: Type.String({ maxLength: 256 }) }),
        response: { 200: List, ...problems },
      },
    },
    async (request) => {
      const { property } = request.params;
      const { thing, properties } = await seeThing(services, request);
      demandProperties(properties, [property]);
      const rows = await desired.history(thing.id, property, historyMax);
      return { items: rows.map(desiredBody) };
    },
  );
}

function cancelRoute(app: Api, services: ApiServices): void {
  const { desired } = services;

  app.delete(
    '/api/v1/things/:id/desired/:property',
    {
      config: { access: 'actions.invoke' },
      schema: {
        summary: 'Give an open desired value up',
        tags,
        params: Type.Object({ ...ThingPath.properties, property: Type.String({ maxLength: 256 }) }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const { property } = request.params;
      const { thing, properties } = await seeThing(services, request);
      demandProperties(properties, [property]);
      await desired.cancel(thing.tenant, thing.id, property);
      return reply.code(204).send(null);
    },
  );
}
