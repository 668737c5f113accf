// SPDX-License-Identifier: Apache-2.0
import { Button, Flex, theme } from 'antd';
import { useEffect, useRef, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { isoText } from './time.tsx';

/** What a chart may hold of a series; the server is asked for no more. */
export const pointsMax = 2_000;
const rowsMax = 200;

export interface SeriesLine {
  readonly name: string;
  readonly unit?: string | undefined;
  /** One a time; null: a gap. */
  readonly values: readonly (number | null)[];
}

export interface SeriesProps {
  /** What is drawn, for those who do not see it. */
  readonly label: string;
  /** Milliseconds since 1970, ascending, at most 2,000. */
  readonly times: readonly number[];
  readonly lines: readonly SeriesLine[];
  readonly height?: number;
  /** A range was chosen by dragging, in milliseconds. */
  readonly onRange?: (from: number, to: number) => void;
}

/** Values over time as lines, or as a table of the same. */
export function Series(props: SeriesProps): JSX.Element {
  const { t } = useTranslation('kit');
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className="fs-series" aria-label={props.label}>
      <Flex justify="end">
        <Button
          size="small"
          type="text"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          {t(asTable ? 'series.chart' : 'series.table')}
        </Button>
      </Flex>
      {asTable ? <Rows {...props} /> : <Chart {...props} />}
    </figure>
  );
}

const colours = ['#1677ff', '#d4380d', '#389e0d', '#722ed1', '#d48806', '#08979c', '#c41d7f'];

function Chart({ times, lines, height = 260, label, onRange }: SeriesProps): JSX.Element {
  const { t } = useTranslation('kit');
  const timeName = t('series.time');
  const place = useRef<HTMLDivElement>(null);
  const { token } = theme.useToken();
  const { colorTextSecondary: ink, colorSplit: grid } = token;
  const names = JSON.stringify(lines.map(({ name, unit }) => [name, unit]));
  const chart = useRef<UPlot>(null);
  const data = dataOf(times, lines);
  const latest = useRef({ data, onRange });
  useEffect(() => {
    latest.current = { data, onRange };
    chart.current?.setData(data);
  });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const titles: [string, string?][] = JSON.parse(names);
    const axis = {
      font: '12px system-ui, sans-serif',
      stroke: ink,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1 },
    };
    const plot = new UPlot(
      {
        width: element.clientWidth,
        height,
        ms: 1,
        axes: [
          { ...axis, values: (_plot, at) => at.map(clockText) },
          { ...axis, size: 60 },
        ],
        series: [
          { label: timeName, value: (_plot, at) => (at === null ? '' : isoText(at)) },
          ...titles.map(([name, unit], index) => ({
            label: unit === undefined || unit === null ? name : `${name} (${unit})`,
            stroke: colours[index % colours.length] ?? ink,
            width: 1.5,
          })),
        ],
        cursor: { drag: { setScale: false } },
        hooks: {
          setSelect: [
            (drawn) => {
              const { left, width } = drawn.select;
              if (width < 4) return;
              latest.current.onRange?.(
                drawn.posToVal(left, 'x'),
                drawn.posToVal(left + width, 'x'),
              );
            },
          ],
        },
      },
      latest.current.data,
      element,
    );
    chart.current = plot;
    const sized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [names, height, ink, grid, timeName]);
  return <div ref={place} role="img" aria-label={label} />;
}

function dataOf(times: readonly number[], lines: readonly SeriesLine[]): UPlot.AlignedData {
  const most = -pointsMax;
  return [times.slice(most), ...lines.map(({ values }) => values.slice(most))];
}

/** Seconds within a day, the date at midnight. */
function clockText(time: number): string {
  const text = isoText(time);
  return text.endsWith('00:00:00') ? text.slice(5, 10) : text.slice(11).replace(/:00$/, '');
}

function Rows({ times, lines, label }: SeriesProps): JSX.Element {
  const { t } = useTranslation('kit');
  const from = Math.max(0, times.length - rowsMax);
  const shown = times
    .slice(from)
    .map((time, index) => ({ time, at: from + index }))
    .toReversed();
  return (
    <div className="fs-rows" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('series.time')}</th>
            {lines.map(({ name, unit }) => (
              <th scope="col" key={name}>
                {unit === undefined ? name : `${name} (${unit})`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ time, at }) => (
            <tr key={at}>
              <td>{isoText(time)}</td>
              {lines.map(({ name, values }) => (
                <td key={name}>{values[at] ?? ''}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
