// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { errorCatalogue } from '#core';
import type { HttpReadings } from '../readings.ts';
import { problems, Query, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import type { CheckResult } from '../system.ts';

const tags = ['system'];
/** The live page asks every second; counting a million rows each time would cost others their turn. */
const thingsCountMax = 10_000;

/** Health, metrics, the description of the API, figures of the process. */
export function systemRoutes(app: Api, services: ApiServices, readings: HttpReadings): void {
  healthRoutes(app, services);
  app.get('/openapi.json', { config: { access: 'open' }, schema: { hide: true } }, () => ({
    ...app.swagger(),
    'x-errors': errorTable,
  }));
  figuresRoute(app, services, readings);
}

function healthRoutes(app: Api, { system, metrics }: ApiServices): void {
  app.get(
    '/livez',
    { config: { access: 'open' }, schema: { summary: 'Alive', tags } },
    () => 'ok\n',
  );

  app.get(
    '/readyz',
    {
      config: { access: 'open' },
      schema: {
        summary: 'Ready to take messages; ?verbose names each check',
        tags,
        querystring: Query({ verbose: Type.Optional(Type.String()) }),
      },
    },
    async (request, reply) => {
      const entries = await Promise.all(
        Object.entries(system.checks).map(
          async ([name, check]) => [name, await resultOf(check)] as const,
        ),
      );
      const ready = entries.every(([, result]) => result.ok);
      void reply.code(ready ? 200 : 503);
      if (request.query.verbose === undefined) return ready ? 'ok\n' : 'not ready\n';
      return { ready, checks: Object.fromEntries(entries) };
    },
  );

  app.get(
    '/metrics',
    { config: { access: 'open' }, schema: { summary: 'Prometheus metrics', tags } },
    (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.expose()),
  );
}

function figuresRoute(app: Api, services: ApiServices, readings: HttpReadings): void {
  const { system, things, clock } = services;

  app.get(
    '/api/v1/system',
    {
      config: { access: 'system.read' },
      schema: {
        summary: 'Listeners, counters and lag of the process',
        tags,
        response: {
          200: Type.Object({
            version: Type.String(),
            started: Time,
            monotonicMs: Type.Number(),
            listeners: Type.Record(Type.String(), Type.String()),
            connections: Type.Integer(),
            things: Type.Integer(),
            thingsExact: Type.Boolean({ description: `false: more than ${thingsCountMax}` }),
            messages: Type.Integer(),
            readings: Type.Integer(),
            lag: Type.Integer({ description: 'records that the series store is behind' }),
            readers: Type.Record(Type.String(), Type.Integer()),
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      const readers = system.lag();
      const { tenant } = request.principal;
      const { count, exact } = await things.read.count({ tenant }, thingsCountMax);
      return {
        version: system.version,
        started: isoTime(system.started),
        monotonicMs: clock.monotonic(),
        listeners: { ...system.listeners() },
        connections: system.connections(),
        things: count,
        thingsExact: exact,
        messages: system.messages() + readings.messages,
        readings: system.readings() + readings.readings,
        lag: readers['series'] ?? 0,
        readers: { ...readers },
      };
    },
  );
}

/** A check that throws has failed. */
export async function resultOf(
  check: () => Promise<CheckResult> | CheckResult,
): Promise<CheckResult> {
  try {
    return await check();
  } catch (error) {
    return { ok: false, detail: String(error) };
  }
}

const errorTable = Object.fromEntries(
  Object.entries(errorCatalogue).map(([code, { status, en, zh, fix, retryable }]) => [
    code,
    { status, en, zh, fix, retryable },
  ]),
);
