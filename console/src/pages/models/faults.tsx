// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'react';
import { useTranslation } from 'react-i18next';
import type { Checked } from './check.ts';
import { lineOf, placeOf } from './json-places.ts';

export interface FaultsProps {
  readonly id: string;
  readonly text: string;
  readonly checked: Checked;
  readonly onShow: (start: number, end: number) => void;
}

/** What is wrong with the document, each fault with the line it leads to. */
export function Faults({ id, text, checked, onShow }: FaultsProps): JSX.Element {
  const { t } = useTranslation('models');
  const { brokenAt, faults, places, isSettled } = checked;
  if (brokenAt !== undefined) {
    const where = lineOf(text, brokenAt);
    return (
      <ul id={id} className="md-faults" aria-live="polite">
        <li>
          <button type="button" className="md-link" onClick={() => onShow(brokenAt, brokenAt + 1)}>
            {t('editor.line', where)}
          </button>
          <span className="fs-bad">{t('editor.notJson')}</span>
        </li>
      </ul>
    );
  }
  if (faults.length === 0) {
    return (
      <p id={id} className={isSettled ? 'fs-good' : 'fs-muted'} role="status">
        {t(isSettled ? 'editor.valid' : 'editor.checking')}
      </p>
    );
  }
  return (
    <ul id={id} className="md-faults" aria-live="polite">
      {faults.map(({ code, at = '', detail, fix }) => {
        const { start, end } = placeOf(places, at);
        return (
          <li key={`${code} ${at} ${detail}`}>
            <button type="button" className="md-link" onClick={() => onShow(start, end)}>
              {t('editor.line', lineOf(text, start))}
            </button>
            <code>{at}</code>
            <span className="fs-bad">{detail ?? code}</span>
            <span className="fs-muted">{fix}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Lines on which something is wrong. */
export function badLinesOf(text: string, { brokenAt, faults, places }: Checked): Set<number> {
  const offsets =
    brokenAt === undefined ? faults.map(({ at = '' }) => placeOf(places, at).start) : [brokenAt];
  return new Set(offsets.map((offset) => lineOf(text, offset).line));
}
