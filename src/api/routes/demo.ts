// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { problems } from '../schemas/common.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

/** 一键清除 of the demo city. */
export function demoRoutes(app: Api, { demo }: ApiServices): void {
  app.delete(
    '/api/v1/demo',
    {
      config: { access: 'system.manage' },
      schema: {
        summary: 'Remove the demo city: devices, credentials, readings and models',
        tags: ['system'],
        response: {
          200: Type.Object({ removed: Type.Integer({ description: 'devices' }) }),
          ...problems,
        },
      },
    },
    async () => ({ removed: await demo.remove() }),
  );
}
