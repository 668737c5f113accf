// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import { FaultError, fault } from '#core';
import { contentTypeOf, inferModel, PayloadTrial, type PayloadType } from '#model';
import { faultBody, languageOf, type Language } from '../problem.ts';
import { problems, Query } from '../schemas/common.ts';
import {
  Difference,
  ModelPath,
  SamplePayload,
  ThingModel,
  TrialReport,
} from '../schemas/models.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['models'];
const samplesMax = 100;
const Version = Type.String({ minLength: 1, maxLength: 64 });

/** Work on a model before it is stored: infer it from samples, try payloads on it, compare versions. */
export function modelTrialRoutes(app: Api, services: ApiServices): void {
  inferRoute(app, services);
  tryRoute(app, services);
  compareRoute(app, services);
}

function inferRoute(app: Api, { limits }: ApiServices): void {
  app.post(
    '/api/v1/models/infer',
    {
      config: { access: 'models.read', audit: false },
      schema: {
        summary: 'Make a Thing Model from payloads that a thing has sent; nothing is stored',
        tags,
        body: Type.Object(
          {
            payloads: Type.Array(Type.Unknown(), { minItems: 1, maxItems: samplesMax }),
            uri: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
            title: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
          },
          {
            additionalProperties: false,
            examples: [{ payloads: [{ temperature: 21.5, open: false }] }],
          },
        ),
        response: {
          200: Type.Object({
            document: ThingModel,
            conflicts: Type.Array(Type.String(), {
              description: 'properties left out: their values contradict each other',
            }),
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      const { payloads, uri = 'urn:example:model', title = 'Model' } = request.body;
      const samples = payloads.flatMap((payload, at) => samplesIn(payload, `body/payloads/${at}`));
      const { document, conflicts } = inferModel(samples, { uri, title, limits });
      return { document: { ...document }, conflicts: [...conflicts] };
    },
  );
}

type Sample = Readonly<Record<string, unknown>>;

/** Values by name out of the shapes that devices send: flat, with an envelope, several in an array. */
function samplesIn(payload: unknown, at: string): readonly Sample[] {
  if (Array.isArray(payload))
    return payload.flatMap((item: unknown, index) => samplesIn(item, `${at}/${index}`));
  if (!isSample(payload))
    throw new FaultError(fault('model.bad-payload', at, 'an object or array is expected'));
  const values = Object.hasOwn(payload, 'values') ? payload['values'] : undefined;
  return [isSample(values) ? values : payload];
}

function isSample(value: unknown): value is Sample {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tryRoute(app: Api, { models, tenants, limits, clock }: ApiServices): void {
  app.post(
    '/api/v1/models/:uri/try',
    {
      config: { access: 'models.read', audit: false },
      schema: {
        summary:
          'Decode payloads as a thing of the model would have them decoded; nothing is stored',
        tags,
        params: ModelPath,
        body: Type.Object(
          {
            version: Type.Optional(Version),
            document: Type.Optional(
              Type.Record(Type.String(), Type.Unknown(), {
                description: 'a draft that is tried in place of the stored model',
              }),
            ),
            payloads: Type.Array(SamplePayload, { minItems: 1, maxItems: samplesMax }),
          },
          {
            additionalProperties: false,
            examples: [{ payloads: [{ text: '{"temperature": 21.5}' }] }],
          },
        ),
        response: { 200: Type.Object({ reports: Type.Array(TrialReport) }), ...problems },
      },
    },
    async (request) => {
      const { principal, params, body, headers } = request;
      const { tenant } = principal;
      const { uri } = params;
      const stored = { uri, version: body.version };
      const model =
        body.document === undefined
          ? await models.find(tenant, stored)
          : await models.checked(tenant, body.document);
      if (model === undefined) throw new FaultError(fault('common.not-found', 'model', uri));
      const unknownProperties = (await tenants.get(tenant))?.unknownProperties ?? 'refuse';
      const trial = new PayloadTrial(model, { limits, now: clock.now(), unknownProperties });
      const language = languageOf(headers['accept-language']);
      const reports = body.payloads.map((sample, index) => {
        const { bytes, contentType } = bytesOf(sample, `body/payloads/${index}`);
        return reportBody(trial.run(bytes, contentType), language);
      });
      return { reports };
    },
  );
}

function bytesOf(
  { contentType: mediaType, text, hex }: Static<typeof SamplePayload>,
  at: string,
): { readonly bytes: Buffer; readonly contentType: PayloadType } {
  const contentType = contentTypeOf(mediaType);
  if (contentType === undefined)
    throw new FaultError(fault('api.media-type', `${at}/contentType`, mediaType));
  if ((text === undefined) === (hex === undefined))
    throw new FaultError(fault('common.invalid', at, 'either text or hex'));
  const bytes =
    hex === undefined ? Buffer.from(text ?? '') : Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');
  return { bytes, contentType };
}

function reportBody(
  { readings, refused, refusedCount, fault: whole }: ReturnType<PayloadTrial['run']>,
  language: Language,
): Static<typeof TrialReport> {
  return {
    readings: readings.map(({ unit, time, ...reading }) => ({
      ...reading,
      time: isoTime(time),
      ...(unit === undefined ? {} : { unit }),
    })),
    refusedCount,
    refused: refused.map((each) => faultBody(each.fault, language)),
    ...(whole === undefined ? {} : { fault: faultBody(whole, language) }),
  };
}

function compareRoute(app: Api, { models }: ApiServices): void {
  app.get(
    '/api/v1/models/:uri/differences',
    {
      config: { access: 'models.read' },
      schema: {
        summary: 'What changed from one version of a model to another, and what that breaks',
        tags,
        params: ModelPath,
        querystring: Query({ from: Version, to: Version }),
        response: {
          200: Type.Object({ differences: Type.Array(Difference), allowed: Type.Boolean() }),
          ...problems,
        },
      },
    },
    async (request) => {
      const { principal, params, query } = request;
      const change = await models.compare(principal.tenant, params.uri, query);
      return { differences: [...change.differences], allowed: change.allowed };
    },
  );
}
