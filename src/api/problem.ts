// SPDX-License-Identifier: Apache-2.0
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { Type, type Static } from 'typebox';
import { FaultError, errorSpec, fault, type ErrorCode, type Fault } from '#core';
import type { Logger } from '#runtime';
import { ModelFaults } from '#things';

/** RFC 9457 problem details with the catalogue's stable code, the exact place and what to do. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String(),
    at: Type.Optional(Type.String({ description: 'JSON pointer, field path or byte offset' })),
    detail: Type.Optional(Type.String()),
    fix: Type.String(),
    retryable: Type.Boolean(),
    traceId: Type.String(),
    faults: Type.Optional(
      Type.Array(
        Type.Object({
          code: Type.String(),
          at: Type.Optional(Type.String()),
          detail: Type.Optional(Type.String()),
          fix: Type.String(),
        }),
      ),
    ),
  },
  { $id: 'Problem', description: 'RFC 9457 problem details' },
);
export type Problem = Static<typeof Problem>;
export type Language = 'en' | 'zh';

/** Faults named in one answer. */
const faultsMax = 100;

/** Several faults of one request, thrown like `FaultError`. */
export class Refused extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(faults[0]?.code ?? 'refused');
    this.name = 'Refused';
    this.faults = faults;
  }
}

/** A fault as bodies name it beside others: where, why and what to do. */
export function faultBody(f: Fault, language: Language): NonNullable<Problem['faults']>[number] {
  return {
    code: f.code,
    ...(f.at === undefined ? {} : { at: f.at }),
    ...(f.detail === undefined ? {} : { detail: f.detail }),
    fix: errorSpec(f.code).fix[language],
  };
}

/** The problem body of a fault in the language that the client asks for. */
export function problemOf(f: Fault, traceId: string, language: Language): Problem {
  const spec = errorSpec(f.code);
  return {
    type: `/docs#${f.code}`,
    title: spec[language],
    status: spec.status,
    code: f.code,
    ...(f.at === undefined ? {} : { at: f.at }),
    ...(f.detail === undefined ? {} : { detail: f.detail }),
    fix: spec.fix[language],
    retryable: spec.retryable,
    traceId,
  };
}

/** Answers a request with a problem. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  faults: readonly Fault[],
): FastifyReply {
  const first = faults[0] ?? fault('common.internal');
  const language = languageOf(request.headers['accept-language']);
  const problem = problemOf(first, request.id, language);
  if (faults.length > 1) {
    problem.faults = faults.slice(0, faultsMax).map((f) => faultBody(f, language));
  }
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (problem.retryable && problem.status !== 500) void reply.header('retry-after', '1');
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

/** Turns whatever a handler threw into a problem; our own bugs are logged under the trace id and never shown. */
export function errorHandler(
  logger: Logger,
  refused: (request: FastifyRequest, faults: readonly Fault[]) => void = () => {},
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, request, reply) => {
    const faults = faultsOf(error);
    if (faults !== undefined) {
      refused(request, faults);
      return sendProblem(request, reply, faults);
    }
    // Nobody is there any more to be answered.
    const gone = request.raw.destroyed && !request.raw.complete;
    if (!gone)
      logger.error({ traceId: request.id, err: error, url: request.url }, 'request failed');
    return sendProblem(request, reply, [fault('common.internal')]);
  };
}

/** What the world has done wrong; undefined for an error of our own. */
function faultsOf(error: unknown): readonly Fault[] | undefined {
  if (error instanceof FaultError) return [error.fault];
  if (error instanceof ModelFaults || error instanceof Refused) return error.faults;
  return isFastifyError(error) ? faultsOfFramework(error) : undefined;
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'api.body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'api.media-type',
};

function faultsOfFramework(error: FastifyError): Fault[] | undefined {
  if (error.validation !== undefined) {
    const context = error.validationContext === 'querystring' ? 'query' : error.validationContext;
    return error.validation.map((v) =>
      fault('common.invalid', `${context}${v.instancePath}${memberOf(v)}`, v.message),
    );
  }
  const code = frameworkCodes[error.code];
  if (code !== undefined) return [fault(code, undefined, error.message)];
  return error.statusCode !== undefined && error.statusCode < 500
    ? [fault('common.invalid', undefined, error.message)]
    : undefined;
}

/** The member that is missing or too much, which the place of the fault stops short of. */
function memberOf({ params }: FastifySchemaValidationError): string {
  const member = params['missingProperty'] ?? params['additionalProperty'];
  return typeof member === 'string' ? `/${member}` : '';
}

/** The language that an Accept-Language header asks for. */
export function languageOf(header: string | undefined): Language {
  return header?.toLowerCase().startsWith('zh') === true ? 'zh' : 'en';
}
