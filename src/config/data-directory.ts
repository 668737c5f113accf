// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail, ok, type Result } from '#core';

/** A data directory held by this process. */
export interface DataDirectory {
  readonly path: string;
  /** Writes where this process listens (`http`, `mqtt`, …) beside its name, for commands that look for it. */
  announce(listeners: Readonly<Record<string, string>>): void;
  release(): void;
  [Symbol.dispose](): void;
}

/** How long to wait for a process that is just ending. */
const waitMs = 1_500;

const lockFile = 'lock.db';
const holderFile = 'lock.json';

/**
 * Makes the directory (mode 700) when it is missing and holds it for this process.
 *
 * The lock is the operating system's own, taken on `lock.db` by SQLite (the only way Node has to it without an add-on):
 * it ends with the process however that ends, also by `kill -9`, and is never stale. `lock.json` only names the holder.
 */
export function openDataDirectory(directory: string): Result<DataDirectory> {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.R_OK | constants.X_OK);
  } catch (error) {
    return fail('config.data-unwritable', directory, reasonOf(error));
  }
  const locked = lock(path.join(directory, lockFile));
  if (!locked.ok) {
    const detail = locked.fault.code === 'config.data-in-use' ? holderOf(directory) : undefined;
    return fail(locked.fault.code, directory, detail ?? locked.fault.detail);
  }
  const holder = path.join(directory, holderFile);
  const note = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const write = (more: object): void =>
    writeFileSync(holder, `${JSON.stringify({ ...note, ...more })}\n`, { mode: 0o600 });
  write({});
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    rmSync(holder, { force: true });
    locked.value.close();
  };
  return ok({
    path: directory,
    announce: (listeners) => write({ listeners }),
    release,
    [Symbol.dispose]: release,
  });
}

const sqliteBusy = 5;

function lock(file: string): Result<DatabaseSync> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: waitMs });
    database.exec('PRAGMA journal_mode = MEMORY');
    database.exec('BEGIN EXCLUSIVE');
    return ok(database);
  } catch (error) {
    database?.close();
    const busy = error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
    return busy
      ? fail('config.data-in-use', file)
      : fail('config.data-unwritable', file, reasonOf(error));
  }
}

/** What the holder of a directory has announced: URL or address by listener; empty when nobody holds it. */
export function announcedListeners(directory: string): Readonly<Record<string, string>> {
  try {
    const note: { readonly listeners?: unknown } = JSON.parse(
      readFileSync(path.join(directory, holderFile), 'utf8'),
    );
    const { listeners } = note;
    if (typeof listeners !== 'object' || listeners === null) return {};
    return Object.fromEntries(
      Object.entries(listeners).flatMap(([name, text]) =>
        typeof text === 'string' ? [[name, text]] : [],
      ),
    );
  } catch {
    return {};
  }
}

function holderOf(directory: string): string | undefined {
  try {
    const note: unknown = JSON.parse(readFileSync(path.join(directory, holderFile), 'utf8'));
    if (typeof note !== 'object' || note === null) return undefined;
    const { pid, host, since }: { pid?: unknown; host?: unknown; since?: unknown } = note;
    return `process ${String(pid)} on ${String(host)} since ${String(since)}`;
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
