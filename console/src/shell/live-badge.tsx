// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../kit/badges.tsx';
import { useLiveState } from '../kit/live.ts';
import { useServices } from '../kit/services.tsx';
import { useStore } from '../kit/store.ts';

const tones = { live: 'good', reconnecting: 'warn', polling: 'quiet' } as const;

/** Whether what is shown is of this moment, and how much was left out for speed. */
export function LiveBadge(): JSX.Element {
  const { t } = useTranslation();
  const state = useLiveState();
  const dropped = useStore(useServices().live.dropped);
  const why = `${t(`live.why.${state}`)}${dropped > 0 ? ` ${t('live.dropped', { dropped })}` : ''}`;
  return (
    <span role="status" data-live={state}>
      <Badge tone={tones[state]} why={why}>
        {t(`live.${state}`)}
      </Badge>
    </span>
  );
}
