// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { permissionsOfScopes } from '../../../../src/security/policy/permissions.ts';
import { Copyable, Snippets } from '../../kit/copyable.tsx';
import { absoluteAddressOf } from '../../kit/place.ts';
import type { MadeKey } from './made-keys.ts';
import { snippetsOf } from './request-snippets.ts';
import { useTenantFor } from './use-tenant-for.ts';

/** Reads that show real data at once, the first that the token may. */
const firstReads = [
  ['things.read', 'api/v1/things?limit=5'],
  ['models.read', 'api/v1/models?limit=5'],
  ['users.read', 'api/v1/users?limit=5'],
  ['system.read', 'api/v1/system'],
] as const;

/** A new token, this once, and commands that work with it as they stand. */
export function Shown({ made }: { readonly made: MadeKey }): JSX.Element {
  const { t } = useTranslation('developer');
  const tenant = useTenantFor(made);
  const permissions = permissionsOfScopes(made.scopes);
  const path = firstReads.find(([permission]) => permissions.has(permission))?.[1];
  const url = absoluteAddressOf(path ?? 'api/v1/tokens');
  const texts = snippetsOf({ method: 'GET', url, token: made.token, tenant });
  return (
    <div className="dv-panel" role="region" aria-label={t('keys.shown', { name: made.name })}>
      <h2>{t('keys.shown', { name: made.name })}</h2>
      <p className="fs-warn">{t('keys.once')}</p>
      <Copyable text={made.token} label={t('keys.token')} />
      <h3>{t('keys.tryIt')}</h3>
      <Snippets
        snippets={[
          { key: 'curl', title: 'curl', text: texts.curl },
          { key: 'node', title: 'Node', text: texts.node },
          { key: 'python', title: 'Python', text: texts.python },
          { key: 'cli', title: 'CLI', text: texts.cli },
        ]}
      />
    </div>
  );
}
