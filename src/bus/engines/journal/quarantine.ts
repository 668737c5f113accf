// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Limits } from '#core';
import type { Disk, Logger } from '#runtime';
import type { Offset } from '../../port.ts';
import { offsetText } from './format.ts';
import type { JournalMetrics } from './journal-metrics.ts';
import type { Segment } from './segment.ts';

const copyBytes = 1_048_576;

/** A damaged range of a segment and the offsets that are lost with it. */
export interface Loss {
  readonly position: number;
  readonly bytes: number;
  readonly from: Offset;
  readonly to: Offset;
}

/**
 * Copies of damaged ranges, one file each: `<segment>-<position>-<bytes>-<from>-<to>.bin`. The name makes keeping
 * repeatable: a range that is met again after a restart is neither copied nor counted twice.
 */
export class Quarantine {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #bytesMax: number;
  readonly #metrics: JournalMetrics;
  readonly #logger: Logger;
  readonly #known = new Set<string>();
  #bytes = 0;

  constructor(
    options: { disk: Disk; directory: string; limits: Limits; logger: Logger },
    metrics: JournalMetrics,
  ) {
    this.#disk = options.disk;
    this.#directory = join(options.directory, 'quarantine');
    this.#bytesMax = options.limits['log.quarantineBytesMax'];
    this.#logger = options.logger;
    this.#metrics = metrics;
  }

  async start(): Promise<void> {
    await this.#disk.makeDirectory(this.#directory);
    for (const name of await this.#disk.list(this.#directory)) {
      const bytes = /^\d+-\d+-(\d+)-\d+-\d+\.bin$/.exec(name)?.[1];
      if (bytes === undefined) continue;
      this.#known.add(name);
      this.#bytes += Number(bytes);
    }
  }

  /** Reports a loss and copies its bytes; does nothing when it is known. A copy that fails is reported, not thrown. */
  async keep(segment: Segment, loss: Loss): Promise<void> {
    const { position, bytes, from, to } = loss;
    const name = `${offsetText(segment.first)}-${position}-${bytes}-${from}-${to}.bin`;
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#metrics.quarantinedBytes.inc(bytes);
    const fields = { segment: segment.path, position, bytes, from, to };
    if (this.#bytes + bytes > this.#bytesMax) {
      this.#metrics.quarantineFull.inc();
      this.#logger.error(fields, 'log damaged; not copied, log.quarantineBytesMax is reached');
      return;
    }
    this.#logger.error(
      { ...fields, copy: name },
      'log damaged; these records are lost, the rest stays',
    );
    try {
      await this.#copy(segment.path, loss, name);
      this.#bytes += bytes;
    } catch (error) {
      this.#logger.error({ ...fields, error }, 'damaged part of the log could not be copied');
    }
  }

  async #copy(from: string, { position, bytes }: Loss, name: string): Promise<void> {
    const source = await this.#disk.open(from, 'read');
    try {
      const path = join(this.#directory, name);
      const target = await this.#disk.open(`${path}.tmp`, 'create');
      try {
        for (let done = 0; done < bytes;) {
          const buffer = Buffer.allocUnsafe(Math.min(copyBytes, bytes - done));
          const count = await source.read(buffer, position + done);
          if (count === 0) break;
          await target.write([buffer.subarray(0, count)], done);
          done += count;
        }
        await target.sync();
      } finally {
        await target.close();
      }
      await this.#disk.rename(`${path}.tmp`, path);
      await this.#disk.syncDirectory(this.#directory);
    } finally {
      await source.close();
    }
  }
}
