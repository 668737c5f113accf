// SPDX-License-Identifier: Apache-2.0
import { EditOutlined, QrcodeOutlined } from '@ant-design/icons';
import { useNavigate, useParams } from '@tanstack/react-router';
import { Button, Popover, QRCode, Spin } from 'antd';
import {
  lazy,
  Suspense,
  useState,
  type ComponentType,
  type JSX,
  type LazyExoticComponent,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../../../kit/confirm.tsx';
import { CopyAsCommand, quoted } from '../../../kit/copyable.tsx';
import { PageLink } from '../../../kit/link.tsx';
import type { Needs } from '../../../kit/page.ts';
import { absoluteAddressOf } from '../../../kit/place.ts';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet, useRefresh } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { may, useCan, useSession } from '../../../kit/session.tsx';
import { choiceField, useUrlState } from '../../../kit/url-state.ts';
import { View } from '../../../kit/view.tsx';
import { EditThing } from '../form/edit.tsx';
import { Labels } from '../list/columns.tsx';
import { useLiveStatus } from '../list/live-status.ts';
import { Online, useReason } from '../online.tsx';
import type { Thing } from '../thing.ts';
import '../things.css';
import { TabBar } from './tab-bar.tsx';

export interface TabProps {
  readonly thing: Thing;
}
type Tab = LazyExoticComponent<ComponentType<TabProps>>;

const tabs = {
  live: lazy(async () => ({ default: (await import('./live.tsx')).Live })),
  history: lazy(async () => ({ default: (await import('./history.tsx')).History })),
  actions: lazy(async () => ({ default: (await import('./commands.tsx')).Commands })),
  credentials: lazy(async () => ({ default: (await import('./credentials.tsx')).Credentials })),
  children: lazy(async () => ({ default: (await import('./children.tsx')).Children })),
  diagnosis: lazy(async () => ({ default: (await import('./diagnosis.tsx')).Diagnosis })),
  audit: lazy(async () => ({ default: (await import('./audit.tsx')).Audit })),
} as const satisfies Record<string, Tab>;
type TabName = keyof typeof tabs;

const needs: Readonly<Record<TabName, Needs>> = {
  live: ['readings.read'],
  history: ['readings.read'],
  actions: ['readings.read'],
  credentials: ['credentials.read'],
  children: ['things.read'],
  diagnosis: ['diagnosis.read'],
  audit: ['audit.read'],
};
const tabNames = [
  'live',
  'history',
  'actions',
  'credentials',
  'children',
  'diagnosis',
  'audit',
] as const;

/** A thing: what it reports, what it was asked for, who it is. */
export function ThingPage(): JSX.Element {
  const { t } = useTranslation('things');
  const { id = '' }: { id?: string } = useParams({ strict: false });
  const path = `things/${encodeURIComponent(id)}`;
  const { data, error, refetch } = useGet<Thing>(path, { everyMs: 'whenNotLive' });
  const [thing] = useLiveStatus(data === undefined ? [] : [data], {
    only: data === undefined ? [] : [data.id],
    reload: refetch,
  });
  if (thing === undefined) {
    return (
      <View title={t('detail.title')}>
        <ProblemAlert error={error} onRetry={refetch} />
        {error === null ? (
          <Spin className="fs-wait" />
        ) : (
          <PageLink to="/things">{t('detail.toList')}</PageLink>
        )}
      </View>
    );
  }
  return <Page key={thing.id} thing={thing} />;
}

