// SPDX-License-Identifier: Apache-2.0

export const lifecycles = ['registered', 'active', 'disabled', 'retired'] as const;
export type Lifecycle = (typeof lifecycles)[number];

/** A thing as `GET /api/v1/things/{id}` answers it. */
export interface Thing {
  readonly id: number;
  readonly tenant: number;
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  readonly kind: string;
  readonly types: readonly string[];
  readonly model?: { readonly uri: string; readonly version: string };
  readonly parent?: number;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle: Lifecycle;
  readonly online: boolean;
  /** When it was last connected or disconnected. */
  readonly seen?: string;
  /** Why it is offline. */
  readonly cause?: string;
  readonly created: string;
  readonly updated: string;
  readonly revision: number;
}

/** A current value as `GET /api/v1/things/{id}/properties` answers it. */
export interface CurrentValue {
  readonly value: unknown;
  readonly time: string;
  readonly quality: string;
  readonly unit?: string;
}
export type CurrentValues = Readonly<Record<string, CurrentValue>>;

export interface ModelSummary {
  readonly id: number;
  readonly uri: string;
  readonly version: string;
  readonly title: string;
}

/** The last part of a uri, which people recognise. */
export function shortName(uri: string): string {
  return /[^:/#]+(?=[/#]?$)/.exec(uri)?.[0] ?? uri;
}

/** A value as people read it; a number without the noise of binary fractions. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'number') return String(Number(value.toPrecision(10)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Saves a text as a file of this browser. */
export function download(name: string, content: string | Blob, type = 'text/csv'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A cell of CSV; what a spreadsheet would run as a formula is kept a text. */
export function csvCell(text: string): string {
  const harmless = /^[=+@-]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
