// SPDX-License-Identifier: Apache-2.0
import { Type } from 'typebox';
import { problems } from '../schemas/common.ts';
import { grantBody, GrantBody, groupSummary, GroupSummary, NumberPath } from '../schemas/people.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';

const Powers = Type.Object({
  groups: Type.Array(GroupSummary),
  grants: Type.Array(
    Type.Object({
      ...GrantBody.properties,
      permissions: Type.Array(Type.String(), { description: 'of the role, that count there' }),
    }),
  ),
  elsewhere: Type.Integer({ description: 'grants outside of the sub-tree, which are not shown' }),
});

/** What an account may do, and by what: its groups, what it and they have been granted. */
export function accountPowerRoutes(app: Api, { administration }: ApiServices): void {
  const { accounts } = administration;
  for (const { place, kind } of [
    { place: 'users', kind: 'user' },
    { place: 'service-accounts', kind: 'service' },
  ] as const) {
    app.get(
      `/api/v1/${place}/:id/powers`,
      {
        config: { access: 'users.read' },
        schema: {
          summary: 'What an account may do: its groups and grants, and their permissions',
          tags: [place],
          params: NumberPath,
          response: { 200: Powers, ...problems },
        },
      },
      async ({ principal, params: { id } }) => {
        const { groups, grants, elsewhere } = await accounts.powers(principal, { kind, id });
        return {
          groups: groups.map(groupSummary),
          grants: grants.map(({ grant, permissions }) => {
            return { ...grantBody(grant), permissions: [...permissions] };
          }),
          elsewhere,
        };
      },
    );
  }
}
