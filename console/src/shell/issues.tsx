// SPDX-License-Identifier: Apache-2.0
import { ToolOutlined } from '@ant-design/icons';
import { Alert, Badge, Button, Popover } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../kit/link.tsx';
import { useGet } from '../kit/queries.ts';
import { useCan } from '../kit/session.tsx';
import { useLanguage } from '../kit/texts.ts';

interface Issue {
  readonly code: string;
  readonly severity: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly fix: { readonly zh: string; readonly en: string };
}

const everyMs = 30_000;

/** What somebody has to mend, with how. */
export function Issues(): JSX.Element | null {
  const { t } = useTranslation();
  const language = useLanguage();
  const allowed = useCan('system.read');
  const { data } = useGet<{ items: readonly Issue[] }>('system/issues', {
    everyMs,
    enabled: allowed,
  });
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  const list = (
    <div className="fs-issues">
      {items.map(({ code, severity, title, fix }) => (
        <Alert
          key={code}
          showIcon
          type={severity === 'error' || severity === 'critical' ? 'error' : 'warning'}
          title={title[language]}
          description={fix[language]}
        />
      ))}
      <PageLink to="/system?tab=issues">{t('issues.all')}</PageLink>
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" title={t('issues.title')} content={list}>
      <Badge count={items.length} size="small">
        <Button
          type="text"
          icon={<ToolOutlined />}
          aria-label={t('issues.label', { count: items.length })}
        />
      </Badge>
    </Popover>
  );
}
