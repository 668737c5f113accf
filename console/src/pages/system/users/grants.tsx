// SPDX-License-Identifier: Apache-2.0
import { Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../../../kit/confirm.tsx';
import { PageLink } from '../../../kit/link.tsx';
import { useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { useCan } from '../../../kit/session.tsx';
import { useRoleNames, useTenantNames } from '../names.ts';
import type { Grant, Group } from '../rows.ts';
import { tabPath } from '../tabs.ts';
import { GrantForm, type GrantSubject } from './grant-form.tsx';
import { narrowingText } from './narrowing.ts';

export interface GrantsProps {
  readonly subject: GrantSubject;
  /** Of the subject: where a new grant counts by default. */
  readonly tenant: number;
  readonly grants: readonly Grant[];
  /** By which the subject has some of them. */
  readonly groups?: readonly Group[];
}

/** Which roles somebody has, where, narrowed to what; given and taken back here. */
export function Grants({ subject, tenant, grants, groups = [] }: GrantsProps): JSX.Element {
  const { t } = useTranslation('system');
  const canManage = useCan('roles.manage');
  const roleName = useRoleNames();
  const tenantName = useTenantNames();
  const remove = useRemoval(subject);
  const [isNew, setNew] = useState(false);
  return (
    <>
      {grants.length === 0 ? (
        <p className="fs-muted">{t('grants.none')}</p>
      ) : (
        <table className="sy-table" aria-label={t('grants.title')}>
          <thead>
            <tr>
              <th scope="col">{t('grants.role')}</th>
              <th scope="col">{t('grants.where')}</th>
              <th scope="col">{t('grants.narrowed')}</th>
              <th scope="col">{t('grants.by')}</th>
            </tr>
          </thead>
          <tbody>
            {grants.map((grant) => {
              const role = roleName(grant.role);
              const narrowed = narrowingText(grant);
              const group = groups.find(({ id }) => id === grant.group);
              const isOwn = grant.group === subject.group && grant.account === subject.account;
              return (
                <tr key={grant.id}>
                  <th scope="row">
                    <PageLink to={tabPath('roles', { role: grant.role })}>{role}</PageLink>
                  </th>
                  <td>{t('grants.below', { tenant: tenantName(grant.tenant) })}</td>
                  <td>{narrowed === '' ? <span className="fs-muted">—</span> : narrowed}</td>
                  <td>
                    {isOwn && canManage && (
                      <Button
                        size="small"
                        type="link"
                        danger
                        aria-label={t('grants.removeOf', { role })}
                        onClick={() => remove(grant, role)}
                      >
                        {t('grants.remove')}
                      </Button>
                    )}
                    {!isOwn && t('grants.byGroup', { group: group?.name ?? `#${grant.group}` })}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {canManage && !isNew && (
        <Button size="small" onClick={() => setNew(true)}>
          {t('grants.add')}
        </Button>
      )}
      {isNew && <GrantForm subject={subject} tenant={tenant} onClose={() => setNew(false)} />}
    </>
  );
}

function useRemoval(subject: GrantSubject): (grant: Grant, role: string) => void {
  const { t } = useTranslation('system');
  const api = useApi();
  const confirm = useConfirm();
  const refresh = useRefresh();
  return ({ id }, role) =>
    confirm({
      title: t('grants.removeTitle', { role }),
      text: t(subject.group === undefined ? 'grants.removeText' : 'grants.removeGroupText'),
      confirm: t('grants.remove'),
      act: async () => {
        await api.delete(`grants/${id}`);
        await Promise.all(['grants', 'users', 'service-accounts'].map(refresh));
      },
    });
}
