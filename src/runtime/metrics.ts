// SPDX-License-Identifier: Apache-2.0

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  inc(by?: number): void;
}

export interface Gauge {
  set(value: number): void;
}

export interface Histogram {
  /** Observes seconds, bytes or counts, as the metric's name says. */
  observe(value: number): void;
}

/**
 * Metrics of the process. Each call with the same name and labels returns the same instrument, so that
 * hot paths hold on to it. Names follow the Prometheus rules: `fengsui_mqtt_publishes_total`.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: Labels): Counter;
  gauge(name: string, help: string, labels?: Labels): Gauge;
  /** A gauge read when it is scraped. */
  observed(name: string, help: string, read: () => number, labels?: Labels): void;
  histogram(name: string, help: string, bounds: readonly number[], labels?: Labels): Histogram;
  /** What a counter or gauge says now; 0 for one that is not there. */
  value(name: string, labels?: Labels): number;
  /** The Prometheus text exposition format, version 0.0.4. */
  expose(): string;
}
