// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { limitTable } from '#core';
import { shippedPackages, type PackageLicence } from '../health/licences.ts';
import type { Operations } from '../operations.ts';
import { problems, Query, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { resultOf } from './system.ts';

const tags = ['system'];
const connectionsMax = 1_000;
const root = fileURLToPath(new URL('../../../', import.meta.url));

const Text = Type.Object({ en: Type.String(), zh: Type.String() });

/** The page 系统: what is wrong, limits, health, open connections, licences. */
export function healthRoutes(app: Api, services: ApiServices, operations: Operations): void {
  issuesRoute(app, operations);
  limitsRoute(app, services, operations);
  figuresRoute(app, services, operations);
  connectionsRoute(app, services);
  licencesRoute(app);
}

function issuesRoute(app: Api, { issues }: Operations): void {
  const Issue = Type.Object({
    code: Type.String(),
    severity: Type.Union([Type.Literal('error'), Type.Literal('warning'), Type.Literal('info')]),
    title: Text,
    fix: Text,
    detail: Type.String(),
    since: Time,
  });

  app.get(
    '/api/v1/system/issues',
    {
      config: { access: 'system.read' },
      schema: {
        summary: 'What is wrong with the installation and what to do, the worst first',
        description: 'At most five seconds old. The same list as of `fengsui doctor`.',
        tags,
        response: { 200: Type.Object({ items: Type.Array(Issue) }), ...problems },
      },
    },
    () => ({
      items: issues.current().map(({ since, ...issue }) => ({ ...issue, since: isoTime(since) })),
    }),
  );
}

function limitsRoute(app: Api, { limits }: ApiServices, { limitWatch }: Operations): void {
  const Limit = Type.Object({
    name: Type.String(),
    text: Type.String(),
    unit: Type.String(),
    default: Type.Number(),
    value: Type.Number({ description: 'in force; set as limits.<name>' }),
    hits: Type.Integer({ description: 'since the start' }),
    lastHit: Type.Optional(Time),
  });

  app.get(
    '/api/v1/system/limits',
    {
      config: { access: 'system.read' },
      schema: {
        summary: 'Every bound of the platform, and how often it was hit',
        tags,
        response: { 200: Type.Object({ items: Type.Array(Limit) }), ...problems },
      },
    },
    () => ({
      items: limitWatch.hits().map(({ name, count, last }) => {
        const { text, unit, default: usual } = limitTable[name];
        const row = { name, text, unit, default: usual, value: limits[name], hits: count };
        return last === undefined ? row : { ...row, lastHit: isoTime(last) };
      }),
    }),
  );
}

const Health = Type.Object({
  started: Time,
  uptimeMs: Type.Integer(),
  stores: Type.Record(Type.String(), Type.Object({ ok: Type.Boolean(), detail: Type.String() })),
  readers: Type.Record(Type.String(), Type.Integer({ description: 'records behind' })),
  log: Type.Object({
    ...{ bytes: Type.Integer(), tail: Type.Integer(), head: Type.Integer() },
    retainBytesMax: Type.Integer(),
    retainMsMax: Type.Integer(),
    stopped: Type.Optional(Type.String()),
  }),
  series: Type.Object({
    ...{ hotPoints: Type.Integer(), storedPoints: Type.Integer(), storedBytes: Type.Integer() },
    oldest: Type.Optional(Time),
  }),
  disk: Type.Optional(
    Type.Object({
      ...{ freeBytes: Type.Integer(), totalBytes: Type.Integer() },
      growthBytesPerDay: Type.Optional(Type.Number()),
      daysLeft: Type.Optional(Type.Number({ description: 'absent while it does not grow' })),
    }),
  ),
  memory: Type.Object({
    ...{ residentBytes: Type.Integer(), heapBytes: Type.Integer(), externalBytes: Type.Integer() },
  }),
  eventLoop: Type.Object({ p99Ms: Type.Number(), maxMs: Type.Number() }),
  listeners: Type.Record(Type.String(), Type.String()),
  connections: Type.Array(
    Type.Object({
      ...{ protocol: Type.String(), transport: Type.String(), family: Type.Integer() },
      count: Type.Integer(),
    }),
  ),
});

function figuresRoute(app: Api, services: ApiServices, operations: Operations): void {
  const { system, clock, limits, series } = services;
  const { health, overview } = operations;

  app.get(
    '/api/v1/system/health',
    {
      config: { access: 'system.read' },
      schema: {
        summary: 'Stores, readers, log, disk with forecast, memory, connections',
        tags,
        response: { 200: Health, ...problems },
      },
    },
    async () => {
      const checks = Object.entries(system.checks).map(
        async ([name, check]) => [name, await resultOf(check)] as const,
      );
      const { stopped, ...log } = system.log();
      const [stores, stats, { accesses }] = await Promise.all([
        Promise.all(checks),
        series.stats(),
        overview.system(),
      ]);
      const { oldest, ...points } = stats;
      const disk = health.disk();
      return {
        started: isoTime(system.started),
        uptimeMs: clock.now() - system.started,
        stores: Object.fromEntries(stores),
        readers: { ...system.lag() },
        log: {
          ...log,
          retainBytesMax: limits['log.retainBytesMax'],
          retainMsMax: limits['log.retainMsMax'],
          ...(stopped === undefined ? {} : { stopped }),
        },
        series: oldest === undefined ? points : { ...points, oldest: isoTime(oldest) },
        ...(disk === undefined ? {} : { disk: defined(disk) }),
        memory: { ...health.memory() },
        eventLoop: { ...health.eventLoop() },
        listeners: { ...system.listeners() },
        connections: accesses.map(({ protocol, transport, family, count }) => {
          return { protocol, transport, family, count };
        }),
      };
    },
  );
}

/** Without members that are undefined, which are no JSON. */
function defined<T extends object>(of: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return JSON.parse(JSON.stringify(of));
}

function connectionsRoute(app: Api, { system }: ApiServices): void {
  const Connection = Type.Object({
    ...{ protocol: Type.String(), transport: Type.String(), family: Type.Integer() },
    ...{ source: Type.String(), clientId: Type.String(), since: Time },
    thing: Type.Optional(Type.Integer()),
    tenant: Type.Optional(Type.Integer()),
  });

  app.get(
    '/api/v1/connections',
    {
      config: { access: 'system.read' },
      schema: {
        summary: 'Connections of devices that are open now, the newest first',
        tags,
        querystring: Query({
          protocol: Type.Optional(Type.String({ maxLength: 64 })),
          transport: Type.Optional(
            Type.Union([Type.Literal('tcp'), Type.Literal('tls'), Type.Literal('ws')]),
          ),
          family: Type.Optional(Type.Union([Type.Literal(4), Type.Literal(6)])),
          source: Type.Optional(Type.String({ maxLength: 64 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: connectionsMax, default: 100 })),
        }),
        response: {
          200: Type.Object({ count: Type.Integer(), items: Type.Array(Connection) }),
          ...problems,
        },
      },
    },
    (request) => {
      const { limit = 100, ...wanted } = request.query;
      const found = [...system.open()].filter(
        ({ protocol, transport, family, source }) =>
          (wanted.protocol ?? protocol) === protocol &&
          (wanted.transport ?? transport) === transport &&
          (wanted.family ?? family) === family &&
          (wanted.source ?? source) === source,
      );
      const newest = found.toReversed().slice(0, limit);
      return {
        count: found.length,
        items: newest.map(({ since, ...row }) => ({ ...defined(row), since: isoTime(since) })),
      };
    },
  );
}

function licencesRoute(app: Api): void {
  const Row = Type.Object({
    ...{ name: Type.String(), version: Type.String(), licence: Type.String() },
    part: Type.Union([Type.Literal('product'), Type.Literal('console')]),
  });
  // They do not change while the server runs.
  let packages: readonly PackageLicence[] | undefined;

  app.get(
    '/api/v1/licences',
    {
      config: { access: 'self' },
      schema: {
        summary: 'Packages that the product and its console are made of, with their licences',
        tags,
        response: {
          200: Type.Object({ licence: Type.String(), items: Type.Array(Row) }),
          ...problems,
        },
      },
    },
    () => {
      packages ??= shippedPackages(root);
      return { licence: 'Apache-2.0', items: packages.map((row) => ({ ...row })) };
    },
  );
}
