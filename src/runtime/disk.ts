// SPDX-License-Identifier: Apache-2.0

/** An open file. Writes are durable only after `sync` has resolved (fdatasync). */
export interface DiskFile {
  /** Writes all buffers one after another from `position`. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>;
  sync(): Promise<void>;
  /** Reads up to `into.length` bytes; resolves to the count read, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/** The file system as the log and the snapshots need it; `runtime/sim` has one with faults and a seed. */
export interface Disk {
  open(path: string, mode: 'read' | 'read-write' | 'create'): Promise<DiskFile>;
  /** Names in a directory, without the directory. */
  list(directory: string): Promise<string[]>;
  makeDirectory(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  freeBytes(path: string): Promise<number>;
}
