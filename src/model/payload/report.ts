// SPDX-License-Identifier: Apache-2.0
import type { Fault, TimeMs } from '#core';
import type { BatchBuilder } from '../batch.ts';
import type { ThingBinding } from '../compiled.ts';

/** Shapes of a property payload; `contentTypeOf` finds them from a media type. */
export type PayloadType = 'json' | 'cbor' | 'senml+json' | 'senml+cbor';

/** One payload to decode. A caller on the hot path keeps one object and overwrites its fields. */
export interface PropertyPayload {
  bytes: Buffer;
  /** The payload is `bytes[start … end)`. */
  start: number;
  end: number;
  contentType: PayloadType;
  binding: ThingBinding;
  /** Accepted readings are appended here; cut back when the whole payload is bad. */
  batch: BatchBuilder;
  /** Server time. */
  now: TimeMs;
}

export interface RefusedReading {
  /** JSON pointer of the reading in the payload. */
  readonly at: string;
  /** Its `at` is the JSON pointer of the exact place, at the reading or below. */
  readonly fault: Fault;
}

/** What became of a payload. Valid until the next call of the same decoder. */
export interface PayloadReport {
  /** Readings appended to the batch. */
  readonly accepted: number;
  readonly refusedCount: number;
  /** The first refused readings, at most `payload.refusedMax`. */
  readonly refused: readonly RefusedReading[];
  /** The payload as a whole is bad; nothing was appended. */
  readonly fault: Fault | undefined;
}

/**
 * The payload type of a media type, parameters ignored; JSON where a device names none (`undefined`, `''`).
 * Undefined for a type that is not taken.
 */
export function contentTypeOf(mediaType: string | undefined): PayloadType | undefined {
  const name = (mediaType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  switch (name) {
    case '':
    case 'application/json':
    case 'text/json':
    case 'text/plain':
    case 'application/octet-stream':
      return 'json';
    case 'application/cbor':
      return 'cbor';
    case 'application/senml+json':
      return 'senml+json';
    case 'application/senml+cbor':
      return 'senml+cbor';
    default:
      return undefined;
  }
}
