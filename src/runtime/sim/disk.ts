// SPDX-License-Identifier: Apache-2.0
import { posix } from 'node:path';
import type { SeededRandom } from '#core';
import type { Disk, DiskFile } from '../disk.ts';
import { SimDirectory } from './directory.ts';
import { sectorCut, SimInode } from './inode.ts';

type Operation = 'write' | 'sync' | 'read';

/** The `nth` operation of a kind from now on (1 is the next) fails, and with `times` those after it. */
export interface SimFault {
  readonly operation: Operation;
  readonly nth: number;
  readonly times?: number;
  readonly code: 'EIO' | 'ENOSPC';
}

interface ArmedFault {
  readonly operation: Operation;
  readonly first: number;
  readonly last: number;
  readonly code: 'EIO' | 'ENOSPC';
}

interface Write {
  readonly inode: SimInode;
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * A disk in memory that behaves like a bad one, repeatably: a seed decides how long operations take (in turns of
 * the microtask queue) and what a power loss leaves.
 */
export class SimDisk implements Disk {
  /** Operations so far, the failed ones included. */
  readonly counts: Record<Operation, number> = { write: 0, sync: 0, read: 0 };
  /** Bytes by which files may still grow. */
  free: number;
  readonly #random: SeededRandom;
  readonly #directories: Map<string, SimDirectory>;
  readonly #writing = new Set<Write>();
  #faults: ArmedFault[] = [];
  #off = false;

  constructor(
    random: SeededRandom,
    free = Number.MAX_SAFE_INTEGER,
    directories = new Map([['/', new SimDirectory()]]),
  ) {
    this.#random = random;
    this.free = free;
    this.#directories = directories;
  }

  /** Arms a fault. */
  inject(fault: SimFault): void {
    const first = this.counts[fault.operation] + fault.nth;
    const last = first + (fault.times ?? 1) - 1;
    this.#faults.push({ operation: fault.operation, first, last, code: fault.code });
  }

  /** Takes back every fault that has not struck. */
  heal(): void {
    this.#faults = [];
  }

  /** Power loss: this disk answers nothing any more; the result is what the machine finds when it is on again. */
  crash(): SimDisk {
    return this.#next((inode) => inode.afterPowerLoss(this.#random), this.#random);
  }

  /** The program is killed: unsynced writes stay in the memory of the machine, still unsynced. */
  kill(): SimDisk {
    return this.#next((inode) => inode.copy());
  }

