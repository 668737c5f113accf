// SPDX-License-Identifier: Apache-2.0
import { Alert, Button, Card } from 'antd';
import { useEffect, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, QualityBadge } from '../../kit/badges.tsx';
import { PageLink } from '../../kit/link.tsx';
import { useGet } from '../../kit/queries.ts';
import { useLive } from '../../kit/live.ts';
import { useCan } from '../../kit/session.tsx';
import { isoText } from '../../kit/time.tsx';
import {
  arrivalSteps,
  arrived,
  isTraceItem,
  nothingYet,
  sentValues,
  type Arrival,
  type ArrivalStep,
} from './arrival.ts';
import { isEntry, type Entry } from './entry.ts';
import type { Made } from './made.ts';
import type { Way } from './place.ts';
import { Verdict } from './verdict.tsx';

/** Then the diagnosis begins by itself. */
const patienceMs = 30_000;

/** What becomes of the first message, as it happens. */
export function Strip({ made, way }: { readonly made: Made; readonly way: Way }): JSX.Element {
  const { t } = useTranslation('access');
  const { thing } = made;
  const { arrival, decoded, sent, refusal } = useArrival(thing);
  const mayDiagnose = useCan('diagnosis.read');
  const isThere = arrival.messages > 0 || Object.keys(decoded).length > 0;
  const [isDiagnosing, diagnose] = usePatience(isThere);
  const isWhole = arrival.steps.store?.ok === true;
  return (
    <Card size="small" title={<h2>{t('strip.title')}</h2>}>
      <ol className="ac-strip" aria-live="polite">
        <li data-state={isThere ? 'ok' : 'now'}>
          <Badge tone={isThere ? 'good' : 'warn'}>
            {t(isThere ? 'strip.came' : 'strip.waiting')}
          </Badge>
        </li>
        {arrivalSteps.map((step) => (
          <Tick key={step} step={step} arrival={arrival} />
        ))}
      </ol>
      {refusal !== undefined && <Refusal entry={refusal} />}
      {isThere && <Values decoded={decoded} sent={sent} />}
      {isWhole && (
        <Alert
          type="success"
          showIcon
          title={t('strip.done')}
          description={<PageLink to={`/things/${thing}`}>{t('strip.open')}</PageLink>}
        />
      )}
      {!isThere && !isDiagnosing && (
        <p className="fs-muted">
          {t('strip.patience')}{' '}
          {mayDiagnose && (
            <Button size="small" onClick={diagnose}>
              {t('strip.diagnose')}
            </Button>
          )}
        </p>
      )}
      {!isThere && isDiagnosing && (
        <Verdict thing={thing} protocol={way === 'http' ? way : 'mqtt'} />
      )}
    </Card>
  );
}

function Tick({ step, arrival }: { step: ArrivalStep; arrival: Arrival }): JSX.Element {
  const { t } = useTranslation('access');
  const item = arrival.steps[step];
  const state = item === undefined ? 'open' : item.ok ? 'ok' : 'failed';
  const tone = { open: 'quiet', ok: 'good', failed: 'bad' } as const;
  return (
    <li data-state={state} data-step={step}>
      <Badge tone={tone[state]}>
        {t(
          state === 'failed'
            ? 'strip.failed'
            : `strip.${state === 'ok' ? 'steps' : 'todo'}.${step}`,
          {
            step: t(`strip.todo.${step}`),
          },
        )}
      </Badge>
      {item !== undefined && <span className="fs-muted fs-small">{item.detail}</span>}
    </li>
  );
}

/** What the platform has just refused of this device. */
function Refusal({ entry }: { readonly entry: Entry }): JSX.Element {
  const { t } = useTranslation('access');
  const { title, fix, at, detail, id } = entry;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={t('strip.refused', { title })}
      description={
        <>
          <div>{[at, detail].filter(Boolean).join(' · ')}</div>
          <div>{fix}</div>
          <PageLink to={`/access?tab=inbox&entry=${id}`}>{t('strip.inbox')}</PageLink>
        </>
      }
    />
  );
}

interface Decoded {
  readonly property: string;
  readonly value: unknown;
  readonly unit?: string;
  readonly quality: string;
  readonly time: string;
}

