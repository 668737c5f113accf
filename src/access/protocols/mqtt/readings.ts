// SPDX-License-Identifier: Apache-2.0
import type { Limits, TimeMs } from '#core';
import {
  BatchBuilder,
  contentTypeOf,
  PropertyDecoder,
  type PayloadReport,
  type PayloadType,
  type PropertyPayload,
  type ThingBinding,
} from '#model';
import type { Bindings } from '#things';
import type { Ingest } from '../../ingest/port.ts';

/** CBOR maps and arrays begin above this, JSON never does: tells them apart where the client cannot say (3.1.1). */
const firstCborByte = 0x80;

/** Where a payload lies; its type is told from its first byte when it is not named. */
export interface PayloadRange {
  readonly payloadStart: number;
  readonly payloadEnd: number;
  readonly contentType?: PayloadType | undefined;
}

/** Property payloads straight into the open generation of the log. */
export class ReadingsPath {
  readonly #ingest: Ingest;
  readonly #decoder: PropertyDecoder;
  /** One object for all calls: nothing is allocated for a message. */
  #payload: PropertyPayload | undefined;

  constructor(ingest: Ingest, limits: Limits, bindings: Bindings) {
    this.#ingest = ingest;
    this.#decoder = new PropertyDecoder(limits, (binding, property, value) =>
      bindings.collect(binding, property, value),
    );
  }

  /** Decodes a range of bytes as readings of a thing; a payload that is bad as a whole adds nothing. */
  take(binding: ThingBinding, bytes: Buffer, range: PayloadRange, now: TimeMs): PayloadReport {
    const { payloadStart: start, payloadEnd: end, contentType } = range;
    const sniffed = (bytes[start] ?? 0) >= firstCborByte ? 'cbor' : 'json';
    const payload = (this.#payload ??= newPayload(binding, bytes));
    payload.bytes = bytes;
    payload.start = start;
    payload.end = end;
    payload.contentType = contentType ?? sniffed;
    payload.binding = binding;
    payload.batch = this.#ingest.batch;
    payload.now = now;
    return this.#decoder.decode(payload);
  }
}

function newPayload(binding: ThingBinding, bytes: Buffer): PropertyPayload {
  const batch = new BatchBuilder(1);
  return { bytes, start: 0, end: 0, contentType: 'json', binding, batch, now: 0 };
}

/** The payload type of a PUBLISH: its content type, or undefined to look at the bytes; `unknown` is refused. */
export function payloadType(mediaType: string | undefined): PayloadType | 'unknown' | undefined {
  if (mediaType === undefined || mediaType === '') return undefined;
  return contentTypeOf(mediaType) ?? 'unknown';
}

/** What to tell the device of a report: 0x99 when nothing of it was taken, [MQTT-3.4.2-1]; the first refusal by its place. */
export function answerTo(report: PayloadReport): { code: number; text: string } {
  const { accepted, fault, refused, refusedCount } = report;
  if (fault) return { code: 0x99, text: faultText(fault) };
  if (refusedCount === 0) return { code: 0, text: '' };
  const first = refused[0];
  const example = first ? `: ${faultText(first.fault)}` : '';
  const text = `${refusedCount} of ${accepted + refusedCount} readings refused${example}`;
  return { code: accepted === 0 ? 0x99 : 0, text };
}

export function faultText(fault: {
  code: string;
  at?: string | undefined;
  detail?: string | undefined;
}): string {
  return [fault.at, fault.code, fault.detail]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}
