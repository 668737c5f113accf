// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { knownUnits, unitCode, unitLabel } from '#model';
import { problems, Query } from '../schemas/common.ts';
import type { Api } from '../server.ts';

const shownMax = 20;

const UnitBody = Type.Object(
  { code: Type.String(), symbol: Type.String(), en: Type.String(), zh: Type.String() },
  { $id: 'Unit' },
);

/** Units to choose from: by name in both languages, symbol or code; notations such as ℃ find their UCUM code. */
export function unitRoutes(app: Api): void {
  app.get(
    '/api/v1/units',
    {
      config: { access: 'models.read' },
      schema: {
        summary: 'Find units (UCUM) by code, symbol or name',
        tags: ['models'],
        querystring: Query({
          search: Type.Optional(Type.String({ maxLength: 64 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: shownMax })),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(UnitBody),
            code: Type.Optional(Type.String({ description: 'UCUM code that the text means' })),
          }),
          ...problems,
        },
      },
    },
    (request) => {
      const { search = '', limit = shownMax } = request.query;
      const meant = search.trim() === '' ? undefined : unitCode(search);
      const code = meant?.ok === true ? meant.value : undefined;
      const wanted = search.trim().toLowerCase();
      const found = knownUnits
        .map((known) => ({ code: known, ...unitLabel(known) }))
        .filter((unit) => Object.values(unit).some((text) => text.toLowerCase().includes(wanted)));
      const exact = code === undefined ? [] : [{ code, ...unitLabel(code) }];
      const others = found.filter((unit) => unit.code !== code);
      const items = [...exact, ...others].slice(0, limit);
      return { items, ...(code === undefined ? {} : { code }) };
    },
  );
}
