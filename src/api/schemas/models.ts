// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import type { ModelRow } from '#store';
import { Time } from './common.ts';
import { isoTime } from './things.ts';

export const ThingModel = Type.Record(Type.String(), Type.Unknown(), {
  description: 'a W3C WoT Thing Model (JSON)',
  examples: [
    {
      '@type': 'tm:ThingModel',
      id: 'urn:example:thermometer',
      title: 'Thermometer',
      version: { model: '1.0.0' },
      properties: {
        temperature: { type: 'number', unit: 'Cel', minimum: -40, maximum: 85, readOnly: true },
      },
    },
  ],
});

export const ModelSummary = Type.Object(
  {
    id: Type.Integer(),
    uri: Type.String(),
    version: Type.String(),
    title: Type.String(),
    status: Type.String(),
    created: Time,
  },
  { $id: 'ModelSummary' },
);
export type ModelSummary = Static<typeof ModelSummary>;

export const Difference = Type.Object({
  at: Type.String(),
  kind: Type.Union([Type.Literal('compatible'), Type.Literal('breaking')]),
  text: Type.String(),
});

export const ModelPath = Type.Object({ uri: Type.String({ minLength: 1, maxLength: 1_024 }) });

/** A fault as bodies name it. */
export const FaultBody = Type.Object(
  {
    code: Type.String(),
    at: Type.Optional(Type.String({ description: 'JSON pointer or byte offset' })),
    detail: Type.Optional(Type.String()),
    fix: Type.String(),
  },
  { $id: 'Fault' },
);

/** What a check finds: the model and its differences from the version before it, or faults. */
export const ModelCheck = Type.Object(
  {
    uri: Type.Optional(Type.String()),
    version: Type.Optional(Type.String()),
    before: Type.Optional(ModelSummary),
    differences: Type.Optional(Type.Array(Difference)),
    allowed: Type.Optional(
      Type.Boolean({ description: 'whether the version number is raised far enough' }),
    ),
    faults: Type.Optional(Type.Array(FaultBody)),
  },
  { $id: 'ModelCheck' },
);

/** A payload as a device would send it. */
export const SamplePayload = Type.Object(
  {
    contentType: Type.Optional(
      Type.String({
        maxLength: 128,
        description: 'JSON where left out',
        examples: ['application/cbor'],
      }),
    ),
    text: Type.Optional(Type.String()),
    hex: Type.Optional(
      Type.String({
        pattern: '^\\s*(?:[0-9A-Fa-f]{2}\\s*)*$',
        description: 'bytes; spaces are left out',
      }),
    ),
  },
  { additionalProperties: false, description: 'text or hex' },
);

export const TrialReport = Type.Object(
  {
    readings: Type.Array(
      Type.Object({
        property: Type.String(),
        value: Type.Unknown(),
        unit: Type.Optional(Type.String({ description: 'UCUM code' })),
        quality: Type.String(),
        time: Time,
        unknown: Type.Boolean({
          description: 'not in the model; the tenant keeps it all the same',
        }),
      }),
    ),
    refusedCount: Type.Integer(),
    refused: Type.Array(FaultBody),
    fault: Type.Optional(FaultBody),
  },
  { $id: 'TrialReport' },
);

export function modelSummary(row: ModelRow): ModelSummary {
  const { id, uri, version, title, status, created } = row;
  return { id, uri, version, title, status, created: isoTime(created) };
}
