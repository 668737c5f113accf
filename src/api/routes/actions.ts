// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import type { TaskRow, TaskStep } from '#store';
import { requesterOf } from '../requester.ts';
import {
  Page,
  pageBody,
  pageOf,
  Paging,
  problems,
  Query,
  ThingPath,
  Time,
} from '../schemas/common.ts';
import { isoTime } from '../schemas/things.ts';
import { bodyOrEmpty, type Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { findThing, wholeThing } from '../thing-of.ts';

const tags = ['actions'];
const waitMsMax = 30_000;

const Step = Type.Object({ step: Type.String(), time: Time, detail: Type.Optional(Type.String()) });
export const Task = Type.Object(
  {
    id: Type.Integer(),
    thing: Type.Integer(),
    action: Type.String(),
    input: Type.Optional(Type.Unknown()),
    state: Type.String({
      description: 'queued, sent, delivered, answered, failed, timed-out or cancelled',
    }),
    requester: Type.String(),
    created: Time,
    updated: Time,
    expires: Time,
    output: Type.Optional(Type.Unknown()),
    error: Type.Optional(Type.String()),
    steps: Type.Optional(Type.Array(Step)),
  },
  { $id: 'Task' },
);

/** A task as a body, with its steps where they are given. */
export function taskBody(row: TaskRow, steps?: readonly TaskStep[]): Static<typeof Task> {
  const { id, thing, action, input, state, requester, output, error } = row;
  return {
    ...{ id, thing, action, input, state, requester },
    created: isoTime(row.created),
    updated: isoTime(row.updated),
    expires: isoTime(row.expires),
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(steps === undefined ? {} : { steps: steps.map(stepBody) }),
  };
}

function stepBody({ step, time, detail }: TaskStep): Static<typeof Step> {
  return { step, time: isoTime(time), ...(detail === undefined ? {} : { detail }) };
}

const TaskPath = Type.Object({ task: Type.Integer({ minimum: 1 }) });

/** Actions as tasks: queued while the device sleeps, timed out, answered, with their history. */
export function actionRoutes(app: Api, services: ApiServices): void {
  invokeRoute(app, services);
  listRoute(app, services);
  taskRoute(app, services);
  cancelRoute(app, services);
}

function invokeRoute(app: Api, services: ApiServices): void {
  const { tasks } = services;

  app.post(
    '/api/v1/things/:id/actions/:action',
    {
      config: { access: 'actions.invoke' },
      preValidation: bodyOrEmpty,
      schema: {
        summary: 'Invoke an action; ?waitMs waits for the answer',
        tags,
        params: Type.Object({ ...ThingPath.properties, action: Type.String({ maxLength: 256 }) }),
        querystring: Query({
          waitMs: Type.Optional(Type.Integer({ minimum: 0, maximum: waitMsMax })),
        }),
        body: Type.Object(
          {
            input: Type.Optional(Type.Unknown()),
            timeoutMs: Type.Optional(Type.Integer({ minimum: 1_000 })),
          },
          { additionalProperties: false },
        ),
        response: { 202: Task, ...problems },
      },
    },
    async (request, reply) => {
      const { id: thing, tenant } = await wholeThing(services, request);
      const { input, timeoutMs } = request.body;
      const requester = requesterOf(request.principal);
      const { action } = request.params;
      const task = await tasks.create({ tenant, thing, action, input, timeoutMs, requester });
      void reply.code(202).header('location', `/api/v1/tasks/${task.id}`);
      const { waitMs = 0 } = request.query;
      return taskBody(waitMs > 0 ? await tasks.wait(tenant, task.id, waitMs) : task);
    },
  );
}

function listRoute(app: Api, services: ApiServices): void {
  const { tasks, limits } = services;

  app.get(
    '/api/v1/things/:id/tasks',
    {
      config: { access: 'things.read' },
      schema: {
        summary: 'Tasks of a thing, the newest first',
        tags,
        params: ThingPath,
        querystring: Query(Paging),
        response: { 200: Page(Task), ...problems },
      },
    },
    async (request) => {
      const { id: thing, tenant } = await findThing(services, request);
      const page = pageOf(request.query, limits);
      return pageBody(await tasks.list({ tenant, thing, ...page }), (row) => taskBody(row));
    },
  );
}

function taskRoute(app: Api, services: ApiServices): void {
  app.get(
    '/api/v1/tasks/:task',
    {
      config: { access: 'things.read' },
      schema: {
        summary: 'A task with every step',
        tags,
        params: TaskPath,
        response: { 200: Task, ...problems },
      },
    },
    async (request) => {
      const found = await findTask(services, request);
      return taskBody(found.task, found.steps);
    },
  );
}

function cancelRoute(app: Api, services: ApiServices): void {
  const { tasks } = services;

  app.delete(
    '/api/v1/tasks/:task',
    {
      config: { access: 'actions.invoke' },
      schema: {
        summary: 'Cancel an open task',
        tags,
        params: TaskPath,
        response: { 200: Task, ...problems },
      },
    },
    async (request) => {
      const { task } = await findTask(services, request);
      const requester = requesterOf(request.principal);
      return taskBody(await tasks.cancel(task.tenant, task.id, requester));
    },
  );
}

/** A task of a thing that the asker's permission reaches. */
async function findTask(
  services: ApiServices,
  request: Pick<Parameters<typeof findThing>[1], 'principal' | 'scope'> & {
    readonly params: { readonly task: number };
  },
): ReturnType<ApiServices['tasks']['get']> {
  const { principal, scope, params } = request;
  const found = await services.tasks.get(principal.tenant, params.task);
  await findThing(services, { principal, scope, params: { id: String(found.task.thing) } });
  return found;
}