  /** An independent copy, for instance to damage it. */
  clone(random: SeededRandom): SimDisk {
    const map = memoised((inode) => inode.copy());
    const directories = new Map(
      [...this.#directories].map(([path, directory]) => [path, directory.after(map)]),
    );
    return new SimDisk(random, this.free, directories);
  }

  /** Names in a directory as a program sees them; none when it does not exist. */
  names(directory: string): string[] {
    return this.#directories.get(posix.normalize(directory))?.names ?? [];
  }

  /** A file's bytes as a program reads them. */
  bytes(path: string): Uint8Array {
    return Uint8Array.from(this.#inode(path).view());
  }

  /** Puts a file on the platter, for tests that start from given bytes. */
  put(path: string, bytes: Uint8Array): void {
    const directory = this.#directory(posix.dirname(path));
    directory.change({ set: { name: posix.basename(path), inode: SimInode.of(bytes) } });
    directory.sync();
  }

  /** Flips one bit on the platter; `bit` counts from the lowest bit of the first byte. */
  flip(path: string, bit: number): void {
    const bytes = this.bytes(path);
    bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    this.put(path, bytes);
  }

  async open(path: string, mode: 'read' | 'read-write' | 'create'): Promise<DiskFile> {
    await this.#turns();
    if (mode === 'create') {
      const directory = this.#directory(posix.dirname(path));
      const name = posix.basename(path);
      const existing = directory.get(name);
      if (existing) this.#resize(existing, 0);
      else directory.change({ set: { name, inode: new SimInode() } });
    }
    return this.#file(this.#inode(path));
  }

  async list(directory: string): Promise<string[]> {
    await this.#turns();
    return this.#directory(directory).names;
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#turns();
    for (let at = posix.normalize(path); !this.#directories.has(at); at = posix.dirname(at)) {
      this.#directories.set(at, new SimDirectory());
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#turns();
    const directory = this.#directory(posix.dirname(from));
    if (posix.dirname(from) !== posix.dirname(to)) throw systemError('EXDEV', to);
    const set = { name: posix.basename(to), inode: this.#inode(from) };
    directory.change({ removed: posix.basename(from), set });
  }

  async remove(path: string): Promise<void> {
    await this.#turns();
    this.free += this.#inode(path).size;
    this.#directory(posix.dirname(path)).change({ removed: posix.basename(path) });
  }

  async syncDirectory(path: string): Promise<void> {
    this.#count('sync');
    await this.#turns();
    this.#directory(path).sync();
  }

  async freeBytes(): Promise<number> {
    await this.#turns();
    return this.free;
  }

  #file(inode: SimInode): DiskFile {
    return {
      write: (buffers, position) => this.#write(inode, buffers, position),
      sync: () => this.#sync(inode),
      read: (into, position) => this.#read(inode, into, position),
      truncate: async (size) => {
        await this.#turns();
        this.#resize(inode, size);
      },
      size: async () => {
        await this.#turns();
        return inode.size;
      },
      close: () => this.#turns(),
    };
  }

  async #write(inode: SimInode, buffers: readonly Uint8Array[], position: number): Promise<void> {
    const write = { inode, position, bytes: Buffer.concat(buffers) };
    const code = this.#struck('write');
    this.#writing.add(write);
    await this.#turns();
    this.#writing.delete(write);
    const room = Math.max(inode.size, position) + this.free - position;
    const short = code !== undefined || write.bytes.length > room;
    const most = Math.min(write.bytes.length, Math.max(room, 0));
    this.#apply(write, short ? this.#random.int(most + 1) : most);
    if (short) throw systemError(code ?? 'ENOSPC', 'write');
  }

  #apply(write: Write, length: number): void {
    if (length === 0) return;
    const before = write.inode.size;
    write.inode.write(write.position, write.bytes.subarray(0, length));
    this.free -= write.inode.size - before;
  }

  async #sync(inode: SimInode): Promise<void> {
    const code = this.#struck('sync');
    await this.#turns();
    if (code === undefined) return inode.sync();
    inode.failSync(this.#random);
    throw systemError(code, 'fdatasync');
  }

  async #read(inode: SimInode, into: Uint8Array, position: number): Promise<number> {
    this.#count('read');
    await this.#turns();
    const bytes = inode.view().subarray(position, position + into.length);
    into.set(bytes);
    return bytes.length;
  }

  #resize(inode: SimInode, size: number): void {
    this.free += inode.size - size;
    inode.truncate(size);
  }

  #count(operation: Operation): void {
    const code = this.#struck(operation);
    if (code !== undefined) throw systemError(code, operation);
  }

  #struck(operation: Operation): ArmedFault['code'] | undefined {
    const count = ++this.counts[operation];
    return this.#faults.find(
      (f) => f.operation === operation && count >= f.first && count <= f.last,
    )?.code;
  }

  async #turns(): Promise<void> {
    this.#alive();
    for (let left = this.#random.int(4); left > 0; left--) await Promise.resolve();
    await Promise.resolve();
    this.#alive();
  }

  #alive(): void {
    if (this.#off) throw systemError('ESHUTDOWN', 'the simulated machine is off');
  }

  #next(copy: (inode: SimInode) => SimInode, random?: SeededRandom): SimDisk {
    for (const write of this.#writing) {
      this.#apply(write, sectorCut(write.position, write.bytes, this.#random));
    }
    this.#off = true;
    const map = memoised(copy);
    const directories = new Map<string, SimDirectory>();
    for (const [path, directory] of this.#directories) {
      directories.set(path, directory.after(map, random));
    }
    return new SimDisk(this.#random, this.free, directories);
  }

  #directory(path: string): SimDirectory {
    const directory = this.#directories.get(posix.normalize(path));
    if (!directory) throw systemError('ENOENT', path);
    return directory;
  }

  #inode(path: string): SimInode {
    const inode = this.#directory(posix.dirname(path)).get(posix.basename(path));
    if (!inode) throw systemError('ENOENT', path);
    return inode;
  }
}

function systemError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}

/** One new file for each old one, however many directory entries and states name it. */
function memoised(copy: (inode: SimInode) => SimInode): (inode: SimInode) => SimInode {
  const copies = new Map<SimInode, SimInode>();
  return (inode) => {
    const known = copies.get(inode) ?? copy(inode);
    copies.set(inode, known);
    return known;
  };
}
