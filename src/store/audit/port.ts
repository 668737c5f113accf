// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Page, PageRequest } from '../registry/page.ts';

/** Who acted; `system` is the platform itself. */
export type AuditActorKind = 'user' | 'token' | 'thing' | 'anonymous' | 'system';

/** `refused`: the actor may not do it; `failed`: it was tried and did not work. */
export type AuditResult = 'done' | 'refused' | 'failed';

export type AuditDetail = Readonly<Record<string, string | number | boolean>>;

/** One act as it is recorded: ids, never names; digests, never values. */
export interface AuditEntry {
  readonly time: TimeMs;
  readonly tenant: number;
  readonly actorKind: AuditActorKind;
  /** Number of the user, token or thing. */
  readonly actor: number | undefined;
  /** Whose token it is, or the user. */
  readonly account: number | undefined;
  /** A permission, or a word such as `login`. */
  readonly act: string;
  readonly resourceKind: string | undefined;
  readonly resource: string | undefined;
  /** Network address. */
  readonly source: string | undefined;
  readonly result: AuditResult;
  /** Of the error catalogue. */
  readonly code: string | undefined;
  /** Digest of the resource before and after: SHA-256 of canonical JSON, hex. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly detail: AuditDetail;
  readonly trace: string | undefined;
}

/** An entry in its place in the chain. */
export interface AuditRow extends AuditEntry {
  /** 1, 2, … without gaps. */
  readonly seq: number;
  /** How `hash` is made: see `chain.ts`. */
  readonly algorithm: string;
  /** Hash of the row before, hex; zeros in the first. */
  readonly prev: string;
  readonly hash: string;
}

export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

export interface AuditQuery extends PageRequest {
  /** All when undefined. */
  readonly tenants?: readonly number[] | undefined;
  readonly actorKind?: AuditActorKind | undefined;
  readonly actor?: number | undefined;
  readonly account?: number | undefined;
  readonly act?: string | undefined;
  readonly resourceKind?: string | undefined;
  /** That resource and what belongs to it: `12` also finds `12/open`. */
  readonly resource?: string | undefined;
  readonly result?: AuditResult | undefined;
  /** In `[from, to)`. */
  readonly from?: TimeMs | undefined;
  readonly to?: TimeMs | undefined;
}

/** Keeps the audit log. Rows are only ever appended; pruning takes the oldest away, and says so in the log first. */
export interface AuditStore extends AsyncDisposable {
  /** The newest durable row. */
  readonly head: AuditHead;
  /**
   * Appends in one transaction and resolves when it is durable; one call at a time. After a failure nothing is known
   * of those entries until `reopen`, and every call fails.
   */
  append(entries: readonly AuditEntry[]): Promise<AuditHead>;
  /** Takes the file up again after a failure; `head` says then what has got there. */
  reopen(): Promise<void>;
  /** The newest first. */
  list(query: AuditQuery): Promise<Page<AuditRow>>;
  /** Rows `from` to `to`, both included, the oldest first; at most `limit`. */
  range(from: number, to: number, limit: number): Promise<readonly AuditRow[]>;
  /** The newest row of a beginning of the log in which all are older than a time. */
  olderThan(time: TimeMs): Promise<AuditHead | undefined>;
  /** Deletes up to `limit` rows of those that the newest `audit.prune` entry names; gives how many. */
  prune(limit: number): Promise<number>;
  /** A consistent copy into a new file while running. */
  backup(path: string): Promise<void>;
}

/** The act of the entry that names, in its detail, up to which `through` the log was pruned and that row's `hash`. */
export const pruneAct = 'audit.prune';
