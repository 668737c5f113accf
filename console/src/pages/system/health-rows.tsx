// SPDX-License-Identifier: Apache-2.0
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Tone } from '../../kit/badges.tsx';
import { PageLink } from '../../kit/link.tsx';
import { Time } from '../../kit/time.tsx';
import { bytesText, countText, durationParts } from './figures.ts';
import type { HealthPart, HealthRow } from './health.tsx';

/** The answer of `GET /api/v1/system/health`. */
export interface HealthFigures {
  readonly started: string;
  readonly stores: Readonly<Record<string, { readonly ok: boolean; readonly detail: string }>>;
  readonly readers: Readonly<Record<string, number>>;
  readonly log: {
    readonly bytes: number;
    readonly tail: number;
    readonly head: number;
    readonly retainBytesMax: number;
    readonly retainMsMax: number;
    readonly stopped?: string;
  };
  readonly series: {
    readonly hotPoints: number;
    readonly storedPoints: number;
    readonly storedBytes: number;
    readonly oldest?: string;
  };
  readonly disk?: {
    readonly freeBytes: number;
    readonly totalBytes: number;
    readonly growthBytesPerDay?: number;
    readonly daysLeft?: number;
  };
  readonly memory: {
    readonly residentBytes: number;
    readonly heapBytes: number;
    readonly externalBytes: number;
  };
  readonly eventLoop: { readonly p99Ms: number; readonly maxMs: number };
  readonly listeners: Readonly<Record<string, string>>;
  readonly connections: readonly {
    readonly protocol: string;
    readonly transport: string;
    readonly family: number;
    readonly count: number;
  }[];
}

/** What is used of `GET /api/v1/system`. */
export interface SystemFigures {
  readonly version: string;
  readonly messages: number;
  readonly readings: number;
  readonly connections: number;
}

/** A reader of the stores that is further behind is an issue. */
const lagRecordsMax = 50_000;
const loopMsNormal = 50;
const loopMsBad = 250;
const daysLeftNormal = 30;
const daysLeftBad = 7;
const freeShareNormal = 0.1;
const freeShareBad = 0.03;

function graded(value: number, normal: number, bad: number): Tone {
  const rising = bad > normal;
  if (rising ? value <= normal : value >= normal) return 'good';
  return (rising ? value > bad : value < bad) ? 'bad' : 'warn';
}

/** The figures in words, with what is normal of each. */
export function useHealthRows(
  health: HealthFigures | undefined,
  system: SystemFigures | undefined,
): readonly HealthPart[] {
  const { t } = useTranslation('system');
  if (health === undefined) return [];
  return [
    { key: 'stores', rows: storeRows(health, t) },
    { key: 'readers', rows: readerRows(health, t) },
    { key: 'log', rows: [...logRows(health, t), ...seriesRows(health, t)] },
    { key: 'disk', rows: diskRows(health, t) },
    { key: 'process', rows: processRows(health, system, t) },
    { key: 'listeners', rows: listenerRows(health, t) },
    { key: 'connections', rows: connectionRows(health, t) },
  ];
}

type Texts = TFunction<'system'>;

function storeRows({ stores }: HealthFigures, t: Texts): readonly HealthRow[] {
  return Object.entries(stores).map(([name, { ok, detail }]) => ({
    key: name,
    name: t(`health.stores.${name}`),
    value: ok ? t('health.stores.works') : detail,
    tone: ok ? 'good' : 'bad',
    normal: t('health.stores.normal'),
  }));
}

function readerRows({ readers }: HealthFigures, t: Texts): readonly HealthRow[] {
  return Object.entries(readers).map(([name, records]) => ({
    key: name,
    name: t(`health.readers.names.${name}`, { defaultValue: name }),
    value: t('health.readers.behind', { records: countText(records) }),
    tone: graded(records, lagRecordsMax / 10, lagRecordsMax),
    normal: t('health.readers.normal', { records: countText(lagRecordsMax / 10) }),
  }));
}

function logRows({ log }: HealthFigures, t: Texts): readonly HealthRow[] {
  const { bytes, tail, head, retainBytesMax, retainMsMax, stopped } = log;
  const [span, unit] = durationParts(retainMsMax);
  return [
    {
      key: 'state',
      name: t('health.log.state'),
      value: stopped ?? t('health.log.writes'),
      tone: stopped === undefined ? 'good' : 'bad',
      normal: t('health.log.stateNormal'),
    },
    {
      key: 'size',
      name: t('health.log.size'),
      value: `${bytesText(bytes)} · ${t('health.log.records', { records: countText(head - tail) })}`,
      tone: graded(bytes, retainBytesMax, retainBytesMax * 1.5),
      normal: t('health.log.sizeNormal', {
        bytes: bytesText(retainBytesMax),
        span: t(`health.span.${unit}`, { span }),
      }),
    },
    {
      key: 'offsets',
      name: t('health.log.offsets'),
      value: `${countText(tail)} – ${countText(head)}`,
      tone: 'quiet',
      normal: t('health.log.offsetsNormal'),
    },
  ];
}

