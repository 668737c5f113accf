// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { pageOf, type Figure } from './figures.ts';
import { useCountText } from './tiles.tsx';

/** What was refused in the last hour, by the step at which it failed. */
export function Refusals(props: {
  readonly refused: readonly (Figure & { readonly step: string })[];
  readonly linked: boolean;
}): JSX.Element {
  const { t } = useTranslation('overview');
  const text = useCountText();
  const { refused, linked } = props;
  if (refused.length === 0) return <p className="fs-muted">{t('refused.none')}</p>;
  return (
    <ul className="ov-bars">
      {refused.map((figure) => {
        const name = t([`steps.${figure.step}`, 'steps.other'], { step: figure.step });
        return (
          <li key={figure.step}>
            <span>{linked ? <PageLink to={pageOf(figure.list)}>{name}</PageLink> : name}</span>
            <span className="fs-number">{text(figure)}</span>
          </li>
        );
      })}
    </ul>
  );
}
