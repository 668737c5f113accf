// SPDX-License-Identifier: Apache-2.0
import { Button, Result } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../kit/link.tsx';
import type { Needs } from '../kit/page.ts';
import { ProblemAlert } from '../kit/problem.tsx';
import { View } from '../kit/view.tsx';

/** The session lacks a permission that the page needs. */
export function Forbidden(props: {
  readonly needs: Needs;
  /** One of these as well. */
  readonly needsAny: Needs;
}): JSX.Element {
  const { t } = useTranslation();
  const { needs, needsAny } = props;
  return (
    <View title={t('forbidden.title')}>
      <Result
        status="warning"
        title={t('forbidden.text')}
        subTitle={<code>{[...needs, needsAny.join(' | ')].filter(Boolean).join(', ')}</code>}
        extra={<PageLink to="/">{t('home')}</PageLink>}
      />
    </View>
  );
}

/** No page has this address. */
export function NotFound(): JSX.Element {
  const { t } = useTranslation();
  return (
    <View title={t('notFound.title')}>
      <Result
        status="info"
        title={t('notFound.text')}
        extra={<PageLink to="/">{t('home')}</PageLink>}
      />
    </View>
  );
}

/** A page failed while it was drawn; the others go on. */
export function Broken({ error, reset }: { error: unknown; reset: () => void }): JSX.Element {
  const { t } = useTranslation();
  return (
    <View title={t('broken.title')}>
      <Result
        status="error"
        title={t('broken.text')}
        extra={<Button onClick={() => reset()}>{t('broken.again')}</Button>}
      >
        <ProblemAlert error={error} />
      </Result>
    </View>
  );
}
