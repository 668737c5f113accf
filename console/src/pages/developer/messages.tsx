// SPDX-License-Identifier: Apache-2.0
import { Segmented } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { choiceField, useUrlState } from '../../kit/url-state.ts';
import { LivePanel } from './live-panel.tsx';
import { MqttPanel } from './mqtt-panel.tsx';

const channels = ['mqtt', 'live'] as const;

/** Two ways to hear of things as they happen, tried in the page. */
export function Messages(): JSX.Element {
  const { t } = useTranslation('developer');
  const [{ channel }, setState] = useUrlState({ channel: choiceField(channels, 'mqtt') });
  return (
    <div className="dv-stack">
      <div>
        <Segmented
          aria-label={t('messages.channel')}
          value={channel}
          options={channels.map((value) => ({ value, label: t(`messages.${value}`) }))}
          onChange={(next) =>
            setState({ channel: channels.find((each) => each === next) ?? 'mqtt' })
          }
        />
      </div>
      {channel === 'mqtt' ? <MqttPanel /> : <LivePanel />}
    </div>
  );
}
