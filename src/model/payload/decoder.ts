// SPDX-License-Identifier: Apache-2.0
import type { Limits } from '#core';
import { decodeCbor } from './cbor.ts';
import { FastJson } from './json-fast.ts';
import { parseJson } from './json.ts';
import type { PayloadReport, PropertyPayload } from './report.ts';
import { SenmlReader, SenmlUnits } from './senml.ts';
import { ShapeReader } from './shapes.ts';
import { ReadingWriter, type Collect, type WriterOptions } from './writer.ts';

/**
 * Turns property payloads of devices into readings. Each bad reading is named and the others are kept; a payload that is
 * bad as a whole leaves the batch as it was. A time outside of the clock window becomes the server's, with
 * `Quality.clockReplaced`. One decoder serves one thread; a report is valid until its next call.
 */
export class PropertyDecoder {
  readonly #limits: Limits;
  readonly #options: WriterOptions;
  readonly #fast: FastJson;
  readonly #units = new SenmlUnits();

  constructor(limits: Limits, collect: Collect) {
    this.#limits = limits;
    this.#options = {
      clock: {
        pastMs: limits['ingest.clockPastMsMax'],
        futureMs: limits['ingest.clockFutureMsMax'],
      },
      collect,
      refusedMax: limits['payload.refusedMax'],
      nameBytesMax: limits['model.nameBytesMax'],
    };
    this.#fast = new FastJson(this.#options.clock, limits['payload.keysMax']);
  }

  /** Whole-payload faults: `model.bad-json`, `model.bad-cbor`, `model.bad-senml`, `model.bad-payload`, `model.payload-too-large`. */
  decode(payload: PropertyPayload): PayloadReport {
    if (payload.contentType === 'json') {
      const report = this.#fast.decode(payload);
      if (report !== undefined) return report;
    }
    return this.decodeGeneral(payload);
  }

  /** The same without the fast path for flat JSON; both give the same readings. */
  decodeGeneral(payload: PropertyPayload): PayloadReport {
    const writer = new ReadingWriter(payload, this.#options);
    const { bytes, start, end, contentType, binding, now } = payload;
    const cbor = contentType === 'cbor' || contentType === 'senml+cbor';
    const parsed = (cbor ? decodeCbor : parseJson)(bytes, start, end, this.#limits);
    if (!parsed.ok) return writer.reject(parsed.fault);
    const senml = contentType === 'senml+json' || contentType === 'senml+cbor';
    const context = { now, thing: binding.uri, cbor, units: this.#units };
    const reader = senml ? new SenmlReader(context, writer) : new ShapeReader(writer);
    const fault = reader.read(parsed.value);
    return fault === undefined ? writer.report() : writer.reject(fault);
  }
}
