// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import type { ProvisioningKey } from '#store';
import { Page, pageBody, pageOf, Paging, problems, Query, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { timeParameter } from '../times.ts';

const tags = ['provisioning'];
const place = '/api/v1/provisioning-keys';
const KeyPath = Type.Object({ key: Type.Integer({ minimum: 1 }) });

/** What a device calls itself: data, without control characters. */
const Serial = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$',
});
const SerialEntries = Type.Array(
  Type.Object(
    {
      serial: Serial,
      thing: Type.Optional(
        Type.Integer({ minimum: 1, description: 'the thing that the device will be' }),
      ),
    },
    { additionalProperties: false },
  ),
  { maxItems: 10_000 },
);
const Admits = Type.Union([Type.Literal('open'), Type.Literal('listed')], {
  description: 'any serial number, or those entered before',
});

const KeyRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128 }),
    model: Type.String({ minLength: 1, maxLength: 1_024 }),
    admits: Admits,
    devicesMax: Type.Integer({ minimum: 1, maximum: 10_000_000 }),
    expires: Type.Optional(Time),
    serials: Type.Optional(SerialEntries),
  },
  { additionalProperties: false },
);

const KeyBody = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    model: Type.String(),
    admits: Admits,
    devices: Type.Integer(),
    devicesMax: Type.Integer(),
    created: Time,
    expires: Type.Optional(Time),
    revoked: Type.Optional(Time),
  },
  { $id: 'ProvisioningKey' },
);

function bodyOf(row: ProvisioningKey): Static<typeof KeyBody> {
  const { id, name, model, admits, devices, devicesMax, created, expires, revoked } = row;
  return {
    ...{ id, name, model, admits, devices, devicesMax, created: isoTime(created) },
    ...(expires === undefined ? {} : { expires: isoTime(expires) }),
    ...(revoked === undefined ? {} : { revoked: isoTime(revoked) }),
  };
}

/** Keys by which devices of a model fetch a credential of their own, and the way they do it. */
export function provisioningRoutes(app: Api, services: ApiServices): void {
  keyRoutes(app, services);
  serialRoutes(app, services);
  provisionRoute(app, services);
}

function keyRoutes(app: Api, { provisioning }: ApiServices): void {
  app.post(
    place,
    {
      config: { access: 'authorities.manage' },
      schema: {
        summary: 'Make a provisioning key; it is shown once',
        tags,
        body: KeyRequest,
        response: { 201: Type.Object({ id: Type.Integer(), key: Type.String() }), ...problems },
      },
    },
    async (request, reply) => {
      const { expires, ...wanted } = request.body;
      const until = expires === undefined ? undefined : timeParameter(expires, 'body/expires');
      void reply.code(201).header('cache-control', 'no-store');
      return provisioning.create(request.principal.tenant, { ...wanted, expires: until });
    },
  );

  app.get(
    place,
    {
      config: { access: 'credentials.read' },
      schema: {
        summary: 'List provisioning keys, without their secrets',
        tags,
        response: { 200: Type.Object({ items: Type.Array(KeyBody) }), ...problems },
      },
    },
    async (request) => {
      const rows = await provisioning.list(request.principal.tenant);
      return { items: rows.map(bodyOf) };
    },
  );

  app.delete(
    `${place}/:key`,
    {
      config: { access: 'authorities.manage' },
      schema: {
        summary: 'Revoke a provisioning key; its devices keep what they have got',
        tags,
        params: KeyPath,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      await provisioning.revoke(request.principal.tenant, request.params.key);
      return reply.code(204).send(null);
    },
  );
}

const SerialBody = Type.Object({
  serial: Type.String(),
  thing: Type.Optional(Type.Integer()),
  issued: Type.Optional(Time),
});

function serialRoutes(app: Api, { provisioning, limits }: ApiServices): void {
  app.get(
    `${place}/:key/devices`,
    {
      config: { access: 'credentials.read' },
      schema: {
        summary: 'List serial numbers of a key and the things that they have become',
        tags,
        params: KeyPath,
        querystring: Query(Paging),
        response: {
          200: Page(SerialBody),
          ...problems,
        },
      },
    },
    async (request) => {
      const { tenant } = request.principal;
      const page = pageOf(request.query, limits);
      const rows = await provisioning.devices(tenant, request.params.key, page);
      return pageBody(rows, ({ serial, thing, issued }) => ({
        serial,
        ...(thing === undefined ? {} : { thing }),
        ...(issued === undefined ? {} : { issued: isoTime(issued) }),
      }));
    },
  );

  app.post(
    `${place}/:key/devices`,
    {
      config: { access: 'authorities.manage' },
      schema: {
        summary: 'Enter serial numbers; those that are known stay as they are',
        tags,
        params: KeyPath,
        body: Type.Object({ serials: SerialEntries }, { additionalProperties: false }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const { tenant } = request.principal;
      await provisioning.enter(tenant, request.params.key, request.body.serials);
      return reply.code(204).send(null);
    },
  );

  app.post(
    `${place}/:key/devices/:serial/release`,
    {
      config: { access: 'authorities.manage' },
      schema: {
        summary: 'Let a device that has lost its credential fetch one again; the lost one ends',
        tags,
        params: Type.Object({ ...KeyPath.properties, serial: Serial }),
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const { key, serial } = request.params;
      await provisioning.release(request.principal.tenant, key, serial);
      return reply.code(204).send(null);
    },
  );
}

function provisionRoute(app: Api, { provisioning }: ApiServices): void {
  app.post(
    '/api/v1/provision',
    {
      config: { access: 'open' },
      bodyLimit: 4_096,
      schema: {
        summary: 'A device fetches its credential, once, by the key of its model',
        tags,
        body: Type.Object(
          { key: Type.String({ minLength: 1, maxLength: 256 }), serial: Serial },
          { additionalProperties: false },
        ),
        response: {
          201: Type.Object({
            thing: Type.Integer(),
            username: Type.String(),
            token: Type.String(),
          }),
          ...problems,
        },
      },
    },
    async (request, reply) => {
      const { key, serial } = request.body;
      const made = await provisioning.provision({ key, serial, source: request.ip });
      void reply.code(201).header('cache-control', 'no-store');
      return made;
    },
  );
}
