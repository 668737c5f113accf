// SPDX-License-Identifier: Apache-2.0
import { Button } from 'antd';
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useLanguage } from '../../kit/texts.ts';
import { textField, useUrlState } from '../../kit/url-state.ts';
import type { Document, Fault } from './api.ts';
import { AffordanceFields, HeadFields } from './affordance-fields.tsx';
import { added, kinds, membersOf, typeOf, valueAt, type Kind } from './document.ts';
import { namesOf, tokenOf } from './json-places.ts';

export interface FormViewProps {
  readonly document: Document;
  readonly faults: readonly Fault[];
  readonly onChange: (document: Document) => void;
  /** Shows a place in the JSON. */
  readonly onShow: (pointer: string) => void;
}

/** The model as lists of what it has and the fields of the one that is chosen. */
export function FormView(props: FormViewProps): JSX.Element {
  const { document, faults, onChange, onShow } = props;
  const { t } = useTranslation('models');
  const [{ at }, setState] = useUrlState({ at: textField() });
  const [kindName, name] = namesOf(at);
  const kind = kinds.find((each) => each === kindName);
  const chosen = kind !== undefined && name !== undefined && valueAt(document, at) !== undefined;
  const choose = (to: string): void => setState({ at: to });
  const add = (of: Kind): void => {
    const made = added(document, of);
    onChange(made.document);
    choose(`/${of}/${tokenOf(made.name)}`);
  };
  return (
    <div className="md-stack">
      <HeadFields document={document} faults={faults} onChange={onChange} />
      <div className="md-scroll">
        {kinds.map((each) => (
          <Affordances
            key={each}
            kind={each}
            {...{ document, faults, at }}
            onChoose={choose}
            onAdd={() => add(each)}
          />
        ))}
      </div>
      {chosen ? (
        <AffordanceFields
          key={at}
          {...{ document, kind, name, faults, onChange, onShow }}
          onChoose={choose}
        />
      ) : (
        <p className="fs-muted">{t('form.choose')}</p>
      )}
    </div>
  );
}

interface AffordancesProps {
  readonly kind: Kind;
  readonly document: Document;
  readonly faults: readonly Fault[];
  readonly at: string;
  readonly onChoose: (pointer: string) => void;
  readonly onAdd: () => void;
}

function Affordances(props: AffordancesProps): JSX.Element {
  const { kind, document, faults, at, onChoose, onAdd } = props;
  const { t } = useTranslation('models');
  const members = membersOf(document, kind);
  return (
    <table className="md-table md-even" aria-label={t(`kinds.${kind}`)}>
      <thead>
        <tr>
          <th scope="col">{t(`kinds.${kind}`)}</th>
          <th scope="col">{t('form.title')}</th>
          <th scope="col">{t(`summary.${kind}`)}</th>
          <th scope="col">
            <Button size="small" onClick={onAdd}>
              {t(`add.${kind}`)}
            </Button>
          </th>
        </tr>
      </thead>
      <tbody>
        {members.map(([name, member]) => {
          const pointer = `/${kind}/${tokenOf(name)}`;
          const bad = faults.some((fault) => `${fault.at}/`.startsWith(`${pointer}/`));
          return (
            <tr key={name} aria-selected={pointer === at}>
              <td>
                <button type="button" className="md-link" onClick={() => onChoose(pointer)}>
                  {name === '' ? t('form.noName') : name}
                </button>
              </td>
              <td>
                <Title member={member} />
              </td>
              <td>{summaryOf(kind, member)}</td>
              <td>{bad && <span className="fs-bad">{`✕ ${t('form.faulty')}`}</span>}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Title({ member }: { readonly member: Document }): JSX.Element {
  const language = useLanguage();
  const own = valueAt(member, `/titles/${language}`) ?? member['title'];
  return <span data-own-name="">{typeof own === 'string' ? own : ''}</span>;
}

/** Type, unit, range and access of a property in one line; for others what goes with them. */
function summaryOf(kind: Kind, member: Document): string {
  if (kind !== 'properties') {
    const part = member[kind === 'actions' ? 'input' : 'data'];
    const type = valueAt(part, '/type');
    return typeof type === 'string' ? type : '';
  }
  const { unit, minimum, maximum, readOnly } = member;
  const isRanged = minimum !== undefined || maximum !== undefined;
  const parts = [
    typeOf(member),
    typeof unit === 'string' ? unit : undefined,
    isRanged ? `${shown(minimum)}…${shown(maximum)}` : undefined,
    readOnly === true ? 'R' : 'RW',
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

function shown(bound: unknown): string {
  return typeof bound === 'number' ? String(bound) : '';
}
