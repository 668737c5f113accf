// SPDX-License-Identifier: Apache-2.0
import { limitTable, type LimitName } from '#core';
import type { Counter, Gauge, Histogram, Labels, Metrics } from './metrics.ts';

/** Most label sets of one name; more would let the world's input fill the memory. */
const labelSetsMax = 1_000;

type Kind = 'counter' | 'gauge' | 'histogram';

interface Instrument extends Counter, Gauge, Histogram {
  /** Of a counter or gauge; the number of observations of a histogram. */
  readonly value: number;
  /** Appends its lines; `labels` is the inside of the braces. */
  write(out: string[], name: string, labels: string): void;
}

interface Family {
  readonly kind: Kind;
  readonly help: string;
  readonly instruments: Map<string, Instrument>;
}

const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelForm = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const escapeHelp = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');

const escapeLabel = (text: string): string => escapeHelp(text).replace(/"/g, '\\"');

/** `a="1",b="2"`, sorted, so that equal label sets are one instrument. */
function labelText(labels: Labels): string {
  return Object.keys(labels)
    .toSorted()
    .map((key) => `${key}="${escapeLabel(labels[key] ?? '')}"`)
    .join(',');
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : String(value);
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${numberText(value)}`;
}

/** A counter or a gauge: one number. */
class Single implements Instrument {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  inc(by = 1): void {
    this.#value += by;
  }

  set(value: number): void {
    this.#value = value;
  }

  observe(): void {}

  write(out: string[], name: string, labels: string): void {
    out.push(line(name, labels, this.#value));
  }
}

class Observed implements Instrument {
  readonly #read: () => number;

  constructor(read: () => number) {
    this.#read = read;
  }

  get value(): number {
    return this.#read();
  }

  inc(): void {}
  set(): void {}
  observe(): void {}

  write(out: string[], name: string, labels: string): void {
    out.push(line(name, labels, this.#read()));
  }
}

class Buckets implements Instrument {
  readonly #bounds: Float64Array;
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = Float64Array.from(bounds).toSorted();
    this.#counts = new Float64Array(bounds.length + 1);
  }

  get value(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  inc(): void {}
  set(): void {}

  observe(value: number): void {
    let index = 0;
    while (index < this.#bounds.length && value > (this.#bounds[index] ?? 0)) index++;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sum += value;
  }

  write(out: string[], name: string, labels: string): void {
    const before = labels === '' ? '' : `${labels},`;
    let total = 0;
    for (const [index, count] of this.#counts.entries()) {
      total += count;
      const bound = numberText(this.#bounds[index] ?? Infinity);
      out.push(line(`${name}_bucket`, `${before}le="${bound}"`, total));
    }
    out.push(line(`${name}_sum`, labels, this.#sum), line(`${name}_count`, labels, total));
  }
}

/** Metrics of this process, with the text exposition of Prometheus. */
export class MetricsRegistry implements Metrics {
  readonly #families = new Map<string, Family>();
  #refused = 0;

  counter(name: string, help: string, labels: Labels = {}): Counter {
    return this.#instrument(name, { kind: 'counter', help }, labels, () => new Single());
  }

  gauge(name: string, help: string, labels: Labels = {}): Gauge {
    return this.#instrument(name, { kind: 'gauge', help }, labels, () => new Single());
  }

  observed(name: string, help: string, read: () => number, labels: Labels = {}): void {
    this.#instrument(name, { kind: 'gauge', help }, labels, () => new Observed(read));
  }

  histogram(name: string, help: string, bounds: readonly number[], labels: Labels = {}): Histogram {
    return this.#instrument(name, { kind: 'histogram', help }, labels, () => new Buckets(bounds));
  }

  value(name: string, labels: Labels = {}): number {
    return this.#families.get(name)?.instruments.get(labelText(labels))?.value ?? 0;
  }

  expose(): string {
    const out: string[] = [];
    for (const [name, { kind, help, instruments }] of this.#families) {
      out.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${kind}`);
      for (const [labels, instrument] of instruments) instrument.write(out, name, labels);
    }
    const refused = 'fengsui_metrics_label_sets_refused_total';
    out.push(`# HELP ${refused} Label sets left out because a metric had too many.`);
    out.push(`# TYPE ${refused} counter`, line(refused, '', this.#refused));
    return `${out.join('\n')}\n`;
  }

  #instrument(
    name: string,
    { kind, help }: { readonly kind: Kind; readonly help: string },
    labels: Labels,
    make: () => Instrument,
  ): Instrument {
    const family = this.#family(name, kind, help);
    const key = labelText(labels);
    const known = family.instruments.get(key);
    if (known) return known;
    checkLabels(name, labels);
    const made = make();
    if (family.instruments.size < labelSetsMax) family.instruments.set(key, made);
    else this.#refused++;
    return made;
  }

  #family(name: string, kind: Kind, help: string): Family {
    const known = this.#families.get(name);
    if (known) {
      if (known.kind !== kind) throw new TypeError(`metric ${name} is a ${known.kind}`);
      return known;
    }
    if (!nameForm.test(name)) throw new TypeError(`not a metric name: ${name}`);
    const family: Family = { kind, help, instruments: new Map() };
    this.#families.set(name, family);
    return family;
  }
}

function checkLabels(name: string, labels: Labels): void {
  for (const key of Object.keys(labels)) {
    if (!labelForm.test(key) || key === 'le') throw new TypeError(`metric ${name}: label ${key}`);
  }
}

/** Counts that a limit was hit. */
export interface LimitHits {
  hit(name: LimitName): void;
}

/** One counter for each limit of the table, there from the start, so that a zero is visible. */
export function limitHits(metrics: Metrics): LimitHits {
  const help = 'Times a limit was hit; limits are raised under limits: in fengsui.yaml.';
  const counters = new Map(
    Object.keys(limitTable).map((limit) => [
      limit,
      metrics.counter('fengsui_limit_hits_total', help, { limit }),
    ]),
  );
  return { hit: (name) => counters.get(name)?.inc() };
}
