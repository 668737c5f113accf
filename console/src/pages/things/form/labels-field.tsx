// SPDX-License-Identifier: Apache-2.0
import { DeleteOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';

export interface LabelRow {
  readonly name: string;
  readonly value: string;
}

export interface LabelsFieldProps {
  readonly legend: string;
  readonly rows: readonly LabelRow[];
  readonly onRows: (rows: readonly LabelRow[]) => void;
}

/** Names with values, row by row. */
export function LabelsField({ legend, rows, onRows }: LabelsFieldProps): JSX.Element {
  const { t } = useTranslation('things');
  const change = (at: number, row: LabelRow): void => onRows(rows.with(at, row));
  return (
    <div className="th-field" role="group" aria-label={legend}>
      <span>{legend}</span>
      {rows.map((row, at) => (
        // Rows have no identity but their place.
        <div className="th-pair" key={at}>
          <Input
            aria-label={t('labels.name')}
            placeholder={t('labels.name')}
            value={row.name}
            onChange={({ target }) => change(at, { ...row, name: target.value })}
          />
          <Input
            aria-label={t('labels.value')}
            placeholder={t('labels.value')}
            value={row.value}
            onChange={({ target }) => change(at, { ...row, value: target.value })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('labels.remove', { name: row.name })}
            onClick={() => onRows(rows.toSpliced(at, 1))}
          />
        </div>
      ))}
      <div>
        <Button size="small" onClick={() => onRows([...rows, { name: '', value: '' }])}>
          {t('labels.add')}
        </Button>
      </div>
    </div>
  );
}

/** The rows that have a name. */
export function labelsOf(rows: readonly LabelRow[]): Record<string, string> {
  const named = rows.map(({ name, value }) => [name.trim(), value] as const);
  return Object.fromEntries(named.filter(([name]) => name !== ''));
}