function Page({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const session = useSession();
  const [{ tab }, setState] = useUrlState({ tab: choiceField(tabNames, 'live') });
  const allowed = tabNames.filter((name) => may(session, needs[name]));
  const shown = allowed.find((name) => name === tab) ?? allowed[0] ?? 'children';
  const Shown = tabs[shown];
  return (
    <View title={thing.name} actions={<Actions thing={thing} />}>
      <Head thing={thing} />
      <TabBar
        label={t('tabs.label')}
        panel="thing-panel"
        tabs={allowed.map((key) => ({ key, title: t(`tabs.${key}`) }))}
        active={shown}
        onChange={(next) => setState({ tab: next })}
      />
      <div id="thing-panel" role="tabpanel" aria-label={t(`tabs.${shown}`)}>
        <Suspense fallback={<Spin className="fs-wait" />}>
          <Shown thing={thing} />
        </Suspense>
      </div>
    </View>
  );
}

function Head({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const reason = useReason();
  const { id, uri, model, parent, kind, labels, lifecycle, description } = thing;
  return (
    <div className="th-head">
      <span>
        <Online thing={thing} />
        <span className="fs-muted">{reason(thing)}</span>
      </span>
      <span>{t(`lifecycle.${lifecycle}`)}</span>
      <span className="fs-muted">
        #{id} · {kind}
      </span>
      {model !== undefined && (
        <PageLink to={`/models/${encodeURIComponent(model.uri)}`}>
          {`${model.uri} ${model.version}`}
        </PageLink>
      )}
      {parent !== undefined && (
        <span>
          {t('fields.parent')} <PageLink to={`/things/${parent}`}>{`#${parent}`}</PageLink>
        </span>
      )}
      <code>{uri}</code>
      {Object.keys(labels).length > 0 && <Labels labels={labels} />}
      {description !== '' && <span className="fs-muted">{description}</span>}
    </div>
  );
}

function Actions({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const { id } = thing;
  const mayWrite = useCan('things.write');
  const [isEditing, setEditing] = useState(false);
  const link = absoluteAddressOf(`things/${id}`);
  const code = (
    <div className="th-form">
      <QRCode value={link} size={180} aria-label={t('qr.label')} />
      <span className="fs-small fs-cut">{link}</span>
    </div>
  );
  return (
    <>
      <CopyAsCommand
        method="GET"
        path={`things/${id}`}
        cli={`fengsui thing get ${quoted(String(id))}`}
      />
      <Popover trigger="click" content={code}>
        <Button size="small" icon={<QrcodeOutlined />}>
          {t('qr.open')}
        </Button>
      </Popover>
      {mayWrite && (
        <>
          <Button size="small" icon={<EditOutlined />} onClick={() => setEditing(true)}>
            {t('edit.open')}
          </Button>
          <Switch thing={thing} />
        </>
      )}
      {isEditing && <EditThing id={id} onClose={() => setEditing(false)} />}
    </>
  );
}

/** Lets it in or keeps it out; deletes it. */
function Switch({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  const refresh = useRefresh();
  const confirm = useConfirm();
  const navigate = useNavigate();
  const { id, name, lifecycle, seen } = thing;
  const isOut = lifecycle === 'disabled' || lifecycle === 'retired';
  const put = async (next: string): Promise<void> => {
    await api.patch(`things/${id}`, { lifecycle: next });
    await refresh('things');
  };
  const remove = async (): Promise<void> => {
    await api.delete(`things/${id}`);
    await navigate({ to: '/things' });
    await refresh('things');
  };
  return (
    <>
      <Button
        size="small"
        onClick={() =>
          confirm({
            title: t(isOut ? 'enable.title' : 'disable.title', { name }),
            text: t(isOut ? 'enable.text' : 'disable.text'),
            confirm: t(isOut ? 'enable.do' : 'disable.do'),
            act: () => put(isOut ? (seen === undefined ? 'registered' : 'active') : 'disabled'),
          })
        }
      >
        {t(isOut ? 'enable.do' : 'disable.do')}
      </Button>
      <Button
        size="small"
        danger
        onClick={() =>
          confirm({
            title: t('delete.title', { name }),
            text: t('delete.text'),
            confirm: t('delete.do'),
            name,
            act: remove,
          })
        }
      >
        {t('delete.do')}
      </Button>
    </>
  );
}
