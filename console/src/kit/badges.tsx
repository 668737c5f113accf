// SPDX-License-Identifier: Apache-2.0
import { Tooltip } from 'antd';
import type { JSX, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';

export interface BadgeProps {
  readonly tone: Tone;
  readonly children: ReactNode;
  /** Why it is so. */
  readonly why?: ReactNode;
}

/** A dot and a word; cheap enough for table cells. */
export function Badge({ tone, children, why }: BadgeProps): JSX.Element {
  const badge = (
    <span className={`fs-badge fs-${tone}`}>
      <i aria-hidden="true" />
      {children}
    </span>
  );
  return why === undefined ? badge : <Tooltip title={why}>{badge}</Tooltip>;
}

/** Whether a device is connected, with the evidence. */
export function OnlineBadge({
  online,
  why,
}: {
  online: boolean | undefined;
  why?: ReactNode;
}): JSX.Element {
  const { t } = useTranslation('kit');
  const state = online === undefined ? 'unknown' : online ? 'online' : 'offline';
  const because = why === undefined ? {} : { why };
  return (
    <Badge tone={online === true ? 'good' : 'quiet'} {...because}>
      {t(`online.${state}`)}
    </Badge>
  );
}

/** The quality of a reading: `good`, `uncertain…`, `bad…`. */
export function QualityBadge({ quality }: { readonly quality: string }): JSX.Element {
  const { t } = useTranslation('kit');
  const kind = quality.startsWith('good')
    ? 'good'
    : quality.startsWith('bad')
      ? 'bad'
      : 'uncertain';
  const tone = kind === 'uncertain' ? 'warn' : kind;
  return (
    <Badge tone={tone} {...(quality === kind ? {} : { why: quality })}>
      {t(`quality.${kind}`)}
    </Badge>
  );
}
