// SPDX-License-Identifier: Apache-2.0
import { FullscreenOutlined } from '@ant-design/icons';
import { Button, Card, Spin } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useGet } from '../../kit/queries.ts';
import { flagField, useUrlState } from '../../kit/url-state.ts';
import { View } from '../../kit/view.tsx';
import { Checklist } from './checklist.tsx';
import type { OverviewFigures } from './figures.ts';
import { Happenings } from './happenings.tsx';
import './overview.css';
import { Rates } from './rates.tsx';
import { Refusals } from './refusals.tsx';
import { Accesses, Tiles } from './tiles.tsx';

/** The numbers change while one looks. */
const everyMs = 2_000;

/** What is connected, what comes in, what was refused, what happens now. */
export function Overview(): JSX.Element {
  const { t } = useTranslation('overview');
  const { data, error, refetch } = useGet<OverviewFigures>('overview', { everyMs });
  const [{ kiosk }, setState] = useUrlState({ kiosk: flagField() });
  const full = (
    <Button icon={<FullscreenOutlined />} onClick={() => setState({ kiosk: true }, 'push')}>
      {t('kiosk')}
    </Button>
  );
  return (
    <View title={t('title')} actions={kiosk ? undefined : full}>
      {data === undefined ? (
        <>
          <ProblemAlert error={error} onRetry={refetch} />
          {error === null && <Spin className="fs-wait" />}
        </>
      ) : (
        <Figures data={data} kiosk={kiosk} />
      )}
    </View>
  );
}

function Figures({ data, kiosk }: { data: OverviewFigures; kiosk: boolean }): JSX.Element {
  const { t } = useTranslation('overview');
  const { system, refused } = data;
  return (
    <div className="ov-page">
      {!kiosk && <Checklist data={data} />}
      <Tiles data={data} linked={!kiosk} />
      <div className="ov-columns">
        {system !== undefined && (
          <Card size="small" title={<h2>{t('rates.title')}</h2>}>
            <Rates line={system.line} />
          </Card>
        )}
        <Card size="small" title={<h2>{t('happenings.title')}</h2>}>
          <Happenings />
        </Card>
        {system !== undefined && (
          <Card size="small" title={<h2>{t('accesses.title')}</h2>}>
            <Accesses accesses={system.accesses} linked={!kiosk} />
          </Card>
        )}
        {refused !== undefined && (
          <Card size="small" title={<h2>{t('refused.title')}</h2>}>
            <Refusals refused={refused} linked={!kiosk} />
          </Card>
        )}
      </div>
    </div>
  );
}
