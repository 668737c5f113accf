// SPDX-License-Identifier: Apache-2.0
import { Button } from 'antd';
import { useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { useConfirm } from '../../kit/confirm.tsx';
import { addressOf } from '../../kit/place.ts';
import { ProblemAlert } from '../../kit/problem.tsx';
import { useServices } from '../../kit/services.tsx';
import { useLanguage } from '../../kit/texts.ts';

export interface TryItProps {
  readonly method: string;
  /** Path and query. */
  readonly place: string;
  readonly sent: { readonly type: string; readonly text: string } | undefined;
}

interface Answer {
  readonly status: number;
  readonly took: number;
  readonly headers: readonly string[];
  readonly text: string;
}

const shownHeaders = ['content-type', 'etag', 'location', 'x-trace-id', 'retry-after'];
const shownMax = 100_000;

/** Sends the request as the person who is signed in, and shows the answer as it came. */
export function TryIt({ method, place, sent }: TryItProps): JSX.Element {
  const { t } = useTranslation('developer');
  const { tenant } = useServices();
  const language = useLanguage();
  const confirm = useConfirm();
  const [answer, setAnswer] = useState<Answer>();
  const [error, setError] = useState<unknown>(null);
  const send = async (): Promise<void> => {
    const headers: Record<string, string> = { 'accept-language': language };
    const acting = tenant.get();
    if (acting !== undefined) headers['fengsui-tenant'] = String(acting);
    if (sent !== undefined) headers['content-type'] = sent.type;
    const started = performance.now();
    try {
      const response = await fetch(addressOf(place), {
        ...{ method, headers, credentials: 'same-origin', cache: 'no-store' },
        ...(sent === undefined ? {} : { body: sent.text }),
      });
      const text = await response.text();
      const took = Math.round(performance.now() - started);
      const told = shownHeaders.flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [`${name}: ${value}`];
      });
      setAnswer({ status: response.status, took, headers: told, text: readable(text) });
      setError(null);
    } catch (reason) {
      setError(reason);
    }
  };
  const act = (): void => {
    if (method !== 'DELETE') return void send();
    return confirm({
      title: t('try.deleteTitle'),
      text: `${method} ${place}`,
      confirm: t('try.send'),
      act: send,
    });
  };
  return (
    <section className="dv-panel" aria-label={t('try.title')}>
      <div className="dv-row">
        <Button type="primary" size="small" onClick={act}>
          {t('try.send')}
        </Button>
        <code>{`${method} ${place}`}</code>
        <span className="fs-muted fs-small">{t('try.as')}</span>
      </div>
      <ProblemAlert error={error} />
      {answer !== undefined && (
        <div role="status" className="dv-stack">
          <p className={answer.status < 400 ? 'fs-good' : 'fs-bad'}>
            <strong>{`HTTP ${answer.status}`}</strong>
            {` · ${t('try.took', { ms: answer.took, size: answer.text.length })}`}
          </p>
          <pre className="dv-text" tabIndex={0} aria-label={t('try.answer')}>
            {`${answer.headers.join('\n')}\n\n${answer.text}`}
          </pre>
        </div>
      )}
    </section>
  );
}

function readable(text: string): string {
  const cut = text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
  try {
    return cut === text && /^\s*[[{]/.test(text) ? JSON.stringify(JSON.parse(text), null, 2) : cut;
  } catch {
    return cut;
  }
}
