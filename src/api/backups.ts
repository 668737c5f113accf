// SPDX-License-Identifier: Apache-2.0
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { FaultError, fault, Hours, Minutes, type TimeMs } from '#core';
import { readManifest, type Clock, type Logger, type Timer } from '#runtime';
import {
  checkBackupAside,
  readVerdict,
  verdictFile,
  writeVerdict,
  type BackupVerdict,
} from '#store';

export interface BackupSchedule {
  /** 0: none by itself. */
  readonly everyHours: number;
  /** Hour of the day, in the time zone of the server. */
  readonly atHour: number;
  /** How many of the schedule's are kept. */
  readonly keep: number;
}

export interface BackupsOptions {
  /** Folder of backups. */
  readonly directory: string;
  readonly schedule: BackupSchedule;
  readonly make: (how: {
    readonly scheduled: boolean;
  }) => Promise<{ readonly directory: string; readonly bytes: number }>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface BackupRow {
  readonly name: string;
  readonly directory: string;
  readonly created: string;
  readonly product: string;
  readonly bytes: number;
  readonly scheduled: boolean;
  readonly verdict: BackupVerdict | undefined;
}

export interface BackupState {
  /** Newest time at which a backup was made that a check has found whole. */
  readonly verified: TimeMs | undefined;
  /** Why the last attempt came to nothing. */
  readonly failure: string | undefined;
}

/** Names that `createBackup` gives: nothing that leads out of the folder. */
const nameForm = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/;
const lookMs = Minutes(1);
const repeatMs = Hours(1);
const rowsMax = 1_000;

/** Backups of the folder: made, checked, listed, and by schedule also removed. One thing at a time. */
export class Backups implements AsyncDisposable {
  readonly #options: BackupsOptions;
  #busy: Promise<unknown> | undefined;
  #failure: string | undefined;
  #timer: Timer | undefined;
  #notBefore: TimeMs = 0;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  get schedule(): BackupSchedule {
    return this.#options.schedule;
  }

  /** Whether one is being made or checked. */
  get running(): boolean {
    return this.#busy !== undefined;
  }

  /** Begins to make backups when they are due. */
  start(): void {
    const { schedule, clock } = this.#options;
    if (schedule.everyHours > 0) this.#timer = clock.every(lookMs, () => void this.runDue());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    await Promise.allSettled([this.#busy]);
  }

  /** The newest first. */
  async list(): Promise<readonly BackupRow[]> {
    const names = await readdir(this.#options.directory).catch(() => []);
    const newest = names
      .filter((name) => nameForm.test(name))
      .toSorted()
      .toReversed();
    const rows = await Promise.all(newest.slice(0, rowsMax).map((name) => this.#row(name)));
    return rows.filter((row) => row !== undefined);
  }

  async state(): Promise<BackupState> {
    const whole = (await this.list()).find(({ verdict }) => verdict?.ok === true);
    const verified = whole === undefined ? undefined : Date.parse(whole.created);
    return { verified, failure: this.#failure };
  }

  /** Makes one now. Fault: `store.backup-running`. */
  async create(scheduled = false): Promise<BackupRow> {
    return this.#alone(async () => {
      try {
        const { directory } = await this.#options.make({ scheduled });
        this.#failure = undefined;
        return await this.#known(path.basename(directory));
      } catch (error) {
        this.#failure = error instanceof Error ? error.message : String(error);
        throw error;
      }
    });
  }

  /** Checks one against its digests and reads all that is in it. Faults: `common.not-found`, `store.backup-running`. */
  async verify(name: string): Promise<BackupVerdict> {
    const { directory } = await this.#known(name);
    return this.#alone(async () => {
      const verdict = { time: this.#options.clock.now(), ...(await checkBackupAside(directory)) };
      await writeVerdict(directory, verdict);
      return verdict;
    });
  }

  /** Makes and checks the backup that is due, if one is, then removes old ones of the schedule. */
  async runDue(): Promise<void> {
    const { clock, schedule, logger } = this.#options;
    const now = clock.now();
    if (this.running || now < this.#notBefore) return;
    const last = (await this.list()).find((row) => row.scheduled);
    const due = dueBefore(now, schedule);
    if (last !== undefined && Date.parse(last.created) >= due) return;
    this.#notBefore = now + repeatMs;
    try {
      const { name } = await this.create(true);
      const { ok, detail } = await this.verify(name);
      if (!ok) this.#failure = `${name}: ${detail}`;
      else await this.#prune();
      logger.info({ backup: name, ok, detail }, 'a backup of the schedule was made');
    } catch (error) {
      logger.error({ err: error }, 'the backup of the schedule failed');
    }
  }

  async #prune(): Promise<void> {
    const old = (await this.list()).filter((row) => row.scheduled).slice(this.schedule.keep);
    for (const { directory } of old) {
      await rm(verdictFile(directory), { force: true });
      await rm(directory, { recursive: true, force: true });
    }
  }

  async #known(name: string): Promise<BackupRow> {
    const row = nameForm.test(name) ? await this.#row(name) : undefined;
    if (row === undefined) throw new FaultError(fault('common.not-found', 'backup', name));
    return row;
  }

  async #row(name: string): Promise<BackupRow | undefined> {
    const directory = path.join(this.#options.directory, name);
    const manifest = await readManifest(directory);
    if (manifest === undefined) return undefined;
    const { created, product, about, files } = manifest;
    return {
      ...{ name, directory, created, product },
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      scheduled: about['scheduled'] === true,
      verdict: await readVerdict(directory),
    };
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy !== undefined) throw new FaultError(fault('store.backup-running'));
    const working = work();
    this.#busy = working;
    try {
      return await working;
    } finally {
      this.#busy = undefined;
    }
  }
}

/** The latest moment at or before `now` at which the schedule wants a backup. */
export function dueBefore(now: TimeMs, { everyHours, atHour }: BackupSchedule): TimeMs {
  const first = new Date(now);
  first.setHours(atHour, 0, 0, 0);
  if (first.getTime() > now) first.setDate(first.getDate() - 1);
  const step = Hours(everyHours);
  return first.getTime() + Math.floor((now - first.getTime()) / step) * step;
}
