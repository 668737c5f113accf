// SPDX-License-Identifier: Apache-2.0
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { OwnRequest } from '#security';
import { partyOf, personOf } from '../browser.ts';
import { problems, Time } from '../schemas/common.ts';
import { PasskeyOptions, Proof, Registration } from '../schemas/session.ts';
import { isoTime } from '../schemas/things.ts';
import { bodyOrEmpty, type Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tags = ['me'];

const PasskeyItem = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  created: Time,
  used: Type.Optional(Time),
});

function askedBy(request: FastifyRequest, password?: string): OwnRequest {
  return { principal: personOf(request), source: request.ip, password };
}

/** Second factors of the own account. What opens it asks for a recent login or the password in the body. */
export function meFactorRoutes(app: Api, { identity }: ApiServices): void {
  totpRoutes(app, identity);
  passkeyRoutes(app, identity);
  newPasskeyRoutes(app, identity);
}

function totpRoutes(app: Api, { own }: ApiServices['identity']): void {
  app.post(
    '/api/v1/me/totp',
    {
      config: { access: 'self' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'A secret for a code generator; it counts once a code has come back',
        tags,
        body: Proof,
        response: {
          200: Type.Object({ secret: Type.String(), uri: Type.String() }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return own.beginTotp(askedBy(request, request.body.password));
    },
  );

  app.put(
    '/api/v1/me/totp',
    {
      config: { access: 'self' },
      schema: {
        summary: 'Enrol the code generator; recovery codes are shown once',
        tags,
        body: Type.Object(
          { code: Type.String({ maxLength: 16 }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ recovery: Type.Array(Type.String()) }), ...problems },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return { recovery: [...(await own.confirmTotp(askedBy(request), request.body.code))] };
    },
  );

  app.delete(
    '/api/v1/me/totp',
    {
      config: { access: 'self' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'Remove the code generator with its recovery codes',
        tags,
        body: Proof,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await own.removeTotp(askedBy(request, request.body.password));
      return reply.code(204).send(null);
    },
  );
}

function passkeyRoutes(app: Api, { own }: ApiServices['identity']): void {
  app.get(
    '/api/v1/me/passkeys',
    {
      config: { access: 'self' },
      schema: {
        summary: 'The own passkeys',
        tags,
        response: { 200: Type.Object({ items: Type.Array(PasskeyItem) }), ...problems },
      },
    },
    async (request) => {
      const rows = await own.passkeys(personOf(request));
      const items = rows.map(({ id, name, created, used }) => ({
        ...{ id, name, created: isoTime(created) },
        ...(used === undefined ? {} : { used: isoTime(used) }),
      }));
      return { items };
    },
  );

  app.delete(
    '/api/v1/me/passkeys/:passkey',
    {
      config: { access: 'self' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'Remove an own passkey',
        tags,
        params: Type.Object({ passkey: Type.Integer({ minimum: 1 }) }),
        body: Proof,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const asked = askedBy(request, request.body.password);
      await own.removePasskey(asked, request.params.passkey);
      return reply.code(204).send(null);
    },
  );
}

function newPasskeyRoutes(app: Api, { own, publicUrl }: ApiServices['identity']): void {
  app.post(
    '/api/v1/me/passkeys',
    {
      config: { access: 'self' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'Options for a new passkey',
        tags,
        body: Proof,
        response: { 200: PasskeyOptions, ...problems },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      const asked = askedBy(request, request.body.password);
      return own.beginPasskey(asked, partyOf(request, publicUrl));
    },
  );

  app.put(
    '/api/v1/me/passkeys',
    {
      config: { access: 'self' },
      schema: {
        summary: 'Register the passkey that has answered',
        tags,
        body: Type.Object(
          {
            name: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
            passkey: Registration,
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ id: Type.Integer() }), ...problems },
      },
    },
    async (request) => {
      const { name = 'passkey', passkey: answer } = request.body;
      const party = partyOf(request, publicUrl);
      return { id: await own.addPasskey(askedBy(request), { name, answer, party }) };
    },
  );
}
