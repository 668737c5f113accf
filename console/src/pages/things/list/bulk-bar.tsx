// SPDX-License-Identifier: Apache-2.0
import { Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Count } from '../../../kit/list.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { bulkKinds, type BulkKind, type BulkTarget } from './bulk.ts';

export interface Selection {
  readonly ids: readonly number[];
  /** All that match the filter, shown or not. */
  readonly all: boolean;
}

export interface BulkBarProps {
  readonly selection: Selection;
  /** The filter of the list. */
  readonly asked: { readonly filter?: string; readonly below?: boolean };
  readonly count: Count | undefined;
  readonly onSelection: (selection: Selection) => void;
  readonly onDone: () => void;
}

/** What can be done with the rows that are selected. */
export function BulkBar(props: BulkBarProps): JSX.Element | null {
  const { selection, asked, count, onSelection, onDone } = props;
  const { t } = useTranslation('things');
  const [kind, setKind] = useState<BulkKind>();
  const { ids, all } = selection;
  if (ids.length === 0 && !all) return null;
  const target: BulkTarget = all
    ? { filter: asked.filter ?? '', below: asked.below === true, count }
    : { ids };
  return (
    <div className="th-bulk" role="region" aria-label={t('bulk.label')}>
      <strong role="status">
        {all
          ? t(count?.exact === false ? 'bulk.allAbout' : 'bulk.all', { count: count?.count ?? 0 })
          : t('bulk.selected', { count: ids.length })}
      </strong>
      {!all && (
        <Button size="small" type="link" onClick={() => onSelection({ ids, all: true })}>
          {count === undefined ? t('bulk.takeAll') : t('bulk.takeAllOf', { count: count.count })}
        </Button>
      )}
      {bulkKinds.map((each) => (
        <Button key={each} size="small" danger={each === 'delete'} onClick={() => setKind(each)}>
          {t(`bulk.kind.${each}`)}
        </Button>
      ))}
      <Button size="small" type="text" onClick={() => onSelection({ ids: [], all: false })}>
        {t('bulk.none')}
      </Button>
      {kind !== undefined && (
        <BulkDialog
          {...{ kind, target }}
          onClose={(changed) => {
            setKind(undefined);
            if (changed) onDone();
          }}
        />
      )}
    </div>
  );
}
