// SPDX-License-Identifier: Apache-2.0
import { useRef, type JSX, type RefObject } from 'react';
import { lineOf } from './json-places.ts';

export interface JsonEditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly label: string;
  /** Lines, from 1, on which something is wrong. */
  readonly badLines: ReadonlySet<number>;
  /** The id of the list of faults. */
  readonly describedBy: string;
  readonly area: RefObject<HTMLTextAreaElement | null>;
}

/** A plain text field with numbers of lines; bad lines carry a mark beside their number. */
export function JsonEditor(props: JsonEditorProps): JSX.Element {
  const { text, onChange, label, badLines, describedBy, area } = props;
  const gutter = useRef<HTMLPreElement>(null);
  const lines = Array.from({ length: text.split('\n').length }, (_, index) => index + 1);
  return (
    <div className="md-editor">
      <pre ref={gutter} className="md-gutter" aria-hidden="true">
        {lines.map((line) => (
          <span key={line} className={badLines.has(line) ? 'md-bad' : undefined}>
            {badLines.has(line) ? `✕ ${line}\n` : `${line}\n`}
          </span>
        ))}
      </pre>
      <textarea
        ref={area}
        aria-label={label}
        aria-describedby={describedBy}
        aria-invalid={badLines.size > 0}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        wrap="off"
        value={text}
        onChange={({ target }) => onChange(target.value)}
        onScroll={({ currentTarget }) => {
          if (gutter.current !== null) gutter.current.scrollTop = currentTarget.scrollTop;
        }}
      />
    </div>
  );
}

const linePx = 18;

/** Puts the cursor on a place of the text and brings it into view. */
export function showPlace(area: HTMLTextAreaElement | null, start: number, end: number): void {
  if (area === null) return;
  area.focus();
  area.setSelectionRange(start, end);
  const { line } = lineOf(area.value, start);
  area.scrollTop = Math.max(0, (line - 4) * linePx);
}
