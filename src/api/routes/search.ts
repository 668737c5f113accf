// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { problems, Query } from '../schemas/common.ts';
import { search } from '../search.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const limitMax = 50;

/** The search of the top bar: one box for everything. */
export function searchRoutes(app: Api, services: ApiServices): void {
  app.get(
    '/api/v1/search',
    {
      config: { access: 'self' },
      schema: {
        summary: 'Find things, models, users and refused sources by id, uri, name or address',
        tags: ['system'],
        querystring: Query({
          q: Type.String({ minLength: 1, maxLength: 200 }),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limitMax, default: 20 })),
        }),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                kind: Type.Union([
                  Type.Literal('thing'),
                  Type.Literal('model'),
                  Type.Literal('source'),
                  Type.Literal('user'),
                ]),
                ...{ id: Type.String(), title: Type.String(), detail: Type.String() },
                path: Type.String({ description: 'of its page in the console' }),
              }),
            ),
            partial: Type.Boolean({
              description: 'there are so many things that names were only searched by their start',
            }),
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      const { principal, rights, query } = request;
      const { items, partial } = await search(services, {
        text: query.q.trim(),
        limit: query.limit ?? 20,
        principal,
        rights,
      });
      return { items: [...items], partial };
    },
  );
}
