// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import { FaultError, fault } from '#core';
import type { Credential } from '#store';
import { problems, ThingPath, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { ApiServices } from '../services.ts';
import { findThing } from '../thing-of.ts';
import { bodyOrEmpty, type Api } from '../server.ts';
import { timeParameter } from '../times.ts';

const tags = ['credentials'];

const CredentialRequest = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 128 })),
    expires: Type.Optional(Time),
    fingerprint: Type.Optional(
      Type.String({
        description: 'SHA-256 of a client certificate (hex); a token is made where left out',
      }),
    ),
  },
  { additionalProperties: false },
);

const CredentialBody = Type.Object(
  {
    id: Type.Integer(),
    kind: Type.String(),
    name: Type.String(),
    fingerprint: Type.Optional(Type.String()),
    created: Time,
    expires: Type.Optional(Time),
    revoked: Type.Optional(Time),
    used: Type.Optional(Time),
  },
  { $id: 'Credential' },
);

function credentialBody(row: Credential): Static<typeof CredentialBody> {
  const optional = (name: string, time: number | undefined): object =>
    time === undefined ? {} : { [name]: isoTime(time) };
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    ...(row.fingerprint === undefined ? {} : { fingerprint: row.fingerprint }),
    created: isoTime(row.created),
    ...optional('expires', row.expires),
    ...optional('revoked', row.revoked),
    ...optional('used', row.used),
  };
}

/** Credentials of a thing: several may be valid at once, so that one can be rotated without a gap. */
export function credentialRoutes(app: Api, services: ApiServices): void {
  makeRoute(app, services);
  listRoute(app, services);
  revokeRoute(app, services);
}

function makeRoute(app: Api, services: ApiServices): void {
  const { credentials } = services;

  app.post(
    '/api/v1/things/:id/credentials',
    {
      config: { access: 'write' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'Make a token for a device (shown once), or let a client certificate in',
        tags,
        params: ThingPath,
        body: CredentialRequest,
        response: {
          201: Type.Object({
            id: Type.Integer(),
            username: Type.String(),
            token: Type.Optional(Type.String()),
          }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const thing = await findThing(services, request);
      const { name, expires, fingerprint } = request.body;
      const until = expires === undefined ? undefined : timeParameter(expires, 'body/expires');
      void reply.code(201).header('cache-control', 'no-store');
      if (fingerprint === undefined)
        return credentials.createToken(thing, { name, expires: until });
      const made = await credentials.addCertificate(thing, { name, expires: until, fingerprint });
      return { ...made, username: String(thing.id) };
    },
  );
}

function listRoute(app: Api, services: ApiServices): void {
  const { credentials } = services;

  app.get(
    '/api/v1/things/:id/credentials',
    {
      config: { access: 'write' },
      schema: {
        summary: 'List credentials, without their secrets',
        tags,
        params: ThingPath,
        response: { 200: Type.Object({ items: Type.Array(CredentialBody) }), ...problems },
      },
    },
    async (request) => {
      const rows = await credentials.list(await findThing(services, request));
      return { items: rows.map(credentialBody) };
    },
  );
}

function revokeRoute(app: Api, services: ApiServices): void {
  const { credentials } = services;

  app.delete(
    '/api/v1/things/:id/credentials/:credential',
    {
      config: { access: 'write' },
      schema: {
        summary: 'Revoke a credential; its connections close within a second',
        tags,
        params: Type.Object({ ...ThingPath.properties, credential: Type.Integer({ minimum: 1 }) }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const thing = await findThing(services, request);
      if (!Number.isSafeInteger(request.params.credential)) {
        throw new FaultError(fault('common.not-found', 'credential'));
      }
      await credentials.revoke(thing, request.params.credential);
      return reply.code(204).send(null);
    },
  );
}
