// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import {
  ChainCheck,
  genesis,
  hashOf,
  isDetail,
  type AuditActorKind,
  type AuditHead,
  type AuditQuery,
  type AuditResult,
  type AuditRow,
  type AuditStore,
  type AuditVerdict,
} from '#store';

const format = 'fengsui-audit-1';
const pageRows = 250;

/**
 * NDJSON: a head with the newest entry of the log, the rows, the oldest first, and a last line with their number. All
 * entries make a chain; entries of some tenants only are verified one by one.
 */
export async function* exportLines(
  store: AuditStore,
  query: Omit<AuditQuery, 'limit' | 'cursor'>,
  now: TimeMs,
): AsyncGenerator<string> {
  const { head } = store;
  const chain = !Object.values(query).some((part) => part !== undefined);
  yield line({ format, time: now, chain, head });
  let rows = 0;
  let next = 1;
  while (next <= head.seq) {
    const page = await store.range(next, head.seq, pageRows);
    const last = page.at(-1);
    if (last === undefined) break;
    const kept = page.filter((row) => chain || isWanted(row, query));
    rows += kept.length;
    yield kept.map(line).join('');
    next = last.seq + 1;
  }
  yield line({ rows });
}

function isWanted(row: AuditRow, query: Omit<AuditQuery, 'limit' | 'cursor'>): boolean {
  const { tenants, resource, from, to, ...same } = query;
  const of = row.resource ?? '';
  return (
    (tenants?.includes(row.tenant) ?? true) &&
    (resource === undefined || of === resource || of.startsWith(`${resource}/`)) &&
    row.time >= (from ?? row.time) &&
    row.time < (to ?? Infinity) &&
    (same.actorKind ?? row.actorKind) === row.actorKind &&
    (same.actor ?? row.actor) === row.actor &&
    (same.account ?? row.account) === row.account &&
    (same.act ?? row.act) === row.act &&
    (same.resourceKind ?? row.resourceKind) === row.resourceKind &&
    (same.result ?? row.result) === row.result
  );
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;

export type ExportVerdict = AuditVerdict | { readonly ok: false; readonly why: 'not-an-export' };

/** Verifies the lines of an export by themselves. */
export async function checkAuditExport(lines: AsyncIterable<string>): Promise<ExportVerdict> {
  let check: ChainCheck | undefined;
  let head: { readonly chain: boolean; readonly head: AuditHead } | undefined;
  let rows = 0;
  let told: number | undefined;
  let last = genesis;
  for await (const text of lines) {
    if (text.trim() === '') continue;
    const value = parsed(text);
    if (head === undefined) {
      head = headOf(value);
      if (head === undefined) return { ok: false, why: 'not-an-export' };
      check = new ChainCheck(head.chain);
      continue;
    }
    const row = exportedRow(value);
    if (row === undefined) {
      told = typeof value['rows'] === 'number' ? value['rows'] : undefined;
      continue;
    }
    rows++;
    if (head.chain) check?.take(row);
    else if (hashOf(row) !== row.hash || row.seq <= last.seq)
      return { ok: false, rows, seq: row.seq, why: 'changed' };
    last = { seq: row.seq, hash: row.hash };
  }
  if (check === undefined || head === undefined) return { ok: false, why: 'not-an-export' };
  const verdict = head.chain ? check.end(head.head) : undefined;
  if (verdict?.ok === false) return verdict;
  if (told !== rows) return { ok: false, rows, seq: last.seq + 1, why: 'end-removed' };
  return verdict ?? { ok: true, rows, first: undefined, head: head.head };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function headOf(
  value: Readonly<Record<string, unknown>>,
): { readonly chain: boolean; readonly head: AuditHead } | undefined {
  const { head, chain } = value;
  if (value['format'] !== format || typeof chain !== 'boolean') return undefined;
  if (typeof head !== 'object' || head === null) return undefined;
  const { seq, hash }: { seq?: unknown; hash?: unknown } = head;
  return typeof seq === 'number' && typeof hash === 'string'
    ? { chain, head: { seq, hash } }
    : undefined;
}

const kinds: readonly AuditActorKind[] = ['user', 'token', 'thing', 'anonymous', 'system'];
const results: readonly AuditResult[] = ['done', 'refused', 'failed'];

function exportedRow(value: Readonly<Record<string, unknown>>): AuditRow | undefined {
  const { seq, time, tenant, act, detail, algorithm, prev, hash } = value;
  const text = (name: string): string | undefined => {
    const found = value[name];
    return typeof found === 'string' ? found : undefined;
  };
  const whole = (name: string): number | undefined => {
    const found = value[name];
    return typeof found === 'number' ? found : undefined;
  };
  if (typeof seq !== 'number' || typeof time !== 'number' || typeof tenant !== 'number') {
    return undefined;
  }
  if (typeof act !== 'string' || typeof algorithm !== 'string') return undefined;
  if (typeof prev !== 'string' || typeof hash !== 'string' || !isDetail(detail)) return undefined;
  const { actor, account } = { actor: whole('actor'), account: whole('account') };
  return {
    ...{ seq, time, tenant, act, detail, algorithm, prev, hash, actor, account },
    actorKind: kinds.find((kind) => kind === value['actorKind']) ?? 'system',
    result: results.find((result) => result === value['result']) ?? 'failed',
    resourceKind: text('resourceKind'),
    resource: text('resource'),
    source: text('source'),
    code: text('code'),
    before: text('before'),
    after: text('after'),
    trace: text('trace'),
  };
}
