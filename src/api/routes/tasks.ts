// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { demandWhole } from '../thing-of.ts';
import { Page, pageBody, pageOf, Paging, problems, Query } from '../schemas/common.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import { Task, taskBody } from './actions.ts';

/** Tasks of all things of a tenant. */
export function taskRoutes(app: Api, { tasks, limits }: ApiServices): void {
  app.get(
    '/api/v1/tasks',
    {
      config: { access: 'things.read' },
      schema: {
        summary: 'Tasks of all things, the newest first; ?open=true: only those under way',
        tags: ['actions'],
        querystring: Query({ ...Paging, open: Type.Optional(Type.Boolean()) }),
        response: { 200: Page(Task), ...problems },
      },
    },
    async (request) => {
      demandWhole(request);
      const query = { tenant: request.principal.tenant, ...pageOf(request.query, limits) };
      const open = request.query.open === true;
      const page = await (open ? tasks.listOpen(query) : tasks.list(query));
      return pageBody(page, (row) => taskBody(row));
    },
  );
}
