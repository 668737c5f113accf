// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { canonicalJson } from '#core';
import { pruneAct, type AuditEntry, type AuditHead, type AuditRow } from './port.ts';

/** Hash functions of the chain; both give 32 bytes. SM3 is GB/T 32905. */
export type AuditHash = 'sha256' | 'sm3';

/** What the first row follows. */
export const genesis: AuditHead = { seq: 0, hash: '0'.repeat(64) };

/** The name of an encoding with a hash function, as rows carry it. */
export function algorithmOf(hash: AuditHash): string {
  return `1-${hash}`;
}

/**
 * Encoding 1: UTF-8 of the JSON array, without white space, of the row's fields in this order, `null` for what is not
 * there, the detail as canonical JSON text. The hash of a row is that of the 32 bytes of `prev`, then of the encoding.
 */
export function encodingOf(row: Omit<AuditRow, 'prev' | 'hash'>): string {
  return JSON.stringify([
    'fengsui-audit',
    row.algorithm,
    row.seq,
    row.time,
    row.tenant,
    row.actorKind,
    row.actor ?? null,
    row.account ?? null,
    row.act,
    row.resourceKind ?? null,
    row.resource ?? null,
    row.source ?? null,
    row.result,
    row.code ?? null,
    row.before ?? null,
    row.after ?? null,
    canonicalJson(row.detail),
    row.trace ?? null,
  ]);
}

/** The hash of a row, hex; undefined for an algorithm that this version does not know. */
export function hashOf(row: Omit<AuditRow, 'hash'>): string | undefined {
  const hash = row.algorithm === '1-sha256' ? 'sha256' : row.algorithm === '1-sm3' ? 'sm3' : '';
  if (hash === '') return undefined;
  return createHash(hash)
    .update(Buffer.from(row.prev, 'hex'))
    .update(encodingOf(row))
    .digest('hex');
}

/** Entries as the next rows of a chain. */
export function chained(
  entries: readonly AuditEntry[],
  after: AuditHead,
  hash: AuditHash,
): readonly AuditRow[] {
  const algorithm = algorithmOf(hash);
  let { seq, hash: prev } = after;
  return entries.map((entry) => {
    const row = { ...entry, seq: ++seq, algorithm, prev };
    prev = hashOf(row) ?? prev;
    return { ...row, hash: prev };
  });
}

/** Why a chain is broken: what is at `seq` is not what was written there. */
export type ChainFault =
  | 'changed'
  | 'missing'
  | 'out-of-order'
  | 'unlinked'
  | 'unknown-algorithm'
  | 'beginning-removed'
  | 'end-removed';

export type AuditVerdict =
  | {
      readonly ok: true;
      readonly rows: number;
      readonly first: number | undefined;
      readonly head: AuditHead;
    }
  | {
      readonly ok: false;
      readonly rows: number;
      readonly seq: number;
      readonly why: ChainFault;
    };

interface Broken {
  readonly seq: number;
  readonly why: ChainFault;
}

/** Follows a chain row by row. */
export class ChainCheck {
  /** Whether the rows begin with the oldest that there is; else the first row's `prev` is taken as it is. */
  readonly #whole: boolean;
  #rows = 0;
  #first: AuditRow | undefined;
  #last: AuditHead = genesis;
  #broken: Broken | undefined;
  /** The last row that the newest prune entry has named. */
  #pruned: AuditHead | undefined;

  constructor(whole: boolean) {
    this.#whole = whole;
  }

  get broken(): boolean {
    return this.#broken !== undefined;
  }

  take(row: AuditRow): void {
    if (this.#broken !== undefined) return;
    const why = this.#faultOf(row);
    if (why !== undefined) {
      this.#broken = { seq: why === 'missing' ? this.#last.seq + 1 : row.seq, why };
      return;
    }
    this.#first ??= row;
    if (row.act === pruneAct) this.#pruned = prunedOf(row) ?? this.#pruned;
    this.#rows++;
    this.#last = row;
  }

  /** The verdict; `head` is the newest row as it is known from elsewhere. */
  end(head?: AuditHead): AuditVerdict {
    const rows = this.#rows;
    const broken = this.#broken ?? this.#beginning() ?? this.#end(head);
    if (broken !== undefined) return { ok: false, rows, ...broken };
    const { seq, hash } = this.#last;
    return { ok: true, rows, first: this.#first?.seq, head: { seq, hash } };
  }

  #faultOf(row: AuditRow): ChainFault | undefined {
    const { seq, hash } = this.#last;
    if (this.#first !== undefined || (this.#whole && row.seq === 1)) {
      if (row.seq <= seq) return 'out-of-order';
      if (row.seq > seq + 1) return 'missing';
      if (row.prev !== hash) return 'unlinked';
    }
    const expected = hashOf(row);
    if (expected === undefined) return 'unknown-algorithm';
    return expected === row.hash ? undefined : 'changed';
  }

  /** Rows may be missing at the beginning when an entry of the chain itself names where it was cut. */
  #beginning(): Broken | undefined {
    const first = this.#first;
    if (!this.#whole || first === undefined || first.seq === 1) return undefined;
    const { seq, hash } = this.#pruned ?? genesis;
    // A prune that was cut short has left rows that it has named.
    const fine = seq === first.seq - 1 ? hash === first.prev : seq >= first.seq;
    return fine ? undefined : { seq: 1, why: 'beginning-removed' };
  }

  #end(head: AuditHead | undefined): Broken | undefined {
    const { seq, hash } = this.#last;
    if (head === undefined) return undefined;
    if (seq < head.seq) return { seq: seq + 1, why: 'end-removed' };
    return seq === head.seq && hash !== head.hash ? { seq, why: 'changed' } : undefined;
  }
}

function prunedOf({ detail }: AuditRow): AuditHead | undefined {
  const { through, hash } = detail;
  return typeof through === 'number' && typeof hash === 'string'
    ? { seq: through, hash }
    : undefined;
}
