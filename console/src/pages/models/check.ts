// SPDX-License-Identifier: Apache-2.0
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSettled } from '../../kit/search-select.tsx';
import { useApi } from '../../kit/services.tsx';
import {
  isObject,
  type Document,
  type Fault,
  type ModelCheck,
  type Outcome,
  type TrialReport,
  type Vector,
} from './api.ts';
import { parseWithPlaces, type Place } from './json-places.ts';
import { sampleOf } from './sample.ts';

/** The document as it stands, and what is wrong with it. */
export interface Checked {
  /** Undefined while the text is not JSON. */
  readonly document: Document | undefined;
  readonly places: ReadonlyMap<string, Place>;
  /** Offset where the text stops being JSON. */
  readonly brokenAt: number | undefined;
  readonly faults: readonly Fault[];
  /** The server has looked at this very text. */
  readonly isSettled: boolean;
  readonly found: ModelCheck | undefined;
  readonly error: unknown;
}

/** Checks a text while it is written: its syntax at once, the model by the server a moment later. */
export function useChecked(text: string): Checked {
  const api = useApi();
  const settled = useSettled(text);
  const parsed = parseWithPlaces(text);
  const document = parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
  const { data, error } = useQuery({
    queryKey: ['model-check', settled],
    queryFn: async ({ signal }) => {
      const options = { query: { report: true }, signal };
      const found = await api.post<ModelCheck>('models/check', JSON.parse(settled), options);
      return { text: settled, found };
    },
    placeholderData: keepPreviousData,
    enabled: document !== undefined && settled === text,
    gcTime: 60_000,
  });
  const isSettled = document !== undefined && data?.text === text;
  return {
    document,
    places: parsed.ok ? parsed.places : new Map<string, Place>(),
    brokenAt: parsed.ok ? (document === undefined ? 0 : undefined) : parsed.at,
    faults: document === undefined ? [] : (data?.found.faults ?? []),
    isSettled,
    found: data?.found,
    error,
  };
}

/** A test vector as it stands now. */
export interface Verdict {
  readonly vector: Vector;
  readonly outcome: Outcome;
  readonly passes: boolean;
}

/** What a model makes of payloads; nothing is stored. */
export function useTrials(
  uri: string,
  document: Document | undefined,
  vectors: readonly Vector[],
): { readonly verdicts: readonly Verdict[] | undefined; readonly error: unknown } {
  const api = useApi();
  const { data, error } = useQuery({
    queryKey: ['model-try', uri, document, vectors],
    queryFn: async ({ signal }) => {
      const body = { document, payloads: vectors.map(sampleOf) };
      const place = `models/${encodeURIComponent(uri)}/try`;
      const { reports } = await api.post<{ reports: TrialReport[] }>(place, body, { signal });
      return reports.map(outcomeOf);
    },
    enabled: document !== undefined && vectors.length > 0,
    gcTime: 60_000,
  });
  if (vectors.length === 0) return { verdicts: [], error: null };
  if (document === undefined || data === undefined) return { verdicts: undefined, error };
  const verdicts = vectors.flatMap((vector, index) => {
    const outcome = data[index];
    return outcome === undefined
      ? []
      : [{ vector, outcome, passes: same(outcome, vector.expected) }];
  });
  return { verdicts, error };
}

export function outcomeOf({ readings, refused, fault }: TrialReport): Outcome {
  const all = fault === undefined ? refused : [fault, ...refused];
  return {
    readings: readings.map(({ property, value, unit = '' }) => [property, value, unit] as const),
    refused: all.map(({ code, at = '' }) => [code, at] as const),
  };
}

function same(a: Outcome, b: Outcome): boolean {
  return linesOf(a).join('\n') === linesOf(b).join('\n');
}

/** An outcome as people read it, one line each. */
export function linesOf({ readings, refused }: Outcome): readonly string[] {
  return [
    ...readings.map(([name, value, unit]) => `${name} = ${JSON.stringify(value)} ${unit}`.trim()),
    ...refused.map(([code, at]) => `✕ ${at} ${code}`),
  ];
}
