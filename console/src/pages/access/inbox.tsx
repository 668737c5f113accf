// SPDX-License-Identifier: Apache-2.0
import { Button, Drawer, Flex, Input, Select } from 'antd';
import { useEffect, useEffectEvent, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { PageLink } from '../../kit/link.tsx';
import { useList, type KeysetList } from '../../kit/list.ts';
import { useLive } from '../../kit/live.ts';
import { useSettled } from '../../kit/search-select.tsx';
import { DataTable } from '../../kit/table.tsx';
import { Ban, type BanTarget } from './ban.tsx';
import { Certificates } from './certificates.tsx';
import { Claim } from './claim.tsx';
import { entrySteps, type Entry } from './entry.ts';
import { useColumns } from './inbox-columns.tsx';
import { InboxDetail } from './inbox-detail.tsx';
import { useAccessState } from './state.ts';

const reloadMs = 1_000;
const pageSize = 1_000;

/** Who was refused, why, and what to do: let in, keep out, or mend. */
export function Inbox(): JSX.Element {
  const { t } = useTranslation('access');
  const [state, set] = useAccessState();
  const [claimed, setClaimed] = useState<Entry>();
  const [banned, setBanned] = useState<BanTarget>();
  const { step, withinMs, protocol, source, text, thing } = state;
  const settled = useSettled(text);
  const query = {
    ...{ step: given(step), withinMs: given(withinMs), protocol: given(protocol) },
    ...{ source: given(source), thing: given(thing), text: given(settled) },
  };
  const list = useList<Entry>('diagnosis', { query, pageSize, everyMs: 'whenNotLive' });
  useReloadLive(list);
  const columns = useColumns({ onClaim: setClaimed, onBan: setBanned });
  const entry = list.rows.find(({ id }) => id === state.entry);
  const isFiltered = Object.values(query).some((value) => value !== undefined);
  return (
    <>
      <Filters />
      <Certificates />
      <DataTable
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        label={t('tabs.inbox')}
        onOpen={({ id }) => set({ entry: id })}
        empty={{
          text: t(isFiltered ? 'inbox.noneFiltered' : 'inbox.none'),
          action: isFiltered ? (
            <Button onClick={() => set(noFilters)}>{t('inbox.all')}</Button>
          ) : (
            <PageLink to="/access">{t('inbox.toConnect')}</PageLink>
          ),
        }}
      />
      <Drawer
        open={entry !== undefined}
        onClose={() => set({ entry: '' })}
        size={520}
        title={entry?.title ?? ''}
      >
        {entry !== undefined && (
          <InboxDetail entry={entry} onClaim={setClaimed} onBan={setBanned} />
        )}
      </Drawer>
      {claimed !== undefined && (
        <Claim
          place={{ kind: 'entry', id: claimed.id }}
          identity={claimed.username ?? claimed.clientId ?? ''}
          known={claimed.thing}
          onClose={() => setClaimed(undefined)}
        />
      )}
      {banned !== undefined && <Ban target={banned} onClose={() => setBanned(undefined)} />}
    </>
  );
}

const noFilters = {
  step: '',
  withinMs: '',
  protocol: '',
  source: '',
  text: '',
  thing: '',
} as const;
const spans = [600_000, 3_600_000, 86_400_000];

function Filters(): JSX.Element {
  const { t } = useTranslation('access');
  const [{ step, withinMs, protocol, source, text, thing }, set] = useAccessState();
  const own = spans.map((span) => ({ value: String(span), label: t(`inbox.spans.${span}`) }));
  const isOther = withinMs !== '' && own.every(({ value }) => value !== withinMs);
  const other = {
    value: withinMs,
    label: t('inbox.spans.other', { seconds: Number(withinMs) / 1_000 }),
  };
  return (
    <Flex gap="small" wrap className="ac-filters">
      <Choice
        label={t('inbox.step')}
        value={step}
        onChange={(value) => set({ step: value })}
        options={entrySteps.map((value) => ({ value, label: t(`entrySteps.${value}`) }))}
      />
      <Choice
        label={t('inbox.protocol')}
        value={protocol}
        onChange={(value) => set({ protocol: value })}
        options={['mqtt', 'http'].map((value) => ({ value, label: value.toUpperCase() }))}
      />
      <Choice
        label={t('inbox.within')}
        value={withinMs}
        onChange={(value) => set({ withinMs: value })}
        options={isOther ? [...own, other] : own}
      />
      <Input
        className="ac-field"
        allowClear
        aria-label={t('inbox.source')}
        placeholder={t('inbox.source')}
        value={source}
        onChange={({ target }) => set({ source: target.value.trim() })}
      />
      <Input
        className="ac-field"
        allowClear
        aria-label={t('inbox.text')}
        placeholder={t('inbox.text')}
        value={text}
        onChange={({ target }) => set({ text: target.value })}
      />
      {thing !== '' && (
        <Button onClick={() => set({ thing: '' })}>{t('inbox.ofThing', { thing })}</Button>
      )}
    </Flex>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: { value: string; label: string }[];
}

export function Choice({ label, value, onChange, options }: ChoiceProps): JSX.Element {
  return (
    <Select
      className="ac-choice"
      aria-label={label}
      placeholder={label}
      allowClear
      value={value === '' ? null : value}
      options={options}
      onChange={(chosen: string | null | undefined) => onChange(chosen ?? '')}
    />
  );
}

function given(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim();
}

/** Asks again when something was refused, once a second at most: the server filters and merges. */
function useReloadLive(list: KeysetList<Entry>): void {
  const [isDue, setDue] = useState(false);
  useLive({ kind: 'diagnosis', ratePerSecond: 2 }, () => setDue(true));
  const reload = useEffectEvent(() => {
    setDue(false);
    list.reload();
  });
  useEffect(() => {
    if (!isDue) return undefined;
    const timer = setTimeout(() => reload(), reloadMs);
    return () => clearTimeout(timer);
  }, [isDue]);
}
