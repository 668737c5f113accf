// SPDX-License-Identifier: Apache-2.0
import { sourceKey } from '#core';
import type { AuditAct } from './act.ts';

interface Repeated {
  readonly act: AuditAct;
  /** Times beyond the first, which is recorded by itself. */
  count: number;
}

/** Counts acts that were not done and are the same, so that a flood of them cannot fill the disk. */
export class Repeats {
  readonly #max: number;
  readonly #hit: () => void;
  #seen = new Map<string, Repeated>();
  #others: { readonly act: AuditAct; count: number } | undefined;

  constructor(max: number, hit: () => void) {
    this.#max = max;
    this.#hit = hit;
  }

  /** Whether the act is new since the counts were last taken, and is to be recorded. */
  isNew(act: AuditAct): boolean {
    const key = keyOf(act);
    const seen = this.#seen.get(key);
    if (seen !== undefined) {
      seen.count++;
      return false;
    }
    if (this.#seen.size >= this.#max) {
      this.#hit();
      this.#others ??= { act, count: 0 };
      this.#others.count++;
      return false;
    }
    this.#seen.set(key, { act, count: 0 });
    return true;
  }

  /** What was counted, as acts to be recorded; begins anew. */
  take(): readonly AuditAct[] {
    const repeated = [...this.#seen.values()]
      .filter(({ count }) => count > 0)
      .map(({ act, count }) => ({ ...act, detail: { ...act.detail, repeated: count } }));
    const others = this.#others;
    this.#seen = new Map();
    this.#others = undefined;
    if (others === undefined) return repeated;
    const { tenant, result, code } = others.act;
    const detail = { others: others.count };
    return [
      ...repeated,
      { tenant, actor: { kind: 'anonymous' }, act: 'refusals', result, code, detail },
    ];
  }
}

/** One /64 of IPv6 is one source. */
function keyOf({ tenant, actor, act, resource, source, result, code, detail }: AuditAct): string {
  const place = source === undefined ? '' : sourceKey(source);
  const request = detail?.['request'] ?? '';
  const who = [tenant, actor.kind, actor.id ?? ''];
  return [...who, act, resource?.kind, resource?.id, place, result, code, request].join('\n');
}
