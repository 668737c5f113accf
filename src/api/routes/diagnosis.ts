// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import type { DiagnosisEntry, DiagnosisStep } from '#access';
import { errorCatalogue, errorSpec, type ErrorCode } from '#core';
import { languageOf } from '../problem.ts';
import { problems, Query, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const entriesMax = 1_000;

const Entry = Type.Object({
  time: Time,
  first: Time,
  protocol: Type.String(),
  source: Type.String(),
  identity: Type.String(),
  step: Type.String(),
  code: Type.String(),
  detail: Type.String(),
  title: Type.String(),
  fix: Type.String(),
  count: Type.Integer(),
});

/** What to say of an entry whose code is the protocol's own: its step tells what went wrong. */
const codeOfStep: Readonly<Record<DiagnosisStep, ErrorCode>> = {
  accept: 'common.limit',
  tls: 'access.tls-failed',
  connect: 'access.no-connection',
  auth: 'security.bad-credentials',
  decode: 'access.not-understood',
  policy: 'mqtt.not-authorized',
  model: 'common.invalid',
  log: 'common.unavailable',
  'keep-alive': 'access.silent',
  limit: 'common.limit',
  delivery: 'access.not-delivered',
};

/** Refused connections and messages, each with what to do about it. */
export function diagnosisRoutes(app: Api, { diagnosis }: ApiServices): void {
  app.get(
    '/api/v1/diagnosis',
    {
      config: { access: 'read' },
      schema: {
        summary: 'Refused and failed connections and messages, newest first, with what to do',
        tags: ['system'],
        querystring: Query({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: entriesMax, default: 100 })),
        }),
        response: { 200: Type.Object({ items: Type.Array(Entry) }), ...problems },
      },
    },
    (request) => {
      const language = languageOf(request.headers['accept-language']);
      const items = diagnosis.entries().slice(0, request.query.limit);
      return {
        items: items.map(({ first, last, ...entry }) => {
          const spec = errorSpec(codeOf(entry));
          const text = { title: spec[language], fix: spec.fix[language] };
          return { ...entry, ...text, first: isoTime(first), time: isoTime(last) };
        }),
      };
    },
  );
}

function codeOf({ code, step }: Pick<DiagnosisEntry, 'code' | 'step'>): ErrorCode {
  return isErrorCode(code) ? code : codeOfStep[step];
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}
