// SPDX-License-Identifier: Apache-2.0
import { PlusOutlined, UploadOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useCount, useList } from '../../../kit/list.ts';
import { useCan } from '../../../kit/session.tsx';
import { DataTable, type DataTableProps, type Sort } from '../../../kit/table.tsx';
import { flagField, textField, useUrlState } from '../../../kit/url-state.ts';
import { View } from '../../../kit/view.tsx';
import { CreateThing } from '../form/create.tsx';
import type { Thing } from '../thing.ts';
import '../things.css';
import { BulkBar, type Selection } from './bulk-bar.tsx';
import { useColumns } from './columns.tsx';
import { ExportThings } from './export.tsx';
import { FilterBar } from './filter-bar.tsx';
import { ImportThings } from './import.tsx';
import { useLiveStatus } from './live-status.ts';
import { SavedViews } from './saved-views.tsx';

const nobody: Selection = { ids: [], all: false };

/** All things of the tenant: filtered and sorted by the server, page by page. */
export function Things(): JSX.Element {
  const { t } = useTranslation('things');
  const navigate = useNavigate();
  const mayWrite = useCan('things.write');
  const [selection, setSelection] = useState(nobody);
  const [{ filter, sort, below, dialog }, setState] = useUrlState({
    ...{ filter: textField(), sort: textField(), below: flagField() },
    dialog: textField(),
  });
  const asked = { ...(filter === '' ? {} : { filter }), ...(below ? { below } : {}) };
  const sorted = sortOf(sort);
  const query = { ...asked, ...(sorted && { sort: sorted.by, order: sorted.order }) };
  const list = useList<Thing>('things', { query });
  const count = useCount('things/count', asked);
  const rows = useLiveStatus(list.rows, list);
  const columns = useColumns(below);
  const search = (change: { filter?: string; below?: boolean; sort?: string }): void => {
    setSelection(nobody);
    setState(change);
  };
  const close = (): void => setState({ dialog: '' });
  const create = <CreateButton onOpen={() => setState({ dialog: 'new' })} />;
  const clear = <Button onClick={() => search({ filter: '' })}>{t('filter.clear')}</Button>;
  return (
    <View
      title={t('title')}
      actions={
        <>
          <SavedViews current={{ filter, sort, below }} onOpen={search} />
          <ExportThings query={query} />
          {mayWrite && <ImportButton onOpen={() => setState({ dialog: 'import' })} />}
          {mayWrite && create}
        </>
      }
    >
      <FilterBar
        {...{ filter, below }}
        onFilter={(next) => search({ filter: next })}
        onBelow={(next) => search({ below: next })}
      />
      {mayWrite && (
        <BulkBar
          selection={selection}
          asked={asked}
          count={count}
          onSelection={setSelection}
          onDone={() => setSelection(nobody)}
        />
      )}
      <DataTable<Thing>
        list={{ ...list, rows }}
        columns={columns}
        rowKey={({ id }) => id}
        label={t('title')}
        count={count}
        {...(sorted === undefined ? {} : { sort: sorted })}
        onSort={(next) => search({ sort: next === undefined ? '' : sortText(next) })}
        onOpen={({ id }) => void navigate({ to: `/things/${id}` })}
        empty={
          filter === ''
            ? { text: t('empty'), action: mayWrite ? create : undefined }
            : { text: t('emptyFilter'), action: clear }
        }
        {...(mayWrite && { selection: selecting(selection, rows, setSelection) })}
      />
      {dialog === 'new' && <CreateThing onClose={close} />}
      {dialog === 'import' && <ImportThings onClose={close} />}
    </View>
  );
}

function selecting(
  { ids, all }: Selection,
  rows: readonly Thing[],
  onSelection: (selection: Selection) => void,
): NonNullable<DataTableProps<Thing>['selection']> {
  return {
    keys: all ? rows.map(({ id }) => id) : ids,
    onChange: (keys) => onSelection({ ids: keys.map(Number), all: false }),
  };
}

interface ButtonProps {
  readonly onOpen: () => void;
}

function CreateButton({ onOpen }: ButtonProps): JSX.Element {
  const { t } = useTranslation('things');
  return (
    <Button type="primary" icon={<PlusOutlined />} onClick={onOpen}>
      {t('create.open')}
    </Button>
  );
}

function ImportButton({ onOpen }: ButtonProps): JSX.Element {
  const { t } = useTranslation('things');
  return (
    <Button icon={<UploadOutlined />} onClick={onOpen}>
      {t('import.open')}
    </Button>
  );
}

/** `name`, or `-name` for the other way round. */
function sortOf(text: string): Sort | undefined {
  const by = text.replace(/^-/, '');
  if (!['id', 'name', 'updated', 'created'].includes(by)) return undefined;
  return { by, order: text.startsWith('-') ? 'descending' : 'ascending' };
}

function sortText({ by, order }: Sort): string {
  return order === 'descending' ? `-${by}` : by;
}
