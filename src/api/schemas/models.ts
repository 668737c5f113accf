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

export function modelSummary(row: ModelRow): ModelSummary {
  const { id, uri, version, title, status, created } = row;
  return { id, uri, version, title, status, created: isoTime(created) };
}
