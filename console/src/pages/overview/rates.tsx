// SPDX-License-Identifier: Apache-2.0
import { lazy, Suspense, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Rate } from './figures.ts';

const Series = lazy(() =>
  import('../../kit/series.tsx').then((part) => ({ default: part.Series })),
);

/** Messages and readings a second over the last five minutes. */
export function Rates({ line }: { readonly line: readonly Rate[] }): JSX.Element {
  const { t } = useTranslation('overview');
  const unit = t('rates.unit');
  return (
    <Suspense fallback={<div className="ov-chart" />}>
      <Series
        label={t('rates.title')}
        height={200}
        times={line.map(({ time }) => Date.parse(time))}
        lines={[
          { name: t('rates.messages'), unit, values: line.map(({ messages }) => messages) },
          { name: t('rates.readings'), unit, values: line.map(({ readings }) => readings) },
        ]}
      />
    </Suspense>
  );
}
