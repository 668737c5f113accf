// SPDX-License-Identifier: Apache-2.0
import { Descriptions, Drawer } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { Copyable } from '../../kit/copyable.tsx';
import { PageLink } from '../../kit/link.tsx';
import { Time } from '../../kit/time.tsx';
import { toneOf, useActorName, type AuditEntry } from './audit-entry.ts';
import { usePermissionNames, useTenantNames } from './names.ts';
import { tabPath } from './tabs.ts';

export interface AuditDetailProps {
  readonly entry: AuditEntry;
  readonly onClose: () => void;
}

/** All that the log has of one act. */
export function AuditDetail({ entry, onClose }: AuditDetailProps): JSX.Element {
  const { t } = useTranslation('system');
  const who = useActorName();
  const tenantName = useTenantNames();
  const permission = usePermissionNames();
  const { seq, time, tenant, actor, act, resource, source, result, code } = entry;
  const { before, after, detail, trace, hash } = entry;
  const text = (value: string | undefined): JSX.Element =>
    value === undefined ? <span className="fs-muted">—</span> : <code>{value}</code>;
  return (
    <Drawer
      className="sy-drawer"
      open
      size={640}
      title={t('audit.entry', { seq })}
      onClose={onClose}
    >
      <Descriptions
        size="small"
        column={1}
        bordered
        items={[
          { key: 'time', label: t('audit.time'), children: <Time value={time} /> },
          { key: 'who', label: t('audit.who'), children: <Who entry={entry} name={who(actor)} /> },
          { key: 'act', label: t('audit.act'), children: `${permission(act)} (${act})` },
          { key: 'tenant', label: t('audit.tenant'), children: tenantName(tenant) },
          {
            key: 'resource',
            label: t('audit.resource'),
            children: text(resource && `${resource.kind} ${resource.id ?? ''}`),
          },
          {
            key: 'result',
            label: t('audit.result'),
            children: (
              <>
                <Badge tone={toneOf[result]}>{t(`audit.is.${result}`)}</Badge> <code>{code}</code>
              </>
            ),
          },
          { key: 'source', label: t('audit.source'), children: text(source) },
          { key: 'before', label: t('audit.before'), children: text(before) },
          { key: 'after', label: t('audit.after'), children: text(after) },
          { key: 'trace', label: t('audit.trace'), children: text(trace) },
          { key: 'hash', label: t('audit.hash'), children: text(hash) },
        ]}
      />
      <h3>{t('audit.detail')}</h3>
      <Copyable text={JSON.stringify(detail, null, 2)} label={t('audit.detail')} />
      <p className="fs-muted">{t('audit.digests')}</p>
    </Drawer>
  );
}

/** The actor, with the way to everything else that they have done. */
function Who(props: { readonly entry: AuditEntry; readonly name: string }): JSX.Element {
  const { t } = useTranslation('system');
  const { account } = props.entry.actor;
  return (
    <>
      {props.name}{' '}
      {account !== undefined && (
        <PageLink to={tabPath('audit', { account: String(account) })}>{t('audit.others')}</PageLink>
      )}
    </>
  );
}
