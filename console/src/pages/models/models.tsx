// SPDX-License-Identifier: Apache-2.0
import { useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../kit/badges.tsx';
import { CopyAsCommand } from '../../kit/copyable.tsx';
import { PageLink } from '../../kit/link.tsx';
import { useCount, useList } from '../../kit/list.ts';
import { useSettled } from '../../kit/search-select.tsx';
import { useCan } from '../../kit/session.tsx';
import { DataTable } from '../../kit/table.tsx';
import { Time } from '../../kit/time.tsx';
import { textField, useUrlState } from '../../kit/url-state.ts';
import { View } from '../../kit/view.tsx';
import { filterOf, modelPage, type ModelSummary } from './api.ts';
import './models.css';

const pageSize = 20;

/** All models, each by its newest version. */
export function Models(): JSX.Element {
  const { t } = useTranslation('models');
  const navigate = useNavigate();
  const [{ q }, setState] = useUrlState({ q: textField() });
  const [typed, setTyped] = useState(q);
  const text = useSettled(typed);
  const mayWrite = useCan('models.write');
  const query = { newest: true, text: text === '' ? undefined : text };
  const list = useList<ModelSummary>('models', { query, pageSize });
  const make = (
    <Button size="small" type="primary" onClick={() => void navigate({ to: '/models/new' })}>
      {t('new.open')}
    </Button>
  );
  return (
    <View
      title={t('title')}
      actions={
        <>
          <CopyAsCommand method="GET" path="models?newest=true" cli="fengsui model ls" />
          {mayWrite && make}
        </>
      }
    >
      <div className="md-bar">
        <Input.Search
          className="md-search"
          allowClear
          aria-label={t('list.search')}
          placeholder={t('list.search')}
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
            setState({ q: target.value });
          }}
        />
      </div>
      <DataTable
        list={list}
        columns={useColumns()}
        rowKey={({ id }) => id}
        label={t('title')}
        onOpen={({ uri }) => void navigate({ to: '/models/$uri', params: { uri } })}
        empty={{
          text: t(text === '' ? 'list.none' : 'list.noneFound'),
          action:
            text === '' ? make : <Button onClick={() => setTyped('')}>{t('list.all')}</Button>,
        }}
      />
    </View>
  );
}

function useColumns() {
  const { t } = useTranslation('models');
  return [
    {
      key: 'title',
      title: t('list.title'),
      width: 220,
      render: ({ uri, title }: ModelSummary) => (
        <PageLink to={modelPage(uri)}>
          <span data-own-name="">{title}</span>
        </PageLink>
      ),
    },
    {
      key: 'uri',
      title: t('list.uri'),
      width: 320,
      render: ({ uri }: ModelSummary) => <code>{uri}</code>,
    },
    {
      key: 'version',
      title: t('list.version'),
      width: 100,
      render: ({ version }: ModelSummary) => version,
    },
    {
      key: 'status',
      title: t('list.status'),
      width: 100,
      render: ({ status }: ModelSummary) => <Status status={status} />,
    },
    {
      key: 'things',
      title: t('list.things'),
      width: 120,
      render: ({ uri }: ModelSummary) => <ThingsOf uri={uri} />,
    },
    {
      key: 'created',
      title: t('list.created'),
      width: 180,
      render: ({ created }: ModelSummary) => <Time value={created} />,
    },
  ];
}

export function Status({ status }: Pick<ModelSummary, 'status'>): JSX.Element {
  const { t } = useTranslation('models');
  return <Badge tone={status === 'active' ? 'good' : 'warn'}>{t(`status.${status}`)}</Badge>;
}

/** How many things use a model, with the list of them. */
export function ThingsOf({ uri, version }: { uri: string; version?: string }): JSX.Element {
  const { t } = useTranslation('models');
  const filter = filterOf(uri, version);
  const count = useCount('things/count', { filter });
  const text = count === undefined ? '…' : `${count.count}${count.exact ? '' : '+'}`;
  return (
    <PageLink to={`/things?${new URLSearchParams({ filter }).toString()}`}>
      <span className="fs-number" aria-label={t('list.thingsOf', { count: text, uri })}>
        {text}
      </span>
    </PageLink>
  );
}
