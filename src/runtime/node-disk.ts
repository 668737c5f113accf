// SPDX-License-Identifier: Apache-2.0
import fs from 'node:fs';
import type { Disk, DiskFile } from './disk.ts';

const flags = { read: 'r', 'read-write': 'r+', create: 'w+' } as const;

/** The machine's file system. Errors are Node's own, with `code` (`ENOSPC`, `EIO`, …). */
export const nodeDisk: Disk = {
  async open(path, mode) {
    return new NodeFile(await fs.promises.open(path, flags[mode], 0o600));
  },
  list: (directory) => fs.promises.readdir(directory),
  async makeDirectory(path) {
    await fs.promises.mkdir(path, { recursive: true, mode: 0o700 });
  },
  rename: (from, to) => fs.promises.rename(from, to),
  remove: (path) => fs.promises.unlink(path),
  async syncDirectory(path) {
    const directory = await fs.promises.open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
  async freeBytes(path) {
    const stats = await fs.promises.statfs(path);
    return stats.bavail * stats.bsize;
  },
};

/** Reads and writes go through the callback API: a promise a call, and nothing else allocated. */
class NodeFile implements DiskFile {
  readonly #handle: fs.promises.FileHandle;
  readonly #fd: number;

  constructor(handle: fs.promises.FileHandle) {
    this.#handle = handle;
    this.#fd = handle.fd;
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    let rest = buffers;
    let at = position;
    while (rest.length > 0) {
      const written = await this.#writeOnce(rest, at);
      at += written;
      rest = afterBytes(rest, written);
    }
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#fd, (error) => (error ? reject(error) : resolve()));
    });
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const count = await this.#readOnce(into, done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  truncate(size: number): Promise<void> {
    return this.#handle.truncate(size);
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  #writeOnce(buffers: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.writev(this.#fd, buffers, position, (error, written) => {
        if (error) reject(error);
        else resolve(written);
      });
    });
  }

  #readOnce(into: Uint8Array, from: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#fd, into, from, into.length - from, position, (error, count) => {
        if (error) reject(error);
        else resolve(count);
      });
    });
  }
}

/** What is left to write after a short write. */
function afterBytes(buffers: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count;
  for (let i = 0; i < buffers.length; i++) {
    const size = buffers[i]?.length ?? 0;
    if (left < size)
      return [buffers[i]?.subarray(left) ?? new Uint8Array(), ...buffers.slice(i + 1)];
    left -= size;
  }
  return [];
}
