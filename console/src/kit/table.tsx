// SPDX-License-Identifier: Apache-2.0
import { Button, Empty, Flex, Spin, Table, type TableProps } from 'antd';
import { useEffect, useRef, useState, type JSX, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useKeys } from './keys.ts';
import type { Count, KeysetList } from './list.ts';
import { ProblemAlert } from './problem.tsx';

export interface Sort {
  readonly by: string;
  readonly order: 'ascending' | 'descending';
}

export interface DataTableProps<T> {
  readonly list: KeysetList<T>;
  /** antd's columns; a column with `sorter: true` and a `key` is sorted by the server. Give each a `width`. */
  readonly columns: NonNullable<TableProps<T>['columns']>;
  readonly rowKey: (row: T) => string | number;
  /** What the table is of, for those who hear it. */
  readonly label: string;
  /** Enter, or a click on the row. */
  readonly onOpen?: (row: T) => void;
  /** What to say and to offer when there is none. */
  readonly empty: { readonly text: ReactNode; readonly action?: ReactNode };
  readonly count?: Count | undefined;
  readonly sort?: Sort;
  readonly onSort?: (sort: Sort | undefined) => void;
  readonly selection?: {
    readonly keys: readonly (string | number)[];
    readonly onChange: (keys: readonly (string | number)[], rows: readonly T[]) => void;
  };
  /** Pixels; without it the table takes what is left of the window. */
  readonly height?: number;
}

const bottomPx = 72;
const heightPxMin = 240;
/** Short tables are plain: all their rows are in the accessibility tree and they grow with their content. */
const virtualRowsMin = 100;

/** A list of the server as a table: virtual, j/k and Enter, more rows at its end, an offer when it is empty. */
export function DataTable<T extends object>(props: DataTableProps<T>): JSX.Element {
  const { list, columns, rowKey, label, onOpen, empty, sort, onSort, selection } = props;
  const { t } = useTranslation('kit');
  const place = useRef<HTMLDivElement>(null);
  const height = useRestOfWindow(place, props.height);
  const active = useActiveRow(list.rows, rowKey, onOpen);
  if (list.isLoading) return <Spin aria-label={t('table.loading')} className="fs-wait" />;
  if (list.rows.length === 0) {
    if (list.error !== null) return <ProblemAlert error={list.error} onRetry={list.reload} />;
    return (
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty.text} className="fs-empty">
        {empty.action}
      </Empty>
    );
  }
  const virtual = list.rows.length >= virtualRowsMin;
  return (
    <div ref={place} className="fs-table">
      <ProblemAlert error={list.error} onRetry={list.reload} />
      <Table<T>
        aria-label={label}
        size="small"
        virtual={virtual}
        columns={columns.map((column) => withOrder(column, sort))}
        dataSource={[...list.rows]}
        rowKey={rowKey}
        pagination={false}
        loading={list.isChanging}
        scroll={{ x: widthOf(columns), ...(virtual ? { y: height } : {}) }}
        rowClassName={(row) => (rowKey(row) === active ? 'fs-active' : '')}
        {...(onOpen === undefined
          ? {}
          : {
              onRow: (row: T) => ({
                className: 'fs-opens',
                onClick: ({ target }) => {
                  if (!isOfItsOwn(target)) onOpen(row);
                },
              }),
            })}
        {...(selection === undefined
          ? {}
          : {
              rowSelection: {
                columnWidth: 40,
                selectedRowKeys: [...selection.keys],
                onChange: (_keys, rows: T[]) => selection.onChange(rows.map(rowKey), rows),
                getCheckboxProps: (row: T) => ({
                  'aria-label': t('table.select', { row: rowKey(row) }),
                }),
                getTitleCheckboxProps: () => ({ 'aria-label': t('table.selectAll') }),
              },
            })}
        onChange={(_page, _filters, sorter) => {
          const one = Array.isArray(sorter) ? sorter[0] : sorter;
          const { columnKey, order } = one ?? {};
          if (columnKey === undefined || order === undefined || order === null) onSort?.(undefined);
          else
            onSort?.({
              by: String(columnKey),
              order: order === 'ascend' ? 'ascending' : 'descending',
            });
        }}
        onScroll={({ currentTarget: at }) => {
          if (at.scrollHeight - at.scrollTop - at.clientHeight < height) list.loadMore();
        }}
      />
      <Foot list={list} count={props.count} />
    </div>
  );
}

/** Links and fields in a row do what they are for, and do not open it. */
function isOfItsOwn(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, label') !== null;
}

function Foot<T>({ list, count }: { list: KeysetList<T>; count: Count | undefined }): JSX.Element {
  const { t } = useTranslation('kit');
  return (
    <Flex gap="middle" align="center" className="fs-foot">
      <span className="fs-muted" role="status">
        {count === undefined
          ? t('table.shown', { shown: list.rows.length })
          : t(count.exact ? 'table.shownOf' : 'table.shownOfAbout', {
              shown: list.rows.length,
              count: count.count,
            })}
      </span>
      {list.hasMore && (
        <Button size="small" loading={list.isLoadingMore} onClick={() => list.loadMore()}>
          {t('table.more')}
        </Button>
      )}
      {list.isFull && <span className="fs-muted">{t('table.full')}</span>}
    </Flex>
  );
}

type Column<T> = NonNullable<TableProps<T>['columns']>[number];

function withOrder<T>(column: Column<T>, sort: Sort | undefined): Column<T> {
  if (!('sorter' in column) || column.sorter === undefined) return column;
  const sorted = sort?.by === column.key;
  const order = sort?.order === 'descending' ? ('descend' as const) : ('ascend' as const);
  return { ...column, sortOrder: sorted ? order : null };
}

function widthOf<T>(columns: readonly Column<T>[]): number {
  return columns.reduce((sum, { width }) => sum + (typeof width === 'number' ? width : 160), 0);
}

/** j and k walk through the rows, Enter opens; the key of the row they are at. */
function useActiveRow<T>(
  rows: readonly T[],
  rowKey: (row: T) => string | number,
  onOpen: ((row: T) => void) | undefined,
): string | number | undefined {
  const [active, setActive] = useState<string | number>();
  const at = rows.findIndex((row) => rowKey(row) === active);
  const go = (to: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (row === undefined) return;
    setActive(rowKey(row));
    document
      .querySelector(`[data-row-key="${CSS.escape(String(rowKey(row)))}"]`)
      ?.scrollIntoView({ block: 'nearest' });
  };
  const open = rows[at];
  useKeys({
    j: () => go(at + 1),
    k: () => go(at - 1),
    Escape: () => setActive(undefined),
    ...(open === undefined || onOpen === undefined ? {} : { Enter: () => onOpen(open) }),
  });
  return active;
}

function useRestOfWindow(
  place: React.RefObject<HTMLElement | null>,
  fixed: number | undefined,
): number {
  const [height, setHeight] = useState(fixed ?? 480);
  useEffect(() => {
    if (fixed !== undefined) return undefined;
    const measure = (): void => {
      const top = place.current?.getBoundingClientRect().top ?? 200;
      setHeight(Math.max(heightPxMin, innerHeight - top - bottomPx));
    };
    measure();
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  });
  return fixed ?? height;
}
