// SPDX-License-Identifier: Apache-2.0
import { Alert, Flex } from 'antd';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { isoText } from '../../kit/time.tsx';
import type { Entry } from './entry.ts';
import { Acts, wayText, type EntryActs } from './inbox-columns.tsx';

/** All that is known of a refusal. */
export function InboxDetail({
  entry,
  ...acts
}: EntryActs & { readonly entry: Entry }): JSX.Element {
  const { t } = useTranslation('access');
  const { step, at, detail, fix, code, told, source, protocol, transport, family } = entry;
  const { identity, clientId, username, thing, count, first, time, claimable } = entry;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('inbox.step'), t(`entrySteps.${step}`)],
    [t('inbox.at'), at],
    [t('inbox.detail'), detail],
    [t('inbox.told'), told],
    [t('inbox.source'), `${source} · IPv${family}`],
    [t('inbox.protocol'), wayText(protocol, transport)],
    [t('inbox.identity'), identity],
    [t('inbox.clientId'), clientId],
    [t('connect.username'), username],
    [
      t('connect.device'),
      thing === undefined ? undefined : <PageLink to={`/things/${thing}`}>{`#${thing}`}</PageLink>,
    ],
    [t('inbox.count'), String(count)],
    [t('inbox.first'), isoText(first)],
    [t('inbox.last'), isoText(time)],
    [t('inbox.code'), <code key="code">{code}</code>],
  ];
  const query = new URLSearchParams({ tab: 'packets', follow: '1', source, protocol });
  return (
    <Flex vertical gap="middle">
      <Alert type="info" showIcon title={fix} />
      <dl className="ac-facts">
        {facts
          .filter(([, value]) => value !== undefined && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="ac-break">{value}</dd>
            </div>
          ))}
      </dl>
      <Acts entry={entry} {...acts} />
      {!claimable && <p className="fs-muted fs-small">{t('inbox.notClaimable')}</p>}
      <PageLink to={`/access?${query.toString()}`}>{t('inbox.follow')}</PageLink>
    </Flex>
  );
}
