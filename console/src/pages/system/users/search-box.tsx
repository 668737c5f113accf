// SPDX-License-Identifier: Apache-2.0
import { Input } from 'antd';
import { useEffect, useEffectEvent, useState, type JSX } from 'react';
import { useSettled } from '../../../kit/search-select.tsx';

export interface SearchBoxProps {
  readonly label: string;
  readonly value: string;
  /** After nobody has typed for a moment. */
  readonly onSearch: (text: string) => void;
}

/** A text that the server searches for. */
export function SearchBox({ label, value, onSearch }: SearchBoxProps): JSX.Element {
  const [text, setText] = useState(value);
  const settled = useSettled(text).trim();
  const tell = useEffectEvent((wanted: string) => {
    if (wanted !== value) onSearch(wanted);
  });
  useEffect(() => tell(settled), [settled]);
  return (
    <Input.Search
      className="sy-search"
      allowClear
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={({ target }) => setText(target.value)}
    />
  );
}
