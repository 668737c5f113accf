// SPDX-License-Identifier: Apache-2.0
import { useRef, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from '../../kit/problem.tsx';
import type { Document } from './api.ts';
import type { Checked } from './check.ts';
import { textOf } from './document.ts';
import { badLinesOf, Faults } from './faults.tsx';
import { FormView } from './form-view.tsx';
import { JsonEditor, showPlace } from './json-editor.tsx';
import { placeOf } from './json-places.ts';

export interface EditorProps {
  readonly text: string;
  readonly checked: Checked;
  readonly onChange: (text: string) => void;
}

/** One document twice: as JSON and as fields; each edits the same text. */
export function Editor({ text, checked, onChange }: EditorProps): JSX.Element {
  const { t } = useTranslation('models');
  const area = useRef<HTMLTextAreaElement>(null);
  const show = (start: number, end: number): void => showPlace(area.current, start, end);
  const { document, places, faults } = checked;
  return (
    <div className="md-columns">
      <div className="md-stack">
        <h2>{t('editor.json')}</h2>
        <JsonEditor
          text={text}
          onChange={onChange}
          label={t('editor.jsonLabel')}
          badLines={badLinesOf(text, checked)}
          describedBy="md-faults"
          area={area}
        />
        <ProblemAlert error={checked.error} />
        <Faults id="md-faults" text={text} checked={checked} onShow={show} />
      </div>
      <div className="md-stack">
        <h2>{t('editor.form')}</h2>
        {document === undefined ? (
          <p className="fs-muted">{t('editor.formNeedsJson')}</p>
        ) : (
          <FormView
            document={document}
            faults={faults}
            onChange={(next: Document) => onChange(textOf(next))}
            onShow={(pointer) => {
              const { start, end } = placeOf(places, pointer);
              show(start, end);
            }}
          />
        )}
      </div>
    </div>
  );
}
