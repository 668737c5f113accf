// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import type { Thing } from '#store';
import type { ModelChoice as Choice, ThingInput } from '#things';
import { Time } from './common.ts';

const JsonObject = Type.Record(Type.String(), Type.Unknown());
export const Labels = Type.Record(
  Type.String({ pattern: '^[^\\u0000-\\u001f]{1,128}$' }),
  Type.String({ maxLength: 256 }),
  { additionalProperties: false },
);
const ModelRef = Type.Object({ uri: Type.String(), version: Type.String() });
const ModelChoice = Type.Union(
  [
    Type.String({ minLength: 1, maxLength: 1_024 }),
    Type.Object({ uri: Type.String(), version: Type.Optional(Type.String()) }),
  ],
  { description: 'uri of a model (its newest version), or uri and version' },
);
const Lifecycle = Type.Union([
  Type.Literal('registered'),
  Type.Literal('active'),
  Type.Literal('disabled'),
  Type.Literal('retired'),
]);

const fields = {
  uri: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
  description: Type.Optional(Type.String({ maxLength: 4_096 })),
  kind: Type.Optional(
    Type.String({ pattern: '^[a-z][a-z0-9-]{0,31}$', description: 'device, gateway, asset, …' }),
  ),
  types: Type.Optional(Type.Array(Type.String({ maxLength: 1_024 }), { maxItems: 32 })),
  parent: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  properties: Type.Optional(JsonObject),
  labels: Type.Optional(Labels),
};

/** Body of `POST /api/v1/things`. */
export const NewThingBody = Type.Object(
  {
    ...fields,
    name: Type.String({ minLength: 1, maxLength: 256 }),
    model: Type.Optional(ModelChoice),
  },
  {
    additionalProperties: false,
    examples: [
      { model: 'urn:example:thermometer', name: 'Pump room 3', labels: { city: 'Linhai' } },
    ],
  },
);
export type NewThingBody = Static<typeof NewThingBody>;

/** Body of `PATCH /api/v1/things/{id}`: what is left out stays, `parent: null` detaches. */
export const ThingPatch = Type.Object(
  {
    ...fields,
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
    model: Type.Optional(Type.Union([ModelChoice, Type.Null()])),
    lifecycle: Type.Optional(Lifecycle),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type ThingPatch = Static<typeof ThingPatch>;

export const ThingBody = Type.Object(
  {
    id: Type.Integer(),
    tenant: Type.Integer(),
    uri: Type.String(),
    name: Type.String(),
    description: Type.String(),
    kind: Type.String(),
    types: Type.Array(Type.String()),
    model: Type.Optional(ModelRef),
    parent: Type.Optional(Type.Integer()),
    properties: JsonObject,
    labels: Labels,
    lifecycle: Lifecycle,
    online: Type.Boolean(),
    seen: Type.Optional(Time),
    cause: Type.Optional(
      Type.String({
        description:
          'why it is offline: disconnected, lost, taken-over, server-stopped, restarted, or an error code',
      }),
    ),
    created: Time,
    updated: Time,
    revision: Type.Integer(),
  },
  { $id: 'Thing' },
);
export type ThingBody = Static<typeof ThingBody>;

export const isoTime = (time: number): string => new Date(time).toISOString();

/** A thing as the API shows it. */
export function thingBody(thing: Thing): ThingBody {
  const { model, parent, seen, cause } = thing;
  return {
    id: thing.id,
    tenant: thing.tenant,
    uri: thing.uri,
    name: thing.name,
    description: thing.description,
    kind: thing.kind,
    types: [...thing.types],
    ...(model === undefined ? {} : { model: { uri: model.uri, version: model.version } }),
    ...(parent === undefined ? {} : { parent }),
    properties: { ...thing.properties },
    labels: { ...thing.labels },
    lifecycle: thing.lifecycle,
    online: thing.online,
    ...(seen === undefined ? {} : { seen: isoTime(seen) }),
    ...(cause === undefined ? {} : { cause }),
    created: isoTime(thing.created),
    updated: isoTime(thing.updated),
    revision: thing.revision,
  };
}

/** A body of the API as the service takes it. */
export function thingInput(body: NewThingBody): ThingInput {
  const { model, parent, ...rest } = body;
  return {
    ...rest,
    parent: parent ?? undefined,
    model: model === undefined ? undefined : modelChoice(model),
  };
}

export function modelChoice(model: string | Choice): Choice {
  return typeof model === 'string' ? { uri: model } : model;
}
