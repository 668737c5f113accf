// SPDX-License-Identifier: Apache-2.0

/** A Thing Model as JSON. */
export type Document = Readonly<Record<string, unknown>>;

export interface ModelSummary {
  readonly id: number;
  readonly uri: string;
  readonly version: string;
  readonly title: string;
  readonly status: 'active' | 'deprecated';
  readonly created: string;
}

export interface Fault {
  readonly code: string;
  readonly at?: string;
  readonly detail?: string;
  readonly fix: string;
}

export interface Difference {
  /** JSON pointer of the member in the version where it exists. */
  readonly at: string;
  readonly kind: 'compatible' | 'breaking';
}

/** What `POST models/check?report=true` answers. */
export interface ModelCheck {
  readonly uri?: string;
  readonly version?: string;
  readonly before?: ModelSummary;
  readonly differences?: readonly Difference[];
  readonly allowed?: boolean;
  readonly faults?: readonly Fault[];
}

export interface TriedReading {
  readonly property: string;
  readonly value: unknown;
  readonly unit?: string;
  readonly quality: string;
  readonly time: string;
  readonly unknown: boolean;
}

export interface TrialReport {
  readonly readings: readonly TriedReading[];
  readonly refusedCount: number;
  readonly refused: readonly Fault[];
  readonly fault?: Fault;
}

export interface Unit {
  readonly code: string;
  readonly symbol: string;
  readonly en: string;
  readonly zh: string;
}

/** A payload with what it has to become. */
export interface Vector {
  readonly name: string;
  readonly contentType: string;
  readonly form: 'text' | 'hex';
  readonly payload: string;
  readonly expected: Outcome;
}

/** What a payload becomes, without its times. */
export interface Outcome {
  readonly readings: readonly (readonly [property: string, value: unknown, unit: string])[];
  readonly refused: readonly (readonly [code: string, at: string])[];
}

export function modelPath(uri: string): string {
  return `models/${encodeURIComponent(uri)}`;
}

/** The page of a model. */
export function modelPage(uri: string, query = ''): string {
  return `/models/${encodeURIComponent(uri)}${query === '' ? '' : `?${query}`}`;
}

/** The condition that finds the things of a model. */
export function filterOf(uri: string, version?: string): string {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const ofModel = `model = ${text(uri)}`;
  return version === undefined ? ofModel : `${ofModel} and modelVersion = ${text(version)}`;
}

export function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
