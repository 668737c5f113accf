// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { problems, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['authorities'];

const ClaimBody = Type.Object({
  fingerprint: Type.String(),
  authority: Type.Integer(),
  commonName: Type.Optional(Type.String()),
  uri: Type.Optional(Type.String()),
  source: Type.String(),
  first: Time,
  last: Time,
  count: Type.Integer(),
});

/** Devices that an authority vouches for and that wait for somebody to say which thing they are. */
export function certificateClaimRoutes(app: Api, { justInTime }: ApiServices): void {
  app.get(
    '/api/v1/certificate-claims',
    {
      config: { access: 'diagnosis.read' },
      schema: {
        summary: 'List certificates that wait to be claimed, the newest first',
        tags,
        response: { 200: Type.Object({ items: Type.Array(ClaimBody) }), ...problems },
      },
    },
    async (request) => ({
      items: justInTime.claims(request.principal.tenant).map((claim) => {
        const { fingerprint, authority, commonName, uri, source, first, last, count } = claim;
        return {
          ...{ fingerprint, authority, source, count, first: isoTime(first), last: isoTime(last) },
          ...(commonName === undefined ? {} : { commonName }),
          ...(uri === undefined ? {} : { uri }),
        };
      }),
    }),
  );

  app.post(
    '/api/v1/certificate-claims/:fingerprint',
    {
      config: { access: 'diagnosis.manage' },
      schema: {
        summary: 'Make a waiting certificate a credential of a thing, new or known',
        tags,
        params: Type.Object({ fingerprint: Type.String({ pattern: '^[0-9a-f]{64}$' }) }),
        body: Type.Object(
          {
            thing: Type.Optional(Type.Integer({ minimum: 1 })),
            name: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
            model: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
            labels: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 256 }))),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ thing: Type.Integer(), uri: Type.String() }), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant } = request.principal;
      const thing = await justInTime.claim(tenant, request.params.fingerprint, request.body);
      void reply.code(201);
      return { thing: thing.id, uri: thing.uri };
    },
  );
}