type ByProperty<T> = Readonly<Record<string, T>>;

function Values(props: {
  readonly decoded: ByProperty<Decoded>;
  readonly sent: ByProperty<unknown>;
}): JSX.Element {
  const { t } = useTranslation('access');
  const { decoded, sent } = props;
  const names = [...new Set([...Object.keys(sent), ...Object.keys(decoded)])];
  const shown = (value: unknown): string => (value === undefined ? '—' : JSON.stringify(value));
  return (
    <div className="fs-rows">
      <table aria-label={t('values.title')}>
        <thead>
          <tr>
            {(['property', 'sent', 'decoded', 'quality', 'time'] as const).map((name) => (
              <th key={name} scope="col">
                {t(`values.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const { value, unit = '', quality, time } = decoded[name] ?? {};
            return (
              <tr key={name} data-property={name}>
                <td>{name}</td>
                <td className="ac-mono">{shown(sent[name])}</td>
                <td className="ac-mono">{`${shown(value)} ${unit}`.trim()}</td>
                <td>{quality !== undefined && <QualityBadge quality={quality} />}</td>
                <td className="fs-number">{time === undefined ? '' : isoText(time)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface Heard {
  readonly arrival: Arrival;
  readonly decoded: ByProperty<Decoded>;
  readonly sent: ByProperty<unknown>;
  readonly refusal: Entry | undefined;
}

/** Follows one thing: the steps of its messages, its values, what it sent, what was refused. */
function useArrival(thing: number): Heard {
  const mayDiagnose = useCan('diagnosis.read');
  const [arrival, setArrival] = useState(nothingYet);
  const [decoded, setDecoded] = useState<ByProperty<Decoded>>({});
  const [sent, setSent] = useState<ByProperty<unknown>>({});
  const [refusal, setRefusal] = useState<Entry>();
  const things = [thing];
  useLive({ kind: 'trace', things, ratePerSecond: 50 }, (items) => {
    const come = items.filter(isTraceItem);
    setArrival((before) => come.reduce(arrived, before));
    if (come.some(({ step, ok }) => step === 'model' && ok)) setRefusal(undefined);
  });
  useLive({ kind: 'readings', things, ratePerSecond: 20 }, (items) => {
    const come = items.filter(isDecoded);
    setDecoded((before) => ({ ...before, ...byProperty(come) }));
  });
  useLive(mayDiagnose ? { kind: 'packets', things, ratePerSecond: 20 } : undefined, (items) => {
    for (const item of items) {
      const values = payloadIn(item);
      if (values !== undefined) setSent((before) => ({ ...before, ...values }));
    }
  });
  useLive(mayDiagnose ? { kind: 'diagnosis', ratePerSecond: 10 } : undefined, (items) => {
    const own = items.filter(isEntry).findLast((entry) => entry.thing === thing);
    if (own !== undefined) setRefusal(own);
  });
  // Behind a proxy that lets no live channel through the values still come.
  const { data } = useGet<ByProperty<Omit<Decoded, 'property'>>>(`things/${thing}/properties`, {
    everyMs: 'whenNotLive',
  });
  const known = Object.entries(data ?? {}).map(([property, value]) => ({ ...value, property }));
  return { arrival, decoded: { ...byProperty(known), ...decoded }, sent, refusal };
}

function byProperty(readings: readonly Decoded[]): ByProperty<Decoded> {
  return Object.fromEntries(readings.map((reading) => [reading.property, reading]));
}

function isDecoded(item: unknown): item is Decoded {
  return typeof item === 'object' && item !== null && 'property' in item && 'value' in item;
}

/** What an incoming message says, where it is readings. */
function payloadIn(item: unknown): ByProperty<unknown> | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { direction, summary }: Record<string, unknown> = { ...item };
  if (direction !== 'in' || typeof summary !== 'object' || summary === null) return undefined;
  return 'value' in summary ? sentValues(summary.value) : undefined;
}

/** True once nothing has come for so long, or somebody does not want to wait. */
function usePatience(isThere: boolean): [boolean, () => void] {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (isThere) return undefined;
    const timer = setTimeout(() => setOver(true), patienceMs);
    return () => clearTimeout(timer);
  }, [isThere]);
  return [isOver, () => setOver(true)];
}
