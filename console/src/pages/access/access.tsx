// SPDX-License-Identifier: Apache-2.0
import { Result, Tabs } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Needs } from '../../kit/page.ts';
import { may, useSession } from '../../kit/session.tsx';
import { View } from '../../kit/view.tsx';
import './access.css';
import { Bans } from './bans.tsx';
import { Connect } from './connect.tsx';
import { Inbox } from './inbox.tsx';
import { Listeners } from './listeners.tsx';
import type { Made } from './made.ts';
import { Packets } from './packets.tsx';
import { tabs, toTab, useAccessState, type Tab } from './state.ts';

const needsOf: Readonly<Record<Tab, Needs>> = {
  connect: ['things.write', 'credentials.manage'],
  listeners: ['things.read'],
  inbox: ['diagnosis.read'],
  packets: ['diagnosis.read'],
  bans: ['diagnosis.read'],
};

/** From a device in the hand to its first packet in the store, and why not. */
export function Access(): JSX.Element {
  const { t } = useTranslation('access');
  const session = useSession();
  const [state, set] = useAccessState();
  // A token is shown once: going to another tab and back must not lose it.
  const [made, setMade] = useState<Made>();
  const allowed = tabs.filter((tab) => may(session, needsOf[tab]));
  const [first = 'listeners'] = allowed;
  const isHere = allowed.includes(state.tab);
  const tab = isHere || state.tab !== 'connect' ? state.tab : first;
  const bodies: Readonly<Record<Tab, () => JSX.Element>> = {
    connect: () => <Connect made={made} onMade={setMade} />,
    listeners: () => <Listeners />,
    inbox: () => <Inbox />,
    packets: () => <Packets />,
    bans: () => <Bans />,
  };
  return (
    <View title={t('title')}>
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(key) => {
          const chosen = tabs.find((each) => each === key);
          if (chosen !== undefined) set(toTab(chosen), 'push');
        }}
        items={allowed.map((key) => ({
          key,
          label: t(`tabs.${key}`),
          children: key === tab ? bodies[key]() : null,
        }))}
      />
      {!allowed.includes(tab) && (
        <Result
          status="403"
          title={t('forbidden', { tab: t(`tabs.${tab}`) })}
          subTitle={t('forbiddenFix', { needs: needsOf[tab].join(', ') })}
        />
      )}
    </View>
  );
}
