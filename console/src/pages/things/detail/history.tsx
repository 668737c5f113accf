// SPDX-License-Identifier: Apache-2.0
import { App, Button, Empty, Flex, Input, Select, Spin } from 'antd';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyAsCommand } from '../../../kit/copyable.tsx';
import { PageLink } from '../../../kit/link.tsx';
import { ProblemAlert } from '../../../kit/problem.tsx';
import { useGet } from '../../../kit/queries.ts';
import { useApi } from '../../../kit/services.tsx';
import { isoText } from '../../../kit/time.tsx';
import { choiceField, textField, useUrlState } from '../../../kit/url-state.ts';
import { download, valueText, type CurrentValues } from '../thing.ts';
import { useModel } from './model.ts';
import { chartsOf, numberOf, type Points } from './points.ts';
import type { TabProps } from './thing.tsx';

const Series = lazy(async () => ({ default: (await import('../../../kit/series.tsx')).Series }));

const ranges = ['1h', '6h', '24h', '7d', '30d', 'custom'] as const;
type Range = (typeof ranges)[number];
const hours: Readonly<Record<Range, number>> = {
  ...{ '1h': 1, '6h': 6, '24h': 24, '7d': 168, '30d': 720, custom: 0 },
};
const aggregates = ['raw', 'avg', 'min', 'max', 'sum', 'count', 'first', 'last', 'twa'] as const;
const hourMs = 3_600_000;
const pointsMax = 2_000;
const propertiesMax = 8;

/** Values of some properties over time: as charts or tables, and as a file. */
export function History({ thing }: TabProps): JSX.Element {
  const { t } = useTranslation('things');
  const { id } = thing;
  const { data: current } = useGet<CurrentValues>(`things/${id}/properties`);
  const model = useModel(thing);
  const names = [
    ...new Set([...Object.keys(current ?? {}), ...Object.keys(model?.properties ?? {})]),
  ].toSorted();
  const [state, setState] = useUrlState({
    of: textField(),
    range: choiceField(ranges, '1h'),
    ...{ from: textField(), to: textField() },
    aggregate: choiceField(aggregates, 'raw'),
  });
  const first = names.find((name) => typeof current?.[name]?.value === 'number') ?? names[0];
  const chosen = chosenIn(state.of) ?? (first === undefined ? [] : [first]);
  const [end, setEnd] = useState(() => Date.now());
  const query = queryOf(id, chosen, { ...state, end });
  if (current === undefined) return <Spin className="fs-wait" />;
  if (names.length === 0) {
    return (
      <Empty description={t('live.none')} className="fs-empty">
        <PageLink to={`/things/${id}?tab=diagnosis`}>{t('live.why')}</PageLink>
      </Empty>
    );
  }
  return (
    <div className="th-grid">
      <Flex gap="small" wrap align="center">
        <Select<string[]>
          mode="multiple"
          className="fs-select"
          aria-label={t('history.properties')}
          maxCount={propertiesMax}
          value={[...chosen]}
          options={names.map((name) => ({
            value: name,
            label: model?.properties?.[name]?.title ?? name,
          }))}
          onChange={(next) => setState({ of: next.map(encodeURIComponent).join(',') })}
        />
        <RangeField
          {...{ range: state.range, from: state.from, to: state.to }}
          onChange={(change) => {
            setEnd(Date.now());
            setState(change);
          }}
        />
        <Select
          aria-label={t('history.aggregate')}
          className="th-choice"
          value={state.aggregate}
          options={aggregates.map((value) => ({ value, label: t(`history.aggregates.${value}`) }))}
          onChange={(aggregate) => setState({ aggregate })}
        />
        <Button onClick={() => setEnd(Date.now())}>{t('history.refresh')}</Button>
        <SaveCsv query={query.raw} name={`thing-${id}.csv`} />
        <CopyAsCommand method="GET" path={query.shown} />
      </Flex>
      {chosen.length > 0 && (
        <Charts path={query.shown} onRange={(from, to) => setState(spanOf(from, to))} />
      )}
    </div>
  );
}

interface Span {
  readonly range: Range;
  readonly from: string;
  readonly to: string;
}

function RangeField(
  props: Span & { readonly onChange: (change: Partial<Span>) => void },
): JSX.Element {
  const { range, from, to, onChange } = props;
  const { t } = useTranslation('things');
  return (
    <>
      <Select
        aria-label={t('history.range')}
        className="th-choice"
        value={range}
        options={ranges.map((value) => ({ value, label: t(`history.ranges.${value}`) }))}
        onChange={(next) =>
          onChange(
            next === 'custom'
              ? spanOf(Date.now() - Math.max(1, hours[range]) * hourMs, Date.now())
              : { range: next },
          )
        }
      />
      {range === 'custom' && (
        <>
          <Moment
            label={t('history.from')}
            value={from}
            onChange={(next) => onChange({ from: next })}
          />
          <Moment label={t('history.to')} value={to} onChange={(next) => onChange({ to: next })} />
        </>
      )}
    </>
  );
}

