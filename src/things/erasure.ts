// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type LogEntry } from '#bus';

/**
 * The record that tells the readers of the log that series are gone: no reading of them comes after
 * it.
 */
export function encodeErasure(series: readonly number[]): LogEntry {
  const payload = Buffer.from(JSON.stringify({ change: 'erased', series }));
  return { kind: RecordKind.lifecycle, payload };
}

/** The series of an erasure; none for any other record, nor for one that cannot be read. */
export function erasedIn({ kind, payload }: LogEntry): readonly number[] {
  if (kind !== RecordKind.lifecycle) return [];
  const { change, series } = fieldsOf(Buffer.from(payload).toString());
  if (change !== 'erased' || !Array.isArray(series)) return [];
  return series.filter((id) => typeof id === 'number');
}

function fieldsOf(text: string): { readonly change?: unknown; readonly series?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
