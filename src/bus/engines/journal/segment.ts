// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { TimeMs } from '#core';
import type { Disk, DiskFile } from '#runtime';
import type { Offset } from '../../port.ts';
import * as format from './format.ts';
import { decodeMarks, encodeMark, markBytes, SparseIndex, type Mark } from './sparse-index.ts';

/** One file of the log. What it holds up to `end` is durable. */
export class Segment {
  readonly first: Offset;
  readonly start: TimeMs;
  readonly salt: number;
  readonly path: string;
  readonly indexPath: string;
  /** Both header copies are bad: nothing in it can be told apart. */
  readonly unreadable: boolean;
  end: number;
  #index: SparseIndex | undefined;

  constructor(directory: string, header: format.SegmentHeader, end: number, unreadable = false) {
    this.first = header.first;
    this.start = header.start;
    this.salt = header.salt;
    this.path = join(directory, format.segmentName(header.first));
    this.indexPath = join(directory, format.indexName(header.first));
    this.end = end;
    this.unreadable = unreadable;
  }

  /** A segment that is not on disk yet. */
  static plan(directory: string, header: format.SegmentHeader): Segment {
    const segment = new Segment(directory, header, format.headerBytes);
    segment.#index = new SparseIndex(header);
    return segment;
  }

  /** Creates the file with its header, durable with its directory entry. */
  async create(disk: Disk, directory: string): Promise<DiskFile> {
    const file = await disk.open(this.path, 'create');
    try {
      await file.write([format.encodeHeader(this)], 0);
      await file.sync();
      await disk.syncDirectory(directory);
    } catch (error) {
      await file.close();
      throw error;
    }
    return file;
  }

  /** The index, from its side file when it has not been asked for before. */
  async index(disk: Disk): Promise<SparseIndex> {
    this.#index ??= new SparseIndex(this, await this.#readMarks(disk));
    return this.#index;
  }

  /** Appends a mark to the side file. Not synced: a missing row costs time, never data. */
  async writeMark(disk: Disk, mark: Mark, options = { sync: false }): Promise<void> {
    const index = await this.index(disk);
    if (mark.position <= index.last.position) return;
    const file = await disk.open(this.indexPath, index.rows > 0 ? 'read-write' : 'create');
    try {
      await file.write([encodeMark(mark, this.salt)], index.rows * markBytes);
      if (options.sync) await file.sync();
    } finally {
      await file.close();
    }
    index.note(mark, 1);
  }

  async remove(disk: Disk): Promise<void> {
    await disk.remove(this.path);
    await disk.remove(this.indexPath).catch(() => {});
  }

  async #readMarks(disk: Disk): Promise<readonly Mark[]> {
    const bytes = await readFile(disk, this.indexPath).catch(() => Buffer.alloc(0));
    return decodeMarks(bytes, this);
  }
}

/** A whole small file. */
export async function readFile(disk: Disk, path: string): Promise<Buffer> {
  const file = await disk.open(path, 'read');
  try {
    const bytes = Buffer.allocUnsafeSlow(await file.size());
    return bytes.subarray(0, await file.read(bytes, 0));
  } finally {
    await file.close();
  }
}
