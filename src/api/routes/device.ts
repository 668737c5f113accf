// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { FaultError } from '#core';
import { faultBody, languageOf } from '../problem.ts';
import { refuseWhenCongested, type HttpReadings } from '../readings.ts';
import { problems, ThingPath } from '../schemas/common.ts';
import { IngestBody } from '../schemas/readings.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { wholeBinding } from '../thing-of.ts';
import type { HttpWitness } from '../witness/witness.ts';

const payload = Type.Unknown({ description: 'the payload that the device would send over MQTT' });
const payloadTypes = [
  'application/json',
  'application/cbor',
  'application/senml+json',
  'application/senml+cbor',
];

/** What takes the readings in, and what sees the refused ones. */
export interface DeviceParts {
  readonly readings: HttpReadings;
  readonly witness: HttpWitness;
}

/** What a device sends: readings and events, in the formats that devices speak, answered when on disk. */
export function deviceRoutes(app: Api, services: ApiServices, parts: DeviceParts): void {
  // The payload decoders read the bytes themselves.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  readingsRoute(app, services, parts);
  eventRoute(app, services);
}

function readingsRoute(app: Api, services: ApiServices, { readings, witness }: DeviceParts): void {
  app.post(
    '/api/v1/things/:id/properties',
    {
      config: { access: 'thing:readings.write' },
      schema: {
        summary: 'Post readings; answered when they are on disk',
        description:
          '{"temperature": 21.5}, or {"time": …, "values": {…}}, or an array of these; CBOR and SenML by content type. A bad reading is named and the others are taken; where none is good the answer is an error.',
        tags: ['readings'],
        consumes: payloadTypes,
        params: ThingPath,
        body: payload,
        response: { 200: IngestBody, ...problems },
      },
    },
    async (request) => {
      const binding = await wholeBinding(services, request);
      const { headers } = request;
      const bytes = bytesOf(request.body);
      const type = headers['content-type'];
      const report = await readings.take(binding, bytes, type, request.tapped);
      const language = languageOf(headers['accept-language']);
      const { accepted, refusedCount } = report;
      if (refusedCount > 0) witness.partly(request, report.refused, accepted + refusedCount);
      const refused = report.refused.map(({ at, fault: f }) => ({ at, ...faultBody(f, language) }));
      return { accepted, refusedCount, refused };
    },
  );
}

function eventRoute(app: Api, services: ApiServices): void {
  const { devices, ingest } = services;

  app.post(
    '/api/v1/things/:id/events/:event',
    {
      config: { access: 'thing:readings.write' },
      schema: {
        summary: 'Post an event; answered when it is on disk',
        tags: ['events'],
        consumes: ['application/json', 'application/cbor'],
        params: Type.Object({ ...ThingPath.properties, event: Type.String({ maxLength: 256 }) }),
        body: payload,
        response: { 204: Type.Null(), ...problems },
      },
    },
    async (request, reply) => {
      const binding = await wholeBinding(services, request);
      refuseWhenCongested(ingest);
      const bytes = bytesOf(request.body);
      const contentType = request.headers['content-type'];
      const sent = { bytes, contentType, now: ingest.now };
      const refused = devices.event(binding, request.params.event, sent);
      if (refused !== undefined) throw new FaultError(refused);
      await ingest.durable();
      return reply.code(204).send(null);
    },
  );
}

function bytesOf(body: unknown): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
