// SPDX-License-Identifier: Apache-2.0
import { useRef, type JSX } from 'react';

export interface TabBarProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly key: T; readonly title: string }[];
  readonly active: T;
  readonly onChange: (key: T) => void;
  /** Id of the panel that they switch. */
  readonly panel: string;
}

/** Tabs that a phone scrolls sideways, walked through with the arrow keys (WAI-ARIA tabs). */
export function TabBar<T extends string>(props: TabBarProps<T>): JSX.Element {
  const { label, tabs, active, onChange, panel } = props;
  const place = useRef<HTMLDivElement>(null);
  const go = (to: number): void => {
    const next = tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    onChange(next.key);
    place.current?.querySelector<HTMLElement>(`[data-tab=${next.key}]`)?.focus();
  };
  const at = tabs.findIndex(({ key }) => key === active);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowRight: () => go(at + 1),
    ArrowLeft: () => go(at - 1),
    Home: () => go(0),
    End: () => go(tabs.length - 1),
  };
  return (
    <div
      ref={place}
      role="tablist"
      aria-label={label}
      className="th-tabs"
      onKeyDown={(event) => {
        const act = keys[event.key];
        if (act === undefined) return;
        event.preventDefault();
        act();
      }}
    >
      {tabs.map(({ key, title }) => (
        <button
          key={key}
          type="button"
          role="tab"
          data-tab={key}
          aria-selected={key === active}
          aria-controls={panel}
          tabIndex={key === active ? 0 : -1}
          onClick={() => onChange(key)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