function chosenIn(text: string): readonly string[] | undefined {
  return text === '' ? undefined : text.split(',').map(decodeURIComponent);
}

function spanOf(from: number, to: number): Span {
  const [first, last] = [new Date(from).toISOString(), new Date(to).toISOString()];
  return { range: 'custom', from: first, to: last };
}

interface Asked extends Span {
  readonly aggregate: string;
  readonly end: number;
}

/** What is asked for the charts, and for the file with every reading. */
function queryOf(
  id: number,
  names: readonly string[],
  { range, from, to, aggregate, end }: Asked,
): { readonly shown: string; readonly raw: string } {
  const parameters = new URLSearchParams(names.map((name) => ['of', `${id}/${name}`]));
  if (range !== 'custom') {
    parameters.set('from', new Date(end - hours[range] * hourMs).toISOString());
    parameters.set('to', new Date(end).toISOString());
  } else {
    if (from !== '') parameters.set('from', from);
    if (to !== '') parameters.set('to', to);
  }
  const raw = `history?${parameters.toString()}`;
  parameters.set('points', String(pointsMax));
  if (aggregate !== 'raw') parameters.set('aggregate', aggregate);
  return { raw, shown: `history?${parameters.toString()}` };
}

function Moment(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}): JSX.Element {
  const local = props.value === '' ? '' : isoText(props.value).replace(' ', 'T');
  return (
    <Input
      type="datetime-local"
      step={1}
      className="th-moment"
      aria-label={props.label}
      value={local}
      onChange={({ target }) => {
        const time = new Date(target.value);
        if (!Number.isNaN(time.getTime())) props.onChange(time.toISOString());
      }}
    />
  );
}

function SaveCsv({ query, name }: { readonly query: string; readonly name: string }): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  const { modal } = App.useApp();
  const [isBusy, setBusy] = useState(false);
  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      const response = await api.fetch('GET', query, { accept: 'text/csv' });
      download(name, await response.blob());
    } catch (error) {
      modal.error({ title: t('export.failed'), content: <ProblemAlert error={error} /> });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button loading={isBusy} onClick={() => void save()}>
      {t('history.csv')}
    </Button>
  );
}

function Charts(props: {
  readonly path: string;
  readonly onRange: (from: number, to: number) => void;
}): JSX.Element {
  const { t } = useTranslation('things');
  const api = useApi();
  const { data, error, refetch } = useQuery({
    queryKey: ['api', 'history', props.path],
    queryFn: ({ signal }) =>
      api.get<{ readonly series: readonly Points[] }>(props.path, { signal }),
    placeholderData: keepPreviousData,
  });
  if (data === undefined) {
    return error === null ? (
      <Spin className="fs-wait" />
    ) : (
      <ProblemAlert error={error} onRetry={refetch} />
    );
  }
  return (
    <>
      <ProblemAlert error={error} onRetry={refetch} />
      {chartsOf(data.series).map((series) => (
        <section key={series.map(({ property }) => property).join(' ')}>
          <h2>{series.map(({ property }) => property).join(' · ')}</h2>
          <Chart series={series} onRange={props.onRange} />
        </section>
      ))}
      {data.series.some(({ kind }) => kind === 'downsampled') && (
        <p className="fs-muted fs-small">{t('history.downsampled')}</p>
      )}
    </>
  );
}

function Chart(props: {
  readonly series: readonly Points[];
  readonly onRange: (from: number, to: number) => void;
}): JSX.Element {
  const { t } = useTranslation('things');
  const { series, onRange } = props;
  const [one] = series;
  const points = one?.points ?? [];
  if (points.length === 0) return <p className="fs-muted">{t('history.none')}</p>;
  if (points.every(({ value }) => numberOf(value) === null)) return <Texts points={points} />;
  return (
    <Suspense fallback={<Spin />}>
      <Series
        label={series.map(({ property }) => property).join(', ')}
        times={points.map(({ time }) => Date.parse(time))}
        lines={series.map(({ property, unit, points: values }) => ({
          name: property,
          unit,
          values: values.map(({ value }) => numberOf(value)),
        }))}
        onRange={onRange}
      />
    </Suspense>
  );
}

const textsMax = 200;

/** Values that have no place on an axis. */
function Texts({ points }: Pick<Points, 'points'>): JSX.Element {
  const { t } = useTranslation('things');
  return (
    <div className="fs-rows" tabIndex={0} role="region" aria-label={t('live.value')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('live.time')}</th>
            <th scope="col">{t('live.value')}</th>
          </tr>
        </thead>
        <tbody>
          {points
            .slice(-textsMax)
            .toReversed()
            .map(({ time, value }) => (
              <tr key={time}>
                <td>{isoText(time)}</td>
                <td>{valueText(value)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
