// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { errorSpec } from '#core';
import { checkArrival } from '../diagnosis/arrival.ts';
import { languageOf, type Language } from '../problem.ts';
import { problems, Query } from '../schemas/common.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { findThing } from '../thing-of.ts';
import type { Check } from '../diagnosis/check.ts';

const CheckBody = Type.Object(
  {
    name: Type.String(),
    state: Type.String({ description: 'ok, warn or fail' }),
    detail: Type.String(),
    code: Type.Optional(Type.String()),
    title: Type.Optional(Type.String()),
    fix: Type.Optional(Type.String()),
    entries: Type.Array(Type.String(), { description: 'entries of the inbox that belong here' }),
  },
  { $id: 'ArrivalCheck' },
);

/** Answers "why does nothing arrive?". */
export function diagnosisCheckRoutes(app: Api, services: ApiServices): void {
  app.get(
    '/api/v1/diagnosis/check',
    {
      config: { access: 'diagnosis.read' },
      schema: {
        summary: 'Why nothing arrives: ordered checks from the listener to the store',
        description:
          'The verdict is the first check that fails, or the first warning; absent when all is well.',
        tags: ['diagnosis'],
        querystring: Query({
          thing: Type.Optional(Type.String({ maxLength: 1_024, description: 'number or uri' })),
          protocol: Type.Optional(
            Type.Union([Type.Literal('mqtt'), Type.Literal('http')], { default: 'mqtt' }),
          ),
        }),
        response: {
          200: Type.Object({ checks: Type.Array(CheckBody), verdict: Type.Optional(CheckBody) }),
          ...problems,
        },
      },
    },
    async (request) => {
      const { principal, scope, query } = request;
      const { thing: name, protocol = 'mqtt' } = query;
      const params = { id: name ?? '' };
      const thing =
        name === undefined ? undefined : await findThing(services, { principal, scope, params });
      const language = languageOf(request.headers['accept-language']);
      const checks = await checkArrival(services, { tenant: principal.tenant, thing, protocol });
      const bodies = checks.map((check) => checkBody(check, language));
      const verdict =
        bodies.find(({ state }) => state === 'fail') ??
        bodies.find(({ state }) => state === 'warn');
      return verdict === undefined ? { checks: bodies } : { checks: bodies, verdict };
    },
  );
}

function checkBody({ name, state, detail, code, entries = [] }: Check, language: Language) {
  const spec = code === undefined ? undefined : errorSpec(code);
  const said = spec && { code, title: spec[language], fix: spec.fix[language] };
  return { name, state, detail, ...said, entries: [...entries] };
}
