// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import type { Ban } from '#access';
import { Seconds } from '#core';
import { requesterOf } from '../requester.ts';
import { problems, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['diagnosis'];

const BanBody = Type.Object(
  {
    id: Type.String(),
    kind: Type.String({ description: 'source or identity' }),
    target: Type.String({ description: 'a range of addresses, or a name' }),
    reason: Type.String({ description: 'of an automatic ban the limit that was reached' }),
    automatic: Type.Boolean(),
    by: Type.Optional(Type.String()),
    created: Type.Optional(Time),
    until: Type.Optional(Time),
  },
  { $id: 'Ban' },
);

function banBody({
  id,
  kind,
  target,
  reason,
  automatic,
  by,
  created,
  until,
}: Ban): Static<typeof BanBody> {
  return {
    ...{ id, kind, target, reason, automatic },
    ...(by === undefined ? {} : { by }),
    ...(created === undefined ? {} : { created: isoTime(created) }),
    ...(until === undefined ? {} : { until: isoTime(until) }),
  };
}

const common = {
  reason: Type.Optional(Type.String({ maxLength: 256 })),
  seconds: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 315_360_000, description: 'for ever where left out' }),
  ),
};

/** Sources and identities that are kept out, by an administrator or by themselves. */
export function banRoutes(app: Api, { bans }: ApiServices): void {
  app.get(
    '/api/v1/bans',
    {
      config: { access: 'diagnosis.read' },
      schema: {
        summary: 'List bans in force, those made by wrong credentials and reconnects too',
        tags,
        response: { 200: Type.Object({ items: Type.Array(BanBody) }), ...problems },
      },
    },
    (request) => ({ items: bans.list(request.principal.tenant).map(banBody) }),
  );

  app.post(
    '/api/v1/bans',
    {
      config: { access: 'diagnosis.manage' },
      schema: {
        summary: 'Keep a source or an identity out; live connections end within a second',
        description:
          'A source is an address, of IPv6 its /64, or a range. In the root tenant it is shut out before it is read; in any other it is kept from the things of that tenant. An identity is a client id, a username, the number or the uri of a thing.',
        tags,
        body: Type.Union([
          Type.Object(
            { source: Type.String({ minLength: 1, maxLength: 64 }), ...common },
            { additionalProperties: false },
          ),
          Type.Object(
            { identity: Type.String({ minLength: 1, maxLength: 256 }), ...common },
            { additionalProperties: false },
          ),
        ]),
        response: { 201: BanBody, ...problems },
      },
    },
    async (request, reply) => {
      const { principal, body, ip: ownSource } = request;
      const { reason = '', seconds } = body;
      const durationMs = seconds === undefined ? undefined : Seconds(seconds);
      const by = requesterOf(principal);
      const base = { tenant: principal.tenant, reason, by, durationMs, ownSource };
      const named =
        'source' in body
          ? ({ kind: 'source', target: body.source } as const)
          : ({ kind: 'identity', target: body.identity } as const);
      void reply.code(201);
      return banBody(await bans.add({ ...base, ...named }));
    },
  );

  app.delete(
    '/api/v1/bans/:id',
    {
      config: { access: 'diagnosis.manage' },
      schema: {
        summary: 'Lift a ban',
        tags,
        params: Type.Object({ id: Type.String({ maxLength: 64 }) }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await bans.remove(request.principal.tenant, request.params.id);
      return reply.code(204).send(null);
    },
  );
}
