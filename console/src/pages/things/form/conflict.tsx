// SPDX-License-Identifier: Apache-2.0
import { Alert, Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { changedFields, valueOf, withFields, type Draft, type DraftField } from './draft.ts';

export interface ConflictProps {
  /** What both began with. */
  readonly base: Draft;
  readonly mine: Draft;
  readonly theirs: Draft;
  readonly onChosen: (merged: Draft) => void;
  readonly onBack: () => void;
}

/** What two people have changed at the same time, field by field; whose counts is chosen here. */
export function Conflict({ base, mine, theirs, onChosen, onBack }: ConflictProps): JSX.Element {
  const { t } = useTranslation('things');
  const byMe = changedFields(base, mine);
  const byThem = changedFields(base, theirs);
  const fields = [...new Set([...byMe, ...byThem])].filter((field) =>
    changedFields(mine, theirs).includes(field),
  );
  const [kept, setKept] = useState<ReadonlySet<DraftField>>(new Set(byMe));
  const choose = (field: DraftField, isMine: boolean): void => {
    const next = new Set(kept);
    if (isMine) next.add(field);
    else next.delete(field);
    setKept(next);
  };
  return (
    <div className="th-form">
      <Alert
        type="warning"
        showIcon
        role="alert"
        title={t('conflict.title')}
        description={t('conflict.text')}
      />
      <div className="th-scroll" tabIndex={0} role="region" aria-label={t('conflict.title')}>
        <table className="th-table">
          <thead>
            <tr>
              <th scope="col">{t('conflict.field')}</th>
              <th scope="col">{t('conflict.before')}</th>
              <th scope="col">{t('conflict.mine')}</th>
              <th scope="col">{t('conflict.theirs')}</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((field) => (
              <Row
                key={field}
                {...{ field, base, mine, theirs }}
                both={byMe.includes(field) && byThem.includes(field)}
                isMine={kept.has(field)}
                onChoose={(isMine) => choose(field, isMine)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div className="th-chips">
        <Button
          type="primary"
          onClick={() =>
            onChosen(
              withFields(
                theirs,
                mine,
                fields.filter((f) => kept.has(f)),
              ),
            )
          }
        >
          {t('conflict.save')}
        </Button>
        <Button onClick={onBack}>{t('conflict.back')}</Button>
      </div>
    </div>
  );
}

function Row(props: {
  readonly field: DraftField;
  readonly base: Draft;
  readonly mine: Draft;
  readonly theirs: Draft;
  readonly both: boolean;
  readonly isMine: boolean;
  readonly onChoose: (isMine: boolean) => void;
}): JSX.Element {
  const { field, base, mine, theirs, both, isMine, onChoose } = props;
  const { t } = useTranslation('things');
  return (
    <tr>
      <th scope="row">
        {t(`fields.${field}`)}
        {both && <div className="fs-warn fs-small">{t('conflict.both')}</div>}
      </th>
      <td>{shown(base, field)}</td>
      <td>
        <Side field={field} chosen={isMine} onChoose={() => onChoose(true)}>
          {shown(mine, field)}
        </Side>
      </td>
      <td>
        <Side field={field} chosen={!isMine} onChoose={() => onChoose(false)}>
          {shown(theirs, field)}
        </Side>
      </td>
    </tr>
  );
}

function Side(props: {
  readonly field: DraftField;
  readonly chosen: boolean;
  readonly onChoose: () => void;
  readonly children: string;
}): JSX.Element {
  return (
    <label className="th-side">
      <input
        type="radio"
        name={`conflict-${props.field}`}
        checked={props.chosen}
        onChange={props.onChoose}
      />{' '}
      {props.children}
    </label>
  );
}

function shown(draft: Draft, field: DraftField): string {
  const value = valueOf(draft, field);
  if (value === null || value === '') return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
