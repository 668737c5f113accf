// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../../kit/badges.tsx';
import { isoText, useNow } from '../../../kit/time.tsx';
import type { Account } from '../rows.ts';

export function isLocked({ lockedUntil }: Account, now: number): boolean {
  return lockedUntil !== undefined && Date.parse(lockedUntil) > now;
}

/** Whether somebody can sign in, and what stands in the way. */
export function AccountState({ account }: { readonly account: Account }): JSX.Element {
  const { t } = useTranslation('system');
  const now = useNow();
  const { disabled, passwordTemporary, lockedUntil = '' } = account;
  if (disabled) return <Badge tone="bad">{t('users.is.disabled')}</Badge>;
  if (isLocked(account, now)) {
    const until = t('users.lockedUntil', { time: isoText(lockedUntil) });
    return (
      <Badge tone="bad" why={until}>
        {t('users.is.locked')}
      </Badge>
    );
  }
  if (passwordTemporary) return <Badge tone="warn">{t('users.is.temporary')}</Badge>;
  return <Badge tone="good">{t('users.is.enabled')}</Badge>;
}
