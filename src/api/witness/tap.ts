// SPDX-License-Identifier: Apache-2.0
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PacketOwner, TappedFrame } from '#access';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { claimedName, isDeviceRequest } from './device-request.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** There while someone follows the request. */
    tapped: TappedFrame | undefined;
  }
}

type Services = Pick<ApiServices, 'packets' | 'bindings' | 'clock'>;

const decodedBytesMax = 16_384;
/** Headers that prove who is asking. */
const secret: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Offers requests of devices and their answers to the packet inspector. */
export function tapRequests(app: Api, services: Services): void {
  const { packets } = services;
  app.decorateRequest('tapped', undefined);
  app.addHook('preHandler', async (request) => {
    if (packets.active && isDeviceRequest(request)) request.tapped = begin(services, request);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (!packets.active || !isDeviceRequest(request)) return payload;
    const owner = ownerOf(services, request);
    const { fault } = request;
    const tapped = request.tapped ?? begin(services, request);
    tapped.end(fault === undefined ? { ok: true } : { ok: false, ...fault }, owner);
    answered(services, reply, payload).end({ ok: true }, owner);
    return payload;
  });
}

function ownerOf({ bindings }: Services, request: FastifyRequest): PacketOwner {
  const { principal, ip: source } = request;
  const name = claimedName(request);
  const named = /^[1-9]\d{0,15}$/.test(name) ? bindings.peek(Number(name)) : undefined;
  const proved = principal.kind !== 'anonymous';
  const thing = principal.kind === 'thing' ? principal.thing : named?.thing;
  const tenant = proved ? principal.tenant : named?.tenant;
  return { protocol: 'http', transport: 'http', source, clientId: '', tenant, thing };
}

function begin(services: Services, request: FastifyRequest): TappedFrame {
  const { packets, clock } = services;
  const { method, url, headers, body } = request;
  const content = bytesOf(body);
  const head = Buffer.from(`${method} ${url} HTTP/1.1\r\n${headerText(headers)}\r\n`);
  return packets
    .begin({
      ...{ direction: 'in', time: clock.now(), name: method },
      bytes: Buffer.concat([head, content.subarray(0, packets.bytesMax)]),
      length: head.length + content.length,
      summary: {
        ...{ method, path: url, contentType: headers['content-type'] },
        payloadBytes: content.length,
        ...decoded(content),
      },
    })
    .of(ownerOf(services, request));
}

function answered(
  { packets, clock }: Services,
  reply: FastifyReply,
  payload: unknown,
): TappedFrame {
  const content = bytesOf(payload);
  const status = reply.statusCode;
  const text = headerText({ 'content-type': String(reply.getHeader('content-type') ?? '') });
  const head = Buffer.from(`HTTP/1.1 ${status}\r\n${text}\r\n`);
  return packets.begin({
    ...{ direction: 'out', time: clock.now(), name: String(status) },
    bytes: Buffer.concat([head, content.subarray(0, packets.bytesMax)]),
    length: head.length + content.length,
    summary: { status, payloadBytes: content.length, ...decoded(content) },
  });
}

function headerText(headers: IncomingHttpHeaders): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${secret.has(name) ? '***' : String(value)}\r\n`)
    .join('');
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  // A stream is not read twice.
  if (body === undefined || body === null) return Buffer.alloc(0);
  const isPlain = Array.isArray(body) || Object.getPrototypeOf(body) === Object.prototype;
  return Buffer.from(isPlain ? JSON.stringify(body) : '');
}

function decoded(content: Buffer): { readonly value?: unknown } {
  if (content.length === 0 || content.length > decodedBytesMax) return {};
  try {
    const value: unknown = JSON.parse(content.toString('utf8'));
    return { value };
  } catch {
    return {};
  }
}
