// SPDX-License-Identifier: Apache-2.0
import type { Ingest, TappedFrame, Trace } from '#access';
import { FaultError, fault, type Limits } from '#core';
import {
  contentTypeOf,
  PropertyDecoder,
  type Collect,
  type RefusedReading,
  type ThingBinding,
} from '#model';
import { Refused } from './problem.ts';

export interface HttpReadingsOptions {
  readonly ingest: Ingest;
  readonly limits: Limits;
  readonly collect: Collect;
  readonly trace: Trace;
}

/** A post of readings that is on disk, at least in part. */
export interface TakenReadings {
  readonly accepted: number;
  readonly refusedCount: number;
  readonly refused: readonly RefusedReading[];
}

/** Readings over HTTP: the same decoder and the same log as every protocol; the answer means on disk. */
export class HttpReadings {
  /** Posts and readings taken since the start. */
  messages = 0;
  readings = 0;
  readonly #options: HttpReadingsOptions;
  readonly #decoder: PropertyDecoder;

  constructor(options: HttpReadingsOptions) {
    this.#options = options;
    this.#decoder = new PropertyDecoder(options.limits, options.collect);
  }

  /** Takes a payload for a thing. Throws the fault of a payload that is bad as a whole, or all when no reading was good. */
  async take(
    binding: ThingBinding,
    bytes: Buffer,
    mediaType: string | undefined,
    tapped?: TappedFrame,
  ): Promise<TakenReadings> {
    const { ingest, trace } = this.#options;
    const contentType = contentTypeOf(mediaType);
    if (contentType === undefined)
      throw new FaultError(fault('api.media-type', 'content-type', mediaType));
    refuseWhenCongested(ingest);
    const { batch, now } = ingest;
    const recorder = trace.active || tapped ? trace.begin(binding.thing, '', tapped) : undefined;
    recorder?.step('receive', now, true, `POST, ${bytes.length} bytes`);
    recorder?.step('auth', now, true, `thing ${binding.thing}`);
    recorder?.step('decode', now, true, contentType);
    const range = { bytes, start: 0, end: bytes.length };
    const report = this.#decoder.decode({ ...range, contentType, binding, batch, now });
    this.messages++;
    this.readings += report.accepted;
    const { accepted, refusedCount } = report;
    // The report is the decoder's, which is used again before this post is on disk.
    const refused = [...report.refused];
    const first = report.fault ?? refused[0]?.fault;
    recorder?.step('model', now, first === undefined, first?.code ?? `${accepted} readings`);
    if (report.fault !== undefined) throw new FaultError(report.fault);
    if (accepted === 0 && first !== undefined) throw new Refused(refused.map((r) => r.fault));
    recorder?.commit(ingest);
    await ingest.durable();
    return { accepted, refusedCount, refused };
  }
}

/** Pushes back while more is accepted than the disk keeps up with. */
export function refuseWhenCongested(ingest: Ingest): void {
  if (!ingest.congested) return;
  throw new FaultError(fault('common.unavailable', 'ingest.pendingBytesMax'));
}
