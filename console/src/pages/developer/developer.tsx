// SPDX-License-Identifier: Apache-2.0
import { Tabs } from 'antd';
import { useMemo, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { choiceField, useUrlState } from '../../kit/url-state.ts';
import { View } from '../../kit/view.tsx';
import './developer.css';
import { Errors } from './errors.tsx';
import { Hints } from './hints.tsx';
import { Interfaces } from './interfaces.tsx';
import { Keys } from './keys.tsx';
import { MadeKeysContext, type MadeKey } from './made-keys.ts';
import { Messages } from './messages.tsx';

const tabs = ['keys', 'api', 'messages', 'errors', 'sdk'] as const;

/** Everything for who writes programs against this server. */
export function Developer(): JSX.Element {
  const { t } = useTranslation('developer');
  const [{ tab }, setState] = useUrlState({ tab: choiceField(tabs, 'keys') });
  const [keys, setKeys] = useState<readonly MadeKey[]>([]);
  const made = useMemo(
    () => ({ keys, add: (key: MadeKey) => setKeys((before) => [key, ...before]) }),
    [keys],
  );
  const content = {
    keys: <Keys />,
    api: <Interfaces />,
    messages: <Messages />,
    errors: <Errors />,
    sdk: <Hints />,
  };
  return (
    <View title={t('title')}>
      <MadeKeysContext value={made}>
        <Tabs
          activeKey={tab}
          onChange={(key) => setState({ tab: tabs.find((each) => each === key) ?? 'keys' }, 'push')}
          destroyOnHidden={false}
          items={tabs.map((key) => ({ key, label: t(`tabs.${key}`), children: content[key] }))}
        />
      </MadeKeysContext>
    </View>
  );
}
