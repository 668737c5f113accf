// SPDX-License-Identifier: Apache-2.0
import type { Logger } from '../logging.ts';
import type { Counter, Gauge, Histogram, Labels, Metrics } from '../metrics.ts';

export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

/** A logger that keeps its lines (the newest 10,000) for a test to look at. */
export class RecordingLogger implements Logger {
  readonly lines: LoggedLine[];
  readonly #context: object;

  constructor(lines: LoggedLine[] = [], context: object = {}) {
    this.lines = lines;
    this.#context = context;
  }

  debug(fields: object, message: string): void {
    this.#keep('debug', fields, message);
  }

  info(fields: object, message: string): void {
    this.#keep('info', fields, message);
  }

  warn(fields: object, message: string): void {
    this.#keep('warn', fields, message);
  }

  error(fields: object, message: string): void {
    this.#keep('error', fields, message);
  }

  child(fields: object): Logger {
    return new RecordingLogger(this.lines, { ...this.#context, ...fields });
  }

  #keep(level: LoggedLine['level'], fields: object, message: string): void {
    if (this.lines.length === 10_000) this.lines.shift();
    this.lines.push({ level, fields: { ...this.#context, ...fields }, message });
  }
}

/** Metrics as plain numbers by name and labels; a histogram counts its observations. */
export class RecordingMetrics implements Metrics {
  readonly #values = new Map<string, number>();
  readonly #reads = new Map<string, () => number>();

  /** The value of an instrument, 0 when it was never touched. */
  value(name: string, labels: Labels = {}): number {
    const key = keyOf(name, labels);
    return this.#reads.get(key)?.() ?? this.#values.get(key) ?? 0;
  }

  counter(name: string, _help: string, labels: Labels = {}): Counter {
    const key = keyOf(name, labels);
    return { inc: (by = 1) => void this.#values.set(key, (this.#values.get(key) ?? 0) + by) };
  }

  gauge(name: string, _help: string, labels: Labels = {}): Gauge {
    const key = keyOf(name, labels);
    return { set: (value) => void this.#values.set(key, value) };
  }

  observed(name: string, _help: string, read: () => number, labels: Labels = {}): void {
    this.#reads.set(keyOf(name, labels), read);
  }

  histogram(
    name: string,
    help: string,
    _bounds: readonly number[],
    labels: Labels = {},
  ): Histogram {
    const counter = this.counter(name, help, labels);
    return { observe: () => counter.inc() };
  }

  expose(): string {
    const keys = [...new Set([...this.#values.keys(), ...this.#reads.keys()])].toSorted();
    return keys
      .map((key) => `${key} ${this.#reads.get(key)?.() ?? this.#values.get(key)}\n`)
      .join('');
  }
}

function keyOf(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}
