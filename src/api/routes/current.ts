// SPDX-License-Identifier: Apache-2.0
import { qualityName, valueOf, type ResultType } from '#model';
import type { CurrentValue } from '#things';
import { problems, ThingPath } from '../schemas/common.ts';
import { CurrentBody } from '../schemas/readings.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { findBinding } from '../thing-of.ts';

/** Current values: of each property the last measured one. */
export function currentRoutes(app: Api, services: ApiServices): void {
  const { bindings, state } = services;

  app.get(
    '/api/v1/things/:id/properties',
    {
      config: { access: 'thing:readings.read' },
      schema: {
        summary: 'Current values: the last measured of each property',
        tags: ['readings'],
        params: ThingPath,
        response: { 200: CurrentBody, ...problems },
      },
    },
    async (request) => {
      const { binding, properties } = await findBinding(services, request);
      const infos = await bindings.ofThing(binding.thing);
      const known = infos.flatMap(({ series, property, type, unit }) => {
        if (properties?.has(property) === false) return [];
        const last = state.get(series);
        if (last === undefined) return [];
        const { time, quality } = last;
        const about = { time: isoTime(time), quality: qualityName(quality) };
        const value = seenValue(last, type);
        return [[property, unit === undefined ? { value, ...about } : { value, ...about, unit }]];
      });
      return Object.fromEntries(known);
    },
  );
}

function seenValue({ number, text }: CurrentValue, type: ResultType): unknown {
  if (text !== undefined)
    return valueOf(type, { kind: 'text', text: text.value, textKind: text.kind });
  return Number.isNaN(number) ? null : valueOf(type, { kind: 'number', number });
}
