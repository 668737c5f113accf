// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Disk, Logger } from '#runtime';
import type { Offset } from './port.ts';

const magic = Buffer.from('FSSNAP01');
const headBytes = 32;

/** A reader's state as of an offset: the fold of the log up to, not including, `offset`. */
export interface Snapshot {
  readonly offset: Offset;
  readonly state: Uint8Array;
}

export interface SnapshotOptions {
  readonly disk: Disk;
  /** Must exist or be creatable; several snapshots may share it. */
  readonly directory: string;
  /** A file name without suffix. */
  readonly name: string;
  readonly logger: Logger;
}

/**
 * Keeps the newest state of a reader and the one before it as files; a damaged newest falls back to the older one, so that
 * the log must be held from `held`. File, little endian: u8[8] magic, f64 offset, f64 state bytes, u32 CRC of the state,
 * u32 CRC of the head, state. One caller at a time.
 */
export class SnapshotFile {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #current: string;
  readonly #previous: string;
  readonly #logger: Logger;
  #currentGood = false;
  #newest: Offset = 0;
  #held: Offset = 0;

  constructor(options: SnapshotOptions) {
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#current = join(options.directory, `${options.name}.snapshot`);
    this.#previous = join(options.directory, `${options.name}.snapshot.old`);
    this.#logger = options.logger;
  }

  /** The oldest offset from which a restore may go on: hold the log there. */
  get held(): Offset {
    return this.#held;
  }

  /** The newest good snapshot, or undefined when there is none: then the state is folded from the start of the log. */
  async restore(): Promise<Snapshot | undefined> {
    await this.#disk.makeDirectory(this.#directory);
    const current = await this.#load(this.#current);
    const previous = await this.#load(this.#previous);
    this.#currentGood = current !== undefined;
    this.#newest = (current ?? previous)?.offset ?? 0;
    this.#held = previous?.offset ?? 0;
    if (!current && previous) {
      const fields = { path: this.#current, offset: previous.offset };
      this.#logger.warn(
        fields,
        'the newest snapshot is missing or damaged; the one before it is used',
      );
    }
    return current ?? previous;
  }

  /** Makes a state durable; resolves when a restore would find it. On failure the older ones stay. */
  async save(snapshot: Snapshot): Promise<void> {
    const temporary = `${this.#current}.tmp`;
    const file = await this.#disk.open(temporary, 'create');
    try {
      await file.write([encodeHead(snapshot), snapshot.state], 0);
      await file.sync();
    } finally {
      await file.close();
    }
    const rotate = this.#currentGood;
    this.#currentGood = false;
    if (rotate) await this.#disk.rename(this.#current, this.#previous);
    await this.#disk.rename(temporary, this.#current);
    await this.#disk.syncDirectory(this.#directory);
    this.#currentGood = true;
    this.#held = this.#newest;
    this.#newest = snapshot.offset;
  }

  async #load(path: string): Promise<Snapshot | undefined> {
    const bytes = await this.#read(path);
    if (!bytes) return undefined;
    const snapshot = decode(bytes);
    if (!snapshot) this.#logger.error({ path, bytes: bytes.length }, 'snapshot is damaged');
    return snapshot;
  }

  async #read(path: string): Promise<Buffer | undefined> {
    const file = await this.#disk.open(path, 'read').catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (!file) return undefined;
    try {
      const bytes = Buffer.allocUnsafeSlow(await file.size());
      return bytes.subarray(0, await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  }
}

function encodeHead({ offset, state }: Snapshot): Buffer {
  const head = Buffer.alloc(headBytes);
  magic.copy(head);
  head.writeDoubleLE(offset, 8);
  head.writeDoubleLE(state.length, 16);
  head.writeUInt32LE(crc32(state), 24);
  head.writeUInt32LE(crc32(head.subarray(0, 28)), 28);
  return head;
}

function decode(bytes: Buffer): Snapshot | undefined {
  if (bytes.length < headBytes || !bytes.subarray(0, 8).equals(magic)) return undefined;
  if (crc32(bytes.subarray(0, 28)) !== bytes.readUInt32LE(28)) return undefined;
  const state = bytes.subarray(headBytes);
  if (state.length !== bytes.readDoubleLE(16)) return undefined;
  if (crc32(state) !== bytes.readUInt32LE(24)) return undefined;
  return { offset: bytes.readDoubleLE(8), state };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
