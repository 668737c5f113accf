// SPDX-License-Identifier: Apache-2.0
import { Button, Descriptions, Flex, Input, type TableProps } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useGet } from '../../kit/queries.ts';
import { useCan } from '../../kit/session.tsx';
import { DataTable } from '../../kit/table.tsx';
import { textField, useUrlState } from '../../kit/url-state.ts';
import { countText } from './figures.ts';
import type { SystemFigures } from './health-rows.tsx';
import { wholeList } from './whole-list.ts';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly part: 'product' | 'console';
}

/** Our licence and build, and the packages that the product is made of. */
export function Licences(): JSX.Element {
  const { t } = useTranslation('system');
  const canSee = useCan('system.read');
  const result = useGet<{ licence: string; items: readonly Package[] }>('licences');
  const { data: system } = useGet<SystemFigures>('system', { enabled: canSee });
  const [{ text, licence }, setState] = useUrlState({ text: textField(), licence: textField() });
  const columns = useColumns();
  const wanted = text.trim().toLowerCase();
  const all = result.data?.items ?? [];
  const rows = all.filter(
    (row) =>
      (licence === '' || row.licence === licence) &&
      `${row.name} ${row.licence}`.toLowerCase().includes(wanted),
  );
  const kinds = [...Map.groupBy(all, (row) => row.licence)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  return (
    <>
      <Descriptions
        size="small"
        column={3}
        className="sy-tools"
        items={[
          { key: 'own', label: t('licences.own'), children: result.data?.licence ?? '' },
          { key: 'version', label: t('licences.version'), children: system?.version ?? '—' },
          { key: 'build', label: t('licences.build'), children: <code>{buildOfConsole()}</code> },
        ]}
      />
      <Flex gap="small" wrap align="center" className="sy-tools">
        <Input.Search
          className="sy-search"
          allowClear
          aria-label={t('licences.search')}
          placeholder={t('licences.search')}
          value={text}
          onChange={({ target }) => setState({ text: target.value })}
        />
        {kinds.map(([name, those]) => (
          <Button
            key={name}
            size="small"
            type={name === licence ? 'primary' : 'default'}
            aria-pressed={name === licence}
            onClick={() => setState({ licence: name === licence ? '' : name })}
          >
            {`${name} ${countText(those.length)}`}
          </Button>
        ))}
      </Flex>
      <DataTable<Package>
        list={wholeList(result, rows)}
        rowKey={({ name, version, part }) => `${part} ${name} ${version}`}
        label={t('tabs.licences')}
        empty={{
          text: t('licences.none'),
          action: (
            <Button onClick={() => setState({ text: '', licence: '' })}>{t('licences.all')}</Button>
          ),
        }}
        columns={columns}
      />
    </>
  );
}

/** The digest that the build gave the console's first script. */
function buildOfConsole(): string {
  const script = document.querySelector<HTMLScriptElement>('script[type=module][src]');
  return /-([\w-]{8})\.js/.exec(script?.src ?? '')?.[1] ?? '—';
}

function useColumns(): NonNullable<TableProps<Package>['columns']> {
  const { t } = useTranslation('system');
  return [
    { key: 'name', title: t('licences.name'), width: 320, render: (_, row) => row.name },
    { key: 'version', title: t('licences.is'), width: 140, render: (_, row) => row.version },
    {
      key: 'licence',
      title: t('licences.under'),
      width: 200,
      render: (_, row) => row.licence,
    },
    {
      key: 'part',
      title: t('licences.part'),
      width: 140,
      render: (_, { part }) => t(`licences.of.${part}`),
    },
  ];
}
