// SPDX-License-Identifier: Apache-2.0
import { Tooltip } from 'antd';
import { useEffect, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useLanguage, type Language } from './texts.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-20 19:27:34` in the browser's zone. */
export function isoText(time: string | number | Date): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** `3 minutes ago`, `in 2 days`. */
export function relativeText(
  time: string | number | Date,
  now: number,
  language: Language,
): string {
  const seconds = (new Date(time).getTime() - now) / 1_000;
  if (Number.isNaN(seconds)) return String(time);
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  const format = new Intl.RelativeTimeFormat(language === 'zh' ? 'zh-CN' : 'en', {
    numeric: 'auto',
  });
  return format.format(Math.trunc(seconds / size), unit);
}

/** Now, again every `everyMs`. */
export function useNow(everyMs = 10_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export interface TimeProps {
  /** ISO 8601; nothing known: `undefined` or null. */
  readonly value: string | undefined | null;
  /** `3 minutes ago`, with the time as a tooltip. */
  readonly relative?: boolean;
}

/** A moment. */
export function Time({ value, relative = false }: TimeProps): JSX.Element {
  const { t } = useTranslation('kit');
  if (value === undefined || value === null)
    return <span className="fs-muted">{t('time.never')}</span>;
  if (relative) return <Relative value={value} />;
  return (
    <time dateTime={value} title={value} className="fs-number">
      {isoText(value)}
    </time>
  );
}

function Relative({ value }: { readonly value: string }): JSX.Element {
  const language = useLanguage();
  const now = useNow();
  return (
    <Tooltip title={isoText(value)}>
      <time dateTime={value}>{relativeText(value, now, language)}</time>
    </Tooltip>
  );
}
