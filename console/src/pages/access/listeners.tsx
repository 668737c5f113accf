// SPDX-License-Identifier: Apache-2.0
import { Button, Popover } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { Copyable } from '../../kit/copyable.tsx';
import { PageLink } from '../../kit/link.tsx';
import { useList } from '../../kit/list.ts';
import { DataTable } from '../../kit/table.tsx';
import { bracketed, type Listener } from './place.ts';

const everyMs = 5_000;

/** Where devices come in: address, families, TLS, how many are connected, how to change it. */
export function Listeners(): JSX.Element {
  const { t } = useTranslation('access');
  const list = useList<Listener>('listeners', { everyMs });
  const columns = [
    {
      key: 'name',
      title: t('listeners.name'),
      width: 200,
      render: ({ name }: Listener) => t(`listeners.names.${name}`, { defaultValue: name }),
    },
    {
      key: 'state',
      title: t('listeners.state'),
      width: 90,
      render: ({ open }: Listener) => (
        <Badge tone={open ? 'good' : 'quiet'}>
          {t(open ? 'listeners.open' : 'listeners.closed')}
        </Badge>
      ),
    },
    { key: 'address', title: t('listeners.address'), width: 200, render: Address },
    { key: 'families', title: t('listeners.families'), width: 120, render: Families },
    {
      key: 'tls',
      title: t('listeners.tls'),
      width: 180,
      render: ({ transport, names = [] }: Listener) =>
        transport === 'tls' ? (
          <span title={names.join(', ')}>{`TLS ${names.join(', ')}`.trim()}</span>
        ) : (
          <span className="fs-muted">{t('listeners.plain')}</span>
        ),
    },
    { key: 'connections', title: t('listeners.connections'), width: 110, render: Connections },
    { key: 'change', title: t('listeners.change'), width: 130, render: Change },
  ].map(({ render: Cell, ...column }) => ({
    ...column,
    render: (_: unknown, row: Listener) => <Cell {...row} />,
  }));
  return (
    <DataTable
      list={list}
      columns={columns}
      rowKey={({ name }) => name}
      label={t('tabs.listeners')}
      empty={{
        text: t('listeners.none'),
        action: <PageLink to="/access">{t('listeners.toConnect')}</PageLink>,
      }}
    />
  );
}

function Address({ open, host, port, path = '' }: Listener): JSX.Element {
  const { t } = useTranslation('access');
  if (!open) return <span className="fs-muted">—</span>;
  const text = `${host === undefined ? '*' : bracketed(host)}:${port}${path}`;
  return (
    <span className="ac-mono" title={host === undefined ? t('listeners.every') : text}>
      {text}
    </span>
  );
}

function Families({ families }: Listener): JSX.Element {
  return <>{families.map((family) => `IPv${family}`).join(' · ')}</>;
}

function Connections({ name, open, connections }: Listener): JSX.Element {
  const { t } = useTranslation('access');
  if (connections !== undefined) {
    const [, query = ''] = connections.list.split('?', 2);
    return (
      <PageLink to={`/connections?${query}`} className="fs-number">
        {String(connections.count)}
      </PageLink>
    );
  }
  const why = !open ? 'closed' : name === 'http' ? 'keepsNone' : 'notCounted';
  return (
    <span className="fs-muted" title={t(`listeners.${why}`)}>
      —
    </span>
  );
}

/** Listeners are configured, not clicked: what to write, in each of the ways. */
function Change({ name, setting, host, port }: Listener): JSX.Element {
  const { t } = useTranslation('access');
  const address = port === undefined ? usual[name] : `${bracketed(host ?? '::')}:${port}`;
  const variable = `FENGSUI_${setting.toUpperCase().replaceAll('.', '__')}`;
  const body = (
    <div className="ac-change">
      <p>{t('listeners.changeText')}</p>
      <Copyable text={`fengsui up --set '${setting}=${address}'`} />
      <Copyable text={`${variable}='${address}'`} />
      {name === 'mqtts' && <p className="fs-muted">{t('listeners.changeTls')}</p>}
    </div>
  );
  return (
    <Popover content={body} trigger="click" placement="left" title={setting}>
      <Button size="small" aria-label={`${t('listeners.how')} ${name}`}>
        {t('listeners.how')}
      </Button>
    </Popover>
  );
}

/** Addresses of what is closed. */
const usual: Readonly<Record<string, string>> = {
  mqtt: '[::]:1883',
  mqtts: '[::]:8883',
  mqttWs: '[::]:8083',
  mqttHttp: '[::]:8080',
  http: '[::]:8080',
};
