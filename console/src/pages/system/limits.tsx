// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Flex, Input, type TableProps } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Copyable } from '../../kit/copyable.tsx';
import { useGet } from '../../kit/queries.ts';
import { DataTable } from '../../kit/table.tsx';
import { useLanguage } from '../../kit/texts.ts';
import { Time } from '../../kit/time.tsx';
import { flagField, textField, useUrlState } from '../../kit/url-state.ts';
import { bytesText, countText, durationParts } from './figures.ts';
import { wholeList } from './whole-list.ts';

interface Limit {
  readonly name: string;
  readonly text: string;
  readonly unit: string;
  readonly default: number;
  readonly value: number;
  /** Since the start. */
  readonly hits: number;
  readonly lastHit?: string;
}

const everyMs = 5_000;

/** What a limit bounds, in the language shown; the server has its words in English. */
function useLimitTexts(): (limit: Limit) => string {
  const language = useLanguage();
  const { data } = useQuery<Readonly<Record<string, string>>>({
    queryKey: ['limit-texts'],
    queryFn: async () => (await import('./locales/limits.zh.json')).default,
    ...{ enabled: language === 'zh', staleTime: Number.POSITIVE_INFINITY },
  });
  return ({ name, text }) => (language === 'zh' ? data?.[name] : undefined) ?? text;
}

/** Every bound of the platform, and how often it was hit. */
export function LimitsTab(): JSX.Element {
  const { t } = useTranslation('system');
  const result = useGet<{ items: readonly Limit[] }>('system/limits', { everyMs });
  const [{ hit, text, changed, limit }, setState] = useUrlState({
    ...{ hit: flagField(), changed: flagField(), text: textField(), limit: textField() },
  });
  const textOf = useLimitTexts();
  const columns = useColumns();
  const wanted = text.trim().toLowerCase();
  const all = result.data?.items ?? [];
  const rows = all
    .filter(
      ({ hits, value, default: usual }) => (!hit || hits > 0) && (!changed || value !== usual),
    )
    .filter((row) => `${row.name} ${row.text} ${textOf(row)}`.toLowerCase().includes(wanted))
    .toSorted((a, b) => (b.lastHit ?? '').localeCompare(a.lastHit ?? ''));
  const chosen = all.find(({ name }) => name === limit);
  return (
    <>
      <Flex gap="middle" wrap align="center" className="sy-tools">
        <Input.Search
          className="sy-search"
          allowClear
          aria-label={t('limits.search')}
          placeholder={t('limits.search')}
          value={text}
          onChange={({ target }) => setState({ text: target.value })}
        />
        <Checkbox checked={hit} onChange={({ target }) => setState({ hit: target.checked })}>
          {t('limits.hitOnly')}
        </Checkbox>
        <Checkbox
          checked={changed}
          onChange={({ target }) => setState({ changed: target.checked })}
        >
          {t('limits.changedOnly')}
        </Checkbox>
      </Flex>
      {chosen === undefined ? (
        <p className="fs-muted">{t('limits.how')}</p>
      ) : (
        <Alert
          type="info"
          className="sy-tools"
          title={t('limits.change', { name: chosen.name })}
          closable={{ onClose: () => setState({ limit: '' }), 'aria-label': t('close') }}
          description={<HowTo limit={chosen} />}
        />
      )}
      <DataTable<Limit>
        list={wholeList(result, rows)}
        rowKey={({ name }) => name}
        label={t('tabs.limits')}
        onOpen={({ name }) => setState({ limit: name })}
        empty={{
          text: t('limits.none'),
          action: (
            <Button onClick={() => setState({ hit: false, changed: false, text: '' })}>
              {t('limits.all')}
            </Button>
          ),
        }}
        columns={columns}
      />
    </>
  );
}

function HowTo({ limit: { name, value } }: { readonly limit: Limit }): JSX.Element {
  const { t } = useTranslation('system');
  const variable = `FENGSUI_LIMITS__${name.replaceAll('.', '__').toUpperCase()}`;
  const yaml = `limits:\n  ${name}: ${value * 2}`;
  return (
    <Flex vertical gap="small">
      <span>{t('limits.file')}</span>
      <Copyable text={yaml} label={t('limits.file')} />
      <span>{t('limits.flag')}</span>
      <Copyable text={`fengsui up --set limits.${name}=${value * 2}`} label={t('limits.flag')} />
      <span className="fs-muted">{t('limits.restart', { variable })}</span>
    </Flex>
  );
}

/** A value of a limit with its unit. */
function useShown(): (value: number, unit: string) => string {
  const { t } = useTranslation('system');
  return (value, unit) => {
    if (unit === 'bytes') return bytesText(value);
    if (unit === 'ms' && value >= 120_000) {
      const [span, of] = durationParts(value);
      return t(`health.span.${of}`, { span: countText(span) });
    }
    return unit === 'count' ? countText(value) : `${countText(value)} ${t(`limits.units.${unit}`)}`;
  };
}

/** What, default, in force, hits. */
function useColumns(): NonNullable<TableProps<Limit>['columns']> {
  const { t } = useTranslation('system');
  const textOf = useLimitTexts();
  const shown = useShown();
  return [
    {
      key: 'what',
      title: t('limits.what'),
      width: 420,
      render: (_, row) => (
        <>
          <div>{textOf(row)}</div>
          <code className="fs-muted fs-small">{row.name}</code>
        </>
      ),
    },
    {
      key: 'default',
      title: t('limits.default'),
      width: 130,
      align: 'right',
      render: (_, row) => <span className="fs-number">{shown(row.default, row.unit)}</span>,
    },
    {
      key: 'value',
      title: t('limits.value'),
      width: 130,
      align: 'right',
      render: (_, row) => (
        <span className={`fs-number${row.value === row.default ? '' : ' sy-strong'}`}>
          {shown(row.value, row.unit)}
        </span>
      ),
    },
    {
      key: 'hits',
      title: t('limits.hits'),
      width: 110,
      align: 'right',
      render: (_, { hits }) => (
        <span className={`fs-number ${hits > 0 ? 'fs-warn' : 'fs-muted'}`}>{countText(hits)}</span>
      ),
    },
    {
      key: 'last',
      title: t('limits.last'),
      width: 180,
      render: (_, { lastHit }) => <Time value={lastHit} />,
    },
  ];
}
