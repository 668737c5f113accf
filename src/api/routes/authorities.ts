// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { Type, type Static } from 'typebox';
import type { CertificateAuthority } from '#store';
import { problems, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['authorities'];
const place = '/api/v1/authorities';

const JustInTimeName = Type.Union(
  [Type.Literal('refuse'), Type.Literal('register'), Type.Literal('claim')],
  { description: 'what happens to a device whose certificate it signed and nobody registered' },
);
const Pem = Type.String({ maxLength: 65_536, description: 'PEM' });
const AuthorityPath = Type.Object({ authority: Type.Integer({ minimum: 1 }) });

const Settings = {
  justInTime: Type.Optional(JustInTimeName),
  model: Type.Optional(
    Type.String({ minLength: 1, maxLength: 1_024, description: 'of things it brings in' }),
  ),
};

const AuthorityRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128 }),
    certificate: Type.Optional(Pem),
    proof: Type.Optional(Pem),
    ...Settings,
  },
  {
    additionalProperties: false,
    description:
      'Without a certificate one is made, with a key of its own. With one, proof is a certificate that it has signed with a code of POST /api/v1/authorities/codes as common name.',
  },
);

const AuthorityBody = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    own: Type.Boolean({ description: 'the platform has its key and signs with it' }),
    certificate: Type.String({ description: 'PEM' }),
    fingerprint: Type.String({ description: 'SHA-256, hex' }),
    subject: Type.String(),
    validTo: Time,
    justInTime: JustInTimeName,
    model: Type.Optional(Type.String()),
    created: Time,
    revoked: Type.Optional(Time),
  },
  { $id: 'Authority' },
);

function bodyOf(row: CertificateAuthority): Static<typeof AuthorityBody> {
  const { id, name, certificate, fingerprint, justInTime, model, created, revoked } = row;
  const { subject, validToDate } = new X509Certificate(certificate);
  return {
    ...{ id, name, own: row.key !== undefined, certificate, fingerprint, subject, justInTime },
    validTo: validToDate.toISOString(),
    ...(model === undefined ? {} : { model }),
    created: isoTime(created),
    ...(revoked === undefined ? {} : { revoked: isoTime(revoked) }),
  };
}

/** Authorities that sign certificates of devices. */
export function authorityRoutes(app: Api, services: ApiServices): void {
  makeRoutes(app, services);
  readRoutes(app, services);
  changeRoutes(app, services);
}

function makeRoutes(app: Api, { authorities }: ApiServices): void {
  app.post(
    place,
    {
      config: { access: 'authorities.manage' },
      schema: {
        summary: 'Make a certificate authority, or upload one with a proof that its key is at hand',
        tags,
        body: AuthorityRequest,
        response: { 201: AuthorityBody, ...problems },
      },
    },
    async (request, reply) => {
      const { tenant } = request.principal;
      const { certificate, proof = '', ...wanted } = request.body;
      void reply.code(201);
      return bodyOf(
        certificate === undefined
          ? await authorities.create(tenant, wanted)
          : await authorities.upload(tenant, { ...wanted, certificate, proof }),
      );
    },
  );

  app.post(
    `${place}/codes`,
    {
      config: { access: 'authorities.manage' },
      schema: {
        summary: 'Get a code for a proof of possession; good once, for an hour',
        tags,
        response: { 201: Type.Object({ code: Type.String(), expires: Time }), ...problems },
      },
    },
    async (request, reply) => {
      const { code, expires } = authorities.newCode(request.principal.tenant);
      void reply.code(201).header('cache-control', 'no-store');
      return { code, expires: isoTime(expires) };
    },
  );
}

function readRoutes(app: Api, { authorities }: ApiServices): void {
  app.get(
    place,
    {
      config: { access: 'credentials.read' },
      schema: {
        summary: 'List certificate authorities',
        tags,
        response: { 200: Type.Object({ items: Type.Array(AuthorityBody) }), ...problems },
      },
    },
    async (request) => {
      const rows = await authorities.list(request.principal.tenant);
      return { items: rows.map(bodyOf) };
    },
  );

  app.get(
    `${place}/:authority/crl`,
    {
      config: { access: 'credentials.read' },
      schema: {
        summary: 'The revocation list of an authority of the platform (DER)',
        tags,
        params: AuthorityPath,
        produces: ['application/pkix-crl'],
        response: {
          200: { content: { 'application/pkix-crl': { schema: Type.Unknown() } } },
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const list = await authorities.crl(request.principal.tenant, request.params.authority);
      return reply.type('application/pkix-crl').send(list);
    },
  );
}

function changeRoutes(app: Api, { authorities }: ApiServices): void {
  app.patch(
    `${place}/:authority`,
    {
      config: { access: 'authorities.manage' },
      schema: {
        summary: 'Change what happens to devices that nobody has registered',
        tags,
        params: AuthorityPath,
        body: Type.Object(
          { ...Settings, model: Type.Optional(Type.Union([Type.String(), Type.Null()])) },
          { additionalProperties: false },
        ),
        response: { 200: AuthorityBody, ...problems },
      },
    },
    async (request) => {
      const { justInTime, model } = request.body;
      return bodyOf(
        await authorities.change(request.principal.tenant, request.params.authority, {
          ...(justInTime === undefined ? {} : { justInTime }),
          ...(model === undefined ? {} : { model: model ?? undefined }),
        }),
      );
    },
  );

  app.delete(
    `${place}/:authority`,
    {
      config: { access: 'authorities.manage' },
      schema: {
        summary: 'Revoke an authority; connections of its devices close within a second',
        tags,
        params: AuthorityPath,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await authorities.revoke(request.principal.tenant, request.params.authority);
      return reply.code(204).send(null);
    },
  );
}
