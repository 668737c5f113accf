// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import type { Difference } from './api.ts';
import { valueAt } from './document.ts';

export interface DifferencesProps {
  readonly from: unknown;
  readonly to: unknown;
  readonly differences: readonly Difference[];
}

const shownMax = 400;

/** What changed, member by member: before, after, and whether it breaks those who rely on it. */
export function Differences({ from, to, differences }: DifferencesProps): JSX.Element {
  const { t } = useTranslation('models');
  if (differences.length === 0) return <p className="fs-muted">{t('diff.none')}</p>;
  const breaking = differences.filter(({ kind }) => kind === 'breaking');
  const others = differences.filter(({ kind }) => kind !== 'breaking');
  return (
    <table className="md-table" aria-label={t('diff.label')}>
      <thead>
        <tr>
          <th scope="col">{t('diff.effect')}</th>
          <th scope="col">{t('diff.at')}</th>
          <th scope="col">{t('diff.before')}</th>
          <th scope="col">{t('diff.after')}</th>
        </tr>
      </thead>
      <tbody>
        {[...breaking, ...others].map(({ at, kind }) => (
          <tr key={at}>
            <td>
              <Badge tone={kind === 'breaking' ? 'bad' : 'good'}>{t(`diff.${kind}`)}</Badge>
            </td>
            <td>
              <code>{at}</code>
            </td>
            <td className="md-before">
              <Side value={valueAt(from, at)} mark="−" />
            </td>
            <td className="md-after">
              <Side value={valueAt(to, at)} mark="+" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Side({ value, mark }: { readonly value: unknown; readonly mark: string }): JSX.Element {
  const { t } = useTranslation('models');
  if (value === undefined) return <span className="fs-muted">{t('diff.absent')}</span>;
  const text = JSON.stringify(value, null, 1);
  return <code>{`${mark} ${text.length > shownMax ? `${text.slice(0, shownMax)}…` : text}`}</code>;
}
