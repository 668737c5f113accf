// SPDX-License-Identifier: Apache-2.0
import { Flex, Segmented } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../../kit/link.tsx';
import { useCan } from '../../../kit/session.tsx';
import { choiceField, textField, useUrlState } from '../../../kit/url-state.ts';
import { Accounts } from './accounts.tsx';
import { Groups } from './groups.tsx';

const kinds = ['users', 'service-accounts', 'groups'] as const;

/** People, programs and groups of both. */
export function Users(): JSX.Element {
  const { t } = useTranslation('system');
  const canSeeTokens = useCan('things.read');
  const [{ kind }, setState] = useUrlState({
    ...{ kind: choiceField(kinds, 'users'), search: textField(), open: textField() },
  });
  return (
    <>
      <Flex gap="middle" wrap align="center" className="sy-tools">
        <Segmented<(typeof kinds)[number]>
          aria-label={t('users.kind')}
          value={kind}
          options={kinds.map((value) => ({ value, label: t(`users.kinds.${value}`) }))}
          onChange={(next) => setState({ kind: next, search: '', open: '' })}
        />
        <span className="fs-muted">{t(`users.about.${kind}`)}</span>
        {canSeeTokens && <PageLink to="/developer">{t('users.tokens')}</PageLink>}
      </Flex>
      {kind === 'groups' ? <Groups /> : <Accounts key={kind} kind={kind} />}
    </>
  );
}