function seriesRows({ series }: HealthFigures, t: Texts): readonly HealthRow[] {
  return [
    {
      key: 'stored',
      name: t('health.series.stored'),
      value: `${countText(series.storedPoints)} · ${bytesText(series.storedBytes)}`,
      tone: 'quiet',
      normal: t('health.series.storedNormal'),
    },
    {
      key: 'hot',
      name: t('health.series.hot'),
      value: countText(series.hotPoints),
      tone: 'quiet',
      normal: t('health.series.hotNormal'),
    },
    {
      key: 'oldest',
      name: t('health.series.oldest'),
      value: series.oldest === undefined ? '—' : <Time value={series.oldest} />,
      tone: 'quiet',
      normal: t('health.series.oldestNormal'),
    },
  ];
}

function diskRows({ disk }: HealthFigures, t: Texts): readonly HealthRow[] {
  if (disk === undefined) return [];
  const { freeBytes, totalBytes, growthBytesPerDay, daysLeft } = disk;
  return [
    {
      key: 'free',
      name: t('health.disk.free'),
      value: t('health.disk.of', { free: bytesText(freeBytes), total: bytesText(totalBytes) }),
      tone: graded(freeBytes / totalBytes, freeShareNormal, freeShareBad),
      normal: t('health.disk.freeNormal', { percent: freeShareNormal * 100 }),
    },
    {
      key: 'growth',
      name: t('health.disk.growth'),
      value:
        growthBytesPerDay === undefined
          ? t('health.disk.unknown')
          : t('health.disk.perDay', { bytes: bytesText(growthBytesPerDay) }),
      tone: 'quiet',
      normal: t('health.disk.growthNormal'),
    },
    {
      key: 'left',
      name: t('health.disk.left'),
      value:
        daysLeft === undefined
          ? t('health.disk.notGrowing')
          : t('health.disk.days', { days: countText(Math.floor(daysLeft)) }),
      tone: daysLeft === undefined ? 'quiet' : graded(daysLeft, daysLeftNormal, daysLeftBad),
      normal: t('health.disk.leftNormal', { days: daysLeftNormal }),
    },
  ];
}

function processRows(
  { memory, eventLoop }: HealthFigures,
  system: SystemFigures | undefined,
  t: Texts,
): readonly HealthRow[] {
  const { residentBytes, heapBytes, externalBytes } = memory;
  const counters: readonly HealthRow[] =
    system === undefined
      ? []
      : [
          {
            key: 'messages',
            name: t('health.process.messages'),
            value: `${countText(system.messages)} · ${countText(system.readings)}`,
            tone: 'quiet',
            normal: t('health.process.messagesNormal'),
          },
        ];
  return [
    {
      key: 'resident',
      name: t('health.process.resident'),
      value: bytesText(residentBytes),
      tone: 'quiet',
      normal: t('health.process.residentNormal'),
    },
    {
      key: 'heap',
      name: t('health.process.heap'),
      value: `${bytesText(heapBytes)} · ${bytesText(externalBytes)}`,
      tone: 'quiet',
      normal: t('health.process.heapNormal'),
    },
    {
      key: 'loop',
      name: t('health.process.loop'),
      value: `${eventLoop.p99Ms.toFixed(1)} ms · ${eventLoop.maxMs.toFixed(0)} ms`,
      tone: graded(eventLoop.p99Ms, loopMsNormal, loopMsBad),
      normal: t('health.process.loopNormal', { ms: loopMsNormal }),
    },
    ...counters,
  ];
}

function listenerRows({ listeners }: HealthFigures, t: Texts): readonly HealthRow[] {
  return Object.entries(listeners).map(([name, address]) => ({
    key: name,
    name: <PageLink to="/access?tab=listeners">{name}</PageLink>,
    value: <code>{address}</code>,
    tone: 'good',
    normal: t('health.listeners.normal'),
  }));
}

function connectionRows({ connections }: HealthFigures, t: Texts): readonly HealthRow[] {
  return connections.map(({ protocol, transport, family, count }) => {
    const way = new URLSearchParams({ protocol, transport, family: String(family) }).toString();
    return {
      key: way,
      name: `${protocol.toUpperCase()} · ${transport.toUpperCase()} · IPv${family}`,
      value: <PageLink to={`/connections?${way}`}>{countText(count)}</PageLink>,
      tone: 'quiet',
      normal: t('health.connections.normal'),
    };
  });
}
