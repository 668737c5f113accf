// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Days, FaultError, limitsOf, Minutes, Seconds, type LimitName } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock } from '#runtime/sim';
import { checkAuditFile, openSqliteAudit, type AuditStore } from '#store';
import { auditActorOf, digestOf, entryOf, type AuditAct } from './act.ts';
import { checkAuditExport } from './export.ts';
import { AuditLog } from './log.ts';

const act: AuditAct = {
  tenant: 1,
  actor: { kind: 'user', id: 7, account: 7 },
  act: 'things.write',
};

/** The engine, which fails as long as it is told to. */
class BrokenStore {
  readonly store: AuditStore;
  broken: 'before' | 'after' | undefined;
  appends = 0;

  constructor(store: AuditStore) {
    this.store = store;
  }

  get port(): AuditStore {
    const { store } = this;
    return {
      get head() {
        return store.head;
      },
      append: async (entries) => {
        this.appends++;
        if (this.broken === 'before') throw new Error('no space left');
        const head = await store.append(entries);
        if (this.broken === 'after') throw new Error('no answer');
        return head;
      },
      reopen: () => store.reopen(),
      list: (query) => store.list(query),
      range: (...rows) => store.range(...rows),
      olderThan: (time) => store.olderThan(time),
      prune: (limit) => store.prune(limit),
      backup: (path) => store.backup(path),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  }
}

interface Bench {
  readonly log: AuditLog;
  readonly clock: SimClock;
  readonly engine: BrokenStore;
  readonly path: string;
  acts(): Promise<string[]>;
}

async function withLog(
  work: (bench: Bench) => Promise<void>,
  limits: Partial<Record<LimitName, number>> = {},
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-audit-'));
  try {
    const path = join(directory, 'audit.sqlite');
    const clock = new SimClock(Date.UTC(2026, 0, 1));
    const base = { clock, limits: limitsOf(limits), logger: new RecordingLogger() };
    const store = await openSqliteAudit({ ...base, path, hash: 'sha256' });
    await using engine = store;
    const broken = new BrokenStore(engine);
    const metrics = new RecordingMetrics();
    await using log = new AuditLog({
      ...{ ...base, metrics, store: broken.port, retentionMs: Days(200) },
    });
    const acts = async (): Promise<string[]> =>
      (await store.range(1, store.head.seq, 10_000)).map((row) => row.act);
    await work({ log, clock, engine: broken, path, acts });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const isCode = (code: string) => (error: unknown) =>
  error instanceof FaultError && error.fault.code === code;

it('writes together what comes at once, in its order', () =>
  withLog(async ({ log, engine, acts }) => {
    const names = Array.from({ length: 500 }, (_, i) => `act ${i}`);
    await Promise.all(names.map((name) => log.record({ ...act, act: name })));
    assert.deepEqual(await acts(), names);
    assert.ok(engine.appends <= 3, `${engine.appends} transactions`);
    assert.equal(log.head.seq, 500);
    assert.deepEqual((await log.verify()).ok, true);
  }));

for (const broken of ['before', 'after'] as const) {
  it(`stops when a write fails ${broken} it is durable, and loses nothing`, () =>
    withLog(async ({ log, engine, acts }) => {
      await log.record({ ...act, act: 'first' });
      log.demand();
      engine.broken = broken;
      await assert.rejects(log.record({ ...act, act: 'second' }), isCode('security.audit-stopped'));
      assert.ok(log.stopped instanceof Error);
      assert.throws(() => log.demand(), isCode('security.audit-stopped'));
      await assert.rejects(log.record({ ...act, act: 'third' }), isCode('security.audit-stopped'));
      if (broken === 'before') assert.equal(await log.resume(), false);
      engine.broken = undefined;
      assert.equal(await log.resume(), true);
      log.demand();
      await log.record({ ...act, act: 'fourth' });
      assert.deepEqual(await acts(), ['first', 'second', 'third', 'audit.resume', 'fourth']);
      assert.equal((await log.verify()).ok, true);
    }));
}

it('tries again by itself', () =>
  withLog(async ({ log, engine, clock }) => {
    log.start();
    engine.broken = 'before';
    await assert.rejects(log.record(act));
    engine.broken = undefined;
    clock.advance(Seconds(6));
    while (log.stopped !== undefined) await setTimeout(1);
    await log.record(act);
    assert.equal((await log.list({ limit: 9 })).items.length, 3);
  }));

it('keeps a bounded number of acts', () =>
  withLog(
    async ({ log, engine }) => {
      engine.broken = 'before';
      const results = await Promise.allSettled(Array.from({ length: 150 }, () => log.record(act)));
      const codes = results.map((r) =>
        r.status === 'rejected' && r.reason instanceof FaultError ? r.reason.fault.code : '',
      );
      assert.equal(codes.filter((code) => code === 'common.limit').length, 50);
    },
    { 'audit.queueMax': 100 },
  ));

it('counts refusals that are the same, and tells a bounded number apart', () =>
  withLog(
    async ({ log, clock }) => {
      log.start();
      const refusal: AuditAct = { ...act, result: 'refused', code: 'security.forbidden' };
      const from = (source: string): Promise<void> => log.record({ ...refusal, source });
      for (let i = 0; i < 100; i++) await from('192.0.2.1');
      for (let i = 0; i < 100; i++) await from(`2001:db8:0:1::${i.toString(16)}`);
      for (let i = 0; i < 100; i++) await from(`198.51.100.${i}`);
      await log.record({ ...act, source: '192.0.2.1' });
      await log.record({ ...act, source: '192.0.2.1' });
      clock.advance(Minutes(1));
      await log.record({ ...act, act: 'last' });
      const { items } = await log.list({ limit: 100 });
      const counts = items.filter(({ result }) => result === 'refused').map(({ detail }) => detail);
      assert.equal(items.length, 10 + 2 + 2 + 1 + 1);
      assert.deepEqual(counts.filter((detail) => Object.keys(detail).length > 0).reverse(), [
        { repeated: 99 },
        { repeated: 99 },
        { others: 92 },
      ]);
      await from('192.0.2.1');
      assert.equal((await log.list({ limit: 100 })).items.length, 17);
    },
    { 'audit.refusalsMax': 10 },
  ));

it('lets go of what is older than the retention, and the chain still verifies', () =>
  withLog(async ({ log, clock, path, acts }) => {
    for (let day = 0; day < 6; day++) {
      await log.record({ ...act, act: `day ${day}` });
      clock.advance(Days(1) - 1);
    }
    assert.equal(await log.prune(), 0);
    clock.advance(Days(196) + Minutes(1));
    await log.prune();
    assert.deepEqual(await acts(), ['day 3', 'day 4', 'day 5', 'audit.prune']);
    assert.deepEqual(await log.verify(), { ok: true, rows: 4, first: 4, head: log.head });
    assert.equal(await log.prune(), 0);
    clock.advance(Days(400));
    await log.prune();
    assert.deepEqual((await acts()).length, 1);
    assert.equal((await log.verify()).ok, true);
    assert.equal(checkAuditFile(path, 'live').ok, true);
    assert.deepEqual((await log.verify({ from: log.head.seq, to: log.head.seq })).ok, true);
  }));

it('exports lines that can be verified by themselves', () =>
  withLog(async ({ log }) => {
    for (let i = 0; i < 30; i++) {
      await log.record({ ...act, tenant: (i % 2) + 1, resource: { kind: 'things', id: i } });
    }
    const linesOf = async (query: object): Promise<string[]> =>
      (await Array.fromAsync(log.export(query))).join('').split('\n');
    const check = (lines: readonly string[]) =>
      checkAuditExport(
        (async function* () {
          yield* lines;
        })(),
      );
    const whole = await linesOf({});
    assert.deepEqual(await check(whole), { ok: true, rows: 30, first: 1, head: log.head });
    const changed = whole.with(5, whole[5]?.replace('"actor":7', '"actor":8') ?? '');
    assert.deepEqual(await check(changed), { ok: false, rows: 4, seq: 5, why: 'changed' });
    assert.deepEqual(await check(whole.toSpliced(5, 1)), {
      ...{ ok: false, rows: 4, seq: 5, why: 'missing' },
    });
    assert.equal((await check(whole.toSpliced(-3, 1))).ok, false);
    assert.deepEqual(await check(['hello']), { ok: false, why: 'not-an-export' });
    const some = await linesOf({ tenants: [2] });
    const verdict = await check(some);
    assert.ok(verdict.ok && verdict.rows === 15);
    assert.equal((await check(some.toSpliced(3, 1))).ok, false);
    assert.equal((await check(some.with(2, some[2]?.replace('"7"', '"8"') ?? ''))).ok, true);
    assert.equal((await check(some.with(2, some[2]?.replace('things', 'thongs') ?? ''))).ok, false);
  }));

it('holds no name, secret or text that would not come back as it was', () =>
  withLog(async ({ log, path }) => {
    const user = {
      kind: 'user',
      ...{ tenant: 1, home: 1, account: 7, name: 'canary-name' },
      ...{ session: 'canary-session', strong: true },
    } as const;
    const body = { password: 'canary-password', tokenText: 'canary-token', name: 'canary-body' };
    await log.record({
      ...{ ...act, actor: auditActorOf(user), after: digestOf(body) },
      source: 'a\u0000b\ud800\n',
      detail: { long: 'x'.repeat(10_000), number: 0.1 },
    });
    const { items } = await log.list({ limit: 1 });
    assert.deepEqual(items[0]?.detail, { long: 'x'.repeat(256), number: '0.1' });
    assert.equal((await log.verify()).ok, true);
    const files = await readdir(join(path, '..'));
    for (const name of files) {
      const content = await readFile(join(path, '..', name), 'latin1');
      assert.ok(!content.includes('canary'), name);
    }
  }));

it('a digest says nothing of what could be guessed from it', () => {
  const digest = digestOf({ name: 'n', password: 'a', list: [{ secret: 1, x: 1 }] });
  assert.equal(digest, digestOf({ list: [{ x: 1 }], name: 'n', password: 'b' }));
  assert.notEqual(digest, digestOf({ list: [{ x: 2 }], name: 'n' }));
  assert.equal(digestOf(undefined), undefined);
  assert.equal(
    digestOf(Buffer.from('abc')),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  const detail = Object.fromEntries(
    Array.from({ length: 99 }, (_, i) => [`k${i}`, 'v'.repeat(99)]),
  );
  assert.deepEqual(entryOf({ ...act, detail }, 1, 2_048).detail, { leftOut: true });
});
