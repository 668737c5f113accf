// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { problems, Time } from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import type { Operations } from '../operations.ts';
import type { AccessTile, RefusedTile, Tile } from '../overview.ts';
import type { Rate } from '../rates.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const tile = {
  count: Type.Integer(),
  exact: Type.Boolean({ description: 'false: at least so many' }),
  list: Type.String({ description: 'the list of the API that has as many rows' }),
};
const Tile_ = Type.Object(tile);
const Rate_ = Type.Object({
  time: Time,
  messages: Type.Number({ description: 'a second' }),
  readings: Type.Number({ description: 'a second' }),
});

const SystemPart = Type.Object({
  connections: Tile_,
  accesses: Type.Array(
    Type.Object({
      ...{ protocol: Type.String(), transport: Type.String(), family: Type.Integer(), ...tile },
    }),
  ),
  rate: Rate_,
  line: Type.Array(Rate_, { description: 'the last five minutes, a point every five seconds' }),
  points: Type.Integer(),
  bytesPerPoint: Type.Optional(Type.Number()),
  lag: Type.Integer({ description: 'records that the series store is behind' }),
});

/** The page 总览 in one answer. */
export function overviewRoutes(
  app: Api,
  { demo, clock }: ApiServices,
  { overview }: Operations,
): void {
  app.get(
    '/api/v1/overview',
    {
      config: { access: 'things.read' },
      schema: {
        summary: 'Figures of the tenant, and of the installation for those who may see it',
        description: 'At most a second old; each number names the list that it counts.',
        tags: ['system'],
        response: {
          200: Type.Object({
            time: Time,
            demo: Type.Boolean(),
            ...{ things: Tile_, online: Tile_, neverSeen: Tile_ },
            models: Type.Optional(Tile_),
            tasksOpen: Type.Optional(Tile_),
            refused: Type.Optional(
              Type.Array(Type.Object({ step: Type.String(), ...tile }), {
                description: 'in the last hour, by step',
              }),
            ),
            system: Type.Optional(SystemPart),
          }),
          ...problems,
        },
      },
    },
    async (request) => {
      const { principal, rights, scope } = request;
      const seen = { tenant: principal.tenant, labels: scope.labelSets };
      const { models, tasksOpen, refused, ...things } = await overview.things(seen, rights);
      const system = rights?.has('system.read') === true ? await overview.system() : undefined;
      return {
        time: isoTime(clock.now()),
        demo: demo.present(),
        ...{ things: tileBody(things.things), online: tileBody(things.online) },
        neverSeen: tileBody(things.neverSeen),
        ...(models === undefined ? {} : { models: tileBody(models) }),
        ...(tasksOpen === undefined ? {} : { tasksOpen: tileBody(tasksOpen) }),
        ...(refused === undefined ? {} : { refused: refused.map(refusedBody) }),
        ...(system === undefined ? {} : { system: systemBody(system) }),
      };
    },
  );
}

function tileBody({ count, exact, list }: Tile): Tile {
  return { count, exact, list };
}

function refusedBody(tile: RefusedTile): RefusedTile {
  return { ...tile };
}

function systemBody(found: Awaited<ReturnType<Operations['overview']['system']>>) {
  const { bytesPerPoint, connections, accesses, rate, line, points, lag } = found;
  return {
    ...{ points, lag },
    connections: tileBody(connections),
    accesses: accesses.map((each: AccessTile) => ({ ...each })),
    rate: rateBody(rate),
    line: line.map(rateBody),
    ...(bytesPerPoint === undefined ? {} : { bytesPerPoint }),
  };
}

function rateBody({ time, messages, readings }: Rate) {
  return { time: isoTime(time), messages, readings };
}
