// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import type { DiagnosisEntry } from '#access';
import { errorSpec, FaultError, fault } from '#core';
import { languageOf, type Language } from '../problem.ts';
import { problems, Query, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { findThing } from '../thing-of.ts';

const entriesMax = 1_000;
const tags = ['diagnosis'];

const Entry = Type.Object(
  {
    id: Type.String({ description: 'stable: the same refusal of the same client' }),
    time: Time,
    first: Time,
    count: Type.Integer(),
    protocol: Type.String(),
    transport: Type.String({ description: 'tcp, tls, ws or http' }),
    source: Type.String({ description: 'remote address' }),
    family: Type.Integer({ description: 'version of the Internet protocol: 4 or 6' }),
    identity: Type.String({ description: 'who the client says it is' }),
    clientId: Type.Optional(Type.String()),
    username: Type.Optional(Type.String()),
    thing: Type.Optional(Type.Integer()),
    step: Type.String(),
    code: Type.String(),
    told: Type.Optional(Type.String({ description: 'what the client was answered: 0x86, 401' })),
    at: Type.Optional(Type.String({ description: 'byte, JSON pointer, topic or limit' })),
    detail: Type.String(),
    title: Type.String(),
    fix: Type.String(),
    claimable: Type.Boolean({ description: 'can be claimed as a thing as it is' }),
  },
  { $id: 'DiagnosisEntry' },
);

/** An entry with what to do about it. */
export function entryBody(entry: DiagnosisEntry, language: Language): Static<typeof Entry> {
  const { first, last, tenant: _tenant, clientId, username, thing, told, at, ...rest } = entry;
  const spec = errorSpec(entry.code);
  const text = { title: spec[language], fix: spec.fix[language] };
  return {
    ...{ ...rest, ...text, first: isoTime(first), time: isoTime(last) },
    ...(clientId === undefined ? {} : { clientId }),
    ...(username === undefined ? {} : { username }),
    ...(thing === undefined ? {} : { thing }),
    ...(told === undefined ? {} : { told }),
    ...(at === undefined ? {} : { at }),
  };
}

export { Entry as DiagnosisEntryBody };

/** Refused connections and messages, each with what to do about it. */
export function diagnosisRoutes(app: Api, services: ApiServices): void {
  listRoute(app, services);
  claimRoute(app, services);
}

function listRoute(app: Api, { diagnosis, clock }: ApiServices): void {
  app.get(
    '/api/v1/diagnosis',
    {
      config: { access: 'diagnosis.read' },
      schema: {
        summary: 'Refused and failed connections and messages, newest first, with what to do',
        tags,
        querystring: Query({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: entriesMax, default: 100 })),
          step: Type.Optional(Type.String({ maxLength: 32 })),
          protocol: Type.Optional(Type.String({ maxLength: 32 })),
          source: Type.Optional(Type.String({ maxLength: 64 })),
          thing: Type.Optional(Type.Integer({ minimum: 1 })),
          withinMs: Type.Optional(Type.Integer({ minimum: 1 })),
          text: Type.Optional(
            Type.String({ maxLength: 256, description: 'part of identity, source or detail' }),
          ),
        }),
        response: { 200: Type.Object({ items: Type.Array(Entry) }), ...problems },
      },
    },
    (request) => {
      const language = languageOf(request.headers['accept-language']);
      const { limit, step, protocol, source, thing, withinMs, text = '' } = request.query;
      const since = withinMs === undefined ? 0 : clock.now() - withinMs;
      const wanted = text.toLowerCase();
      const items = diagnosis
        .entries(request.principal.tenant)
        .filter(
          (entry) =>
            entry.last >= since &&
            (step === undefined || entry.step === step) &&
            (protocol === undefined || entry.protocol === protocol) &&
            (source === undefined || entry.source === source) &&
            (thing === undefined || entry.thing === thing) &&
            [entry.identity, entry.source, entry.detail].some((part) =>
              part.toLowerCase().includes(wanted),
            ),
        );
      return { items: items.slice(0, limit).map((entry) => entryBody(entry, language)) };
    },
  );
}

function claimRoute(app: Api, services: ApiServices): void {
  const { diagnosis, identityClaims, bans, clock } = services;

  app.post(
    '/api/v1/diagnosis/:id/claim',
    {
      config: { access: 'diagnosis.manage' },
      schema: {
        summary: 'Let a refused client in as it is: what it showed becomes a credential of a thing',
        tags,
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        body: Type.Union([
          Type.Object({ thing: Type.Integer({ minimum: 1 }) }, { additionalProperties: false }),
          Type.Object(
            {
              name: Type.String({ minLength: 1, maxLength: 256 }),
              model: Type.Optional(
                Type.String({ maxLength: 1_024, description: 'uri of its Thing Model' }),
              ),
            },
            { additionalProperties: false },
          ),
        ]),
        response: { 201: Type.Object({ thing: Type.Integer(), uri: Type.String() }), ...problems },
      },
    },
    async (request, reply) => {
      const { principal, scope, body, params } = request;
      const { tenant } = principal;
      if (diagnosis.find(tenant, params.id) === undefined)
        throw new FaultError(fault('common.not-found', 'entry', params.id));
      const claimed = diagnosis.claimable(tenant, params.id, clock.now());
      if (claimed === undefined) throw new FaultError(fault('access.not-claimable', params.id));
      const named =
        'thing' in body
          ? {
              thing: await findThing(services, {
                principal,
                scope,
                params: { id: `${body.thing}` },
              }),
            }
          : body;
      const thing = await identityClaims.claim(tenant, claimed.secret, named);
      // What the same client has against it must not keep it out now.
      bans.lift('source', claimed.source);
      for (const name of [claimed.username, claimed.clientId])
        if (name !== undefined) bans.lift('identity', name);
      diagnosis.settle(params.id);
      void reply.code(201);
      return { thing: thing.id, uri: thing.uri };
    },
  );
}
