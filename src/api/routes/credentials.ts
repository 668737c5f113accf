// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import { FaultError, fault, Seconds } from '#core';
import type { Credential } from '#store';
import type { NewDeviceCredential, RotateRequest } from '#things';
import { problems, ThingPath, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { ApiServices } from '../services.ts';
import { findThing } from '../thing-of.ts';
import { bodyOrEmpty, type Api } from '../server.ts';
import { timeParameter } from '../times.ts';

const tags = ['credentials'];

const Csr = Type.String({
  maxLength: 16_384,
  description: 'PEM of a PKCS#10 request; the name in the certificate is the uri of the thing',
});

const CredentialRequest = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 128 })),
    expires: Type.Optional(Time),
    fingerprint: Type.Optional(
      Type.String({
        description: 'SHA-256 of a client certificate (hex) that is there already',
      }),
    ),
    csr: Type.Optional(Csr),
    certificate: Type.Optional(
      Type.Literal(true, {
        description: 'the server makes the key as well; it is in the answer and nowhere else',
      }),
    ),
    authority: Type.Optional(
      Type.Integer({ minimum: 1, description: 'who signs; the newest own one where left out' }),
    ),
  },
  {
    additionalProperties: false,
    description: 'a token is made where neither fingerprint, csr nor certificate is there',
  },
);

const RotationRequest = Type.Object(
  {
    overlapSeconds: Type.Integer({
      minimum: 0,
      maximum: 31_536_000,
      default: 86_400,
      description: 'how long the old one stays valid; at most credentials.overlapMsMax',
    }),
    csr: Type.Optional(Csr),
    certificate: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false },
);

const MadeBody = Type.Object({
  id: Type.Integer(),
  username: Type.String(),
  token: Type.Optional(Type.String()),
  certificate: Type.Optional(Type.String({ description: 'PEM' })),
  chain: Type.Optional(Type.String({ description: 'PEM of the authority' })),
  key: Type.Optional(Type.String({ description: 'PEM of PKCS#8' })),
  expires: Type.Optional(Time),
});

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
  rotateRoute(app, services);
  rotateOwnRoute(app, services);
}

function makeRoute(app: Api, services: ApiServices): void {
  const { credentials } = services;

  app.post(
    '/api/v1/things/:id/credentials',
    {
      config: { access: 'credentials.manage' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'Make a token or a certificate for a device, shown once, or let a certificate in',
        tags,
        params: ThingPath,
        body: CredentialRequest,
        response: {
          201: MadeBody,
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const thing = await findThing(services, request);
      const { name, expires, fingerprint, csr, certificate, authority } = request.body;
      const until = expires === undefined ? undefined : timeParameter(expires, 'body/expires');
      void reply.code(201).header('cache-control', 'no-store');
      if (csr !== undefined || certificate !== undefined) {
        const wanted = { name, expires: until, csr, authority };
        return madeBody(await credentials.issueCertificate(thing, wanted));
      }
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
      config: { access: 'credentials.read' },
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
      config: { access: 'credentials.manage' },
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

function rotateRoute(app: Api, services: ApiServices): void {
  const { credentials } = services;

  app.post(
    '/api/v1/things/:id/credentials/:credential/rotate',
    {
      config: { access: 'credentials.manage' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'Put a new credential, shown once, in the place of one, which stays valid a while',
        tags,
        params: Type.Object({ ...ThingPath.properties, credential: Type.Integer({ minimum: 1 }) }),
        body: Type.Partial(RotationRequest),
        response: { 201: MadeBody, ...problems },
      },
    },
    async (request, reply) => {
      const thing = await findThing(services, request);
      void reply.code(201).header('cache-control', 'no-store');
      const { credential } = request.params;
      return madeBody(await credentials.rotate(thing, credential, rotationOf(request.body)));
    },
  );
}

function rotateOwnRoute(app: Api, services: ApiServices): void {
  const { credentials } = services;

  app.post(
    '/api/v1/things/:id/credentials/rotate',
    {
      config: { access: 'thing:credentials.manage' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'A device puts a new credential in the place of the one that it asks with',
        description: 'Only devices, as "me"; the old one stays valid for the overlap.',
        tags,
        params: ThingPath,
        body: Type.Partial(RotationRequest),
        response: { 201: MadeBody, ...problems },
      },
    },
    async (request, reply) => {
      const { principal } = request;
      if (principal.kind !== 'thing')
        throw new FaultError(fault('common.not-found', 'credential', 'name it in the path'));
      const thing = await findThing(services, request);
      void reply.code(201).header('cache-control', 'no-store');
      const wanted = rotationOf(request.body);
      return madeBody(await credentials.rotateOwn(thing, principal.credential, wanted));
    },
  );
}

function rotationOf({
  overlapSeconds = 86_400,
  csr,
  certificate,
}: Partial<Static<typeof RotationRequest>>): RotateRequest {
  const wanted = csr === undefined && certificate === undefined ? {} : { certificate: { csr } };
  return { overlapMs: Seconds(overlapSeconds), ...wanted };
}

function madeBody({ expires, ...made }: NewDeviceCredential): Static<typeof MadeBody> {
  return { ...made, ...(expires === undefined ? {} : { expires: isoTime(expires) }) };
}
