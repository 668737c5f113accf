// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Ajv, type Options } from 'ajv';
import formats from 'ajv-formats';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import { FaultError, fault, type AddressRanges, type Fault, type Limits } from '#core';
import { parseJson } from '#model';
import type { Clock, Logger } from '#runtime';
import { guardRoutes, type Guard } from './access.ts';
import type { HttpLimits } from './http-limits.ts';
import { errorHandler, Problem, sendProblem } from './problem.ts';

/** The application that route files register on: schemas validate, type and document at once. */
export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export interface ServerOptions extends Guard {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  readonly httpLimits: HttpLimits;
  /** The path that browsers see the server under; a proxy may leave it in the requests or take it off. */
  readonly basePath?: string;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trusted?: AddressRanges;
  /** Called before anything else of a request; may throw a fault. */
  readonly enter?: (request: FastifyRequest) => void;
  /** Told of the faults that a request is answered with. */
  readonly refused?: (request: FastifyRequest, faults: readonly Fault[]) => void;
}

/** The HTTP server without routes: limits, problem answers, access checks, security headers, OpenAPI 3.1. */
export async function createServer(options: ServerOptions): Promise<Api> {
  const { limits, basePath = '/', trusted, enter, refused, httpLimits } = options;
  const app = fastify({
    rewriteUrl: ({ url = '/' }) => withoutBase(url, basePath),
    bodyLimit: limits['http.bodyBytesMax'],
    http: { maxHeaderSize: limits['http.headerBytesMax'] },
    routerOptions: { maxParamLength: 2_048 },
    genReqId: (request) => traceIdOf(request.headers['traceparent']),
    trustProxy: (address) => trusted?.has(address) === true,
    logger: false,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.prependListener('upgrade', (request) => {
    request.url = withoutBase(request.url ?? '/', basePath);
  });
  app.server.maxConnections = limits['http.connectionsMax'];
  app.setErrorHandler(errorHandler(options.logger, refused));
  app.setNotFoundHandler((request, reply) => {
    const faults = [fault('api.no-route', request.url.split('?')[0])];
    refused?.(request, faults);
    return sendProblem(request, reply, faults);
  });
  app.addHook('onSend', async (request, reply) => {
    void reply.header('x-trace-id', request.id).header('x-content-type-options', 'nosniff');
    void reply.header('referrer-policy', 'no-referrer');
  });
  app.addSchema(Problem);
  readJson(app, limits);
  validate(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Fengsui API', version: options.version, license: { name: 'Apache-2.0' } },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    // Who may use it stands beside each operation.
    transform: ({ schema, url, route }) => ({
      schema: { ...schema, 'x-access': route.config?.access },
      url,
    }),
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => nameOf(json) ?? `def-${i}` },
  });
  httpLimits.watch(app);
  app.addHook('onRequest', async ({ ip }) => httpLimits.source(ip));
  if (enter !== undefined) app.addHook('onRequest', async (request) => enter(request));
  guardRoutes(app, options);
  app.addHook('onRequest', async ({ principal }) => httpLimits.principal(principal));
  limitTime(app, options);
  return app;
}

/** The address inside this server of one that begins with the base path. */
function withoutBase(url: string, basePath: string): string {
  if (basePath === '/') return url;
  return url.startsWith(basePath) || `${url}/` === basePath
    ? `/${url.slice(basePath.length)}`
    : url;
}

/** JSON bodies with bounded nesting and number of members; a fault names the byte. */
function readJson(app: Api, limits: Limits): void {
  const bounds = {
    ...limits,
    'payload.depthMax': limits['model.depthMax'],
    'payload.keysMax': limits['model.nodesMax'],
  };
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i,
    { parseAs: 'buffer' },
    (_request, body, done) => {
      const parsed = parseJson(body, 0, body.length, bounds);
      if (parsed.ok) return done(null, parsed.value);
      const { code, at, detail } = parsed.fault;
      done(new FaultError(fault(code === 'model.bad-json' ? 'api.bad-json' : code, at, detail)));
    },
  );
}

/** Bodies are taken as they are; a path and a query are text, so their members become what the schema says. */
function validate(app: Api): void {
  const base: Options = { allErrors: true, strict: false };
  const asIs = new Ajv(base);
  const coercing = new Ajv({ ...base, coerceTypes: 'array', useDefaults: true });
  for (const ajv of [asIs, coercing]) formats.default(ajv);
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? asIs : coercing;
    return ajv.compile(schema);
  });
}

/** For routes of which the body may be left out. */
export async function bodyOrEmpty(request: { body: unknown }): Promise<void> {
  request.body ??= {};
}

/** Time to receive a request: for the whole of it, or, of a body read as a stream, between its pieces. */
function limitTime(app: Api, { limits, clock, httpLimits: { hit } }: ServerOptions): void {
  const ms = limits['http.requestMsMax'];
  app.server.headersTimeout = ms;
  app.server.requestTimeout = 0;
  app.addHook('preParsing', async ({ raw, headers, routeOptions }, reply) => {
    const hasBody = headers['content-length'] ?? headers['transfer-encoding'];
    if (hasBody === undefined) return;
    if (routeOptions.config.streams === true) {
      if (raw.socket instanceof Socket) {
        raw.setTimeout(ms, () => {
          hit('http.requestMsMax');
          raw.destroy();
        });
      }
      return;
    }
    const timer = clock.after(ms, () => {
      hit('http.requestMsMax');
      raw.destroy();
    });
    const cancel = (): void => timer.cancel();
    raw.once('end', cancel).once('close', cancel);
    reply.raw.once('finish', cancel);
  });
}

function nameOf(json: object): string | undefined {
  return '$id' in json && typeof json.$id === 'string' ? json.$id : undefined;
}

/** The trace id of W3C `traceparent`, or a new one. */
function traceIdOf(header: string | string[] | undefined): string {
  const match = typeof header === 'string' ? /^00-([0-9a-f]{32})-/.exec(header) : null;
  return match?.[1] ?? randomBytes(16).toString('hex');
}
