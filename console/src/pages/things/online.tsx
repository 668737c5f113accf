// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { OnlineBadge } from '../../kit/badges.tsx';
import { useGet } from '../../kit/queries.ts';
import { useCan } from '../../kit/session.tsx';
import { isoText } from '../../kit/time.tsx';
import type { CurrentValues, Thing } from './thing.ts';

export type Seen = Pick<Thing, 'id' | 'online' | 'seen' | 'cause'>;

/** Why a thing is online or not, in words. */
export function useReason(): (thing: Seen) => string {
  const { t } = useTranslation('things');
  return ({ online, seen, cause }) => {
    if (online) return t('reason.online');
    if (seen === undefined) return t('reason.never');
    if (cause === undefined) return t('reason.unknown');
    return t([`cause.${cause.replaceAll('.', '_')}`, 'cause.other'], { code: cause });
  };
}

/** Whether a thing is connected; why, since when, and its last reading when one asks. */
export function Online({ thing }: { readonly thing: Seen }): JSX.Element {
  return <OnlineBadge online={thing.online} why={<Evidence thing={thing} />} />;
}

function Evidence({ thing }: { readonly thing: Seen }): JSX.Element {
  const { t } = useTranslation('things');
  const reason = useReason();
  const { data } = useGet<CurrentValues>(`things/${thing.id}/properties`, {
    enabled: useCan('readings.read'),
  });
  const last = Object.values(data ?? {})
    .map(({ time }) => time)
    .toSorted()
    .at(-1);
  return (
    <>
      <div>{reason(thing)}</div>
      {thing.seen !== undefined && (
        <div>
          {t(thing.online ? 'reason.connectedAt' : 'reason.disconnectedAt', {
            time: isoText(thing.seen),
          })}
        </div>
      )}
      {data !== undefined && (
        <div>
          {last === undefined
            ? t('reason.noReading')
            : t('reason.lastReading', { time: isoText(last) })}
        </div>
      )}
    </>
  );
}
