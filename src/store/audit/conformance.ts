// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChainCheck, genesis, hashOf } from './chain.ts';
import { pruneAct, type AuditQuery, type AuditStore } from './port.ts';
import { sampleAct } from './testing/samples.ts';

/** Opens an engine on an empty place, or again on the place of one that was closed. */
export interface AuditFixture {
  open(): Promise<AuditStore>;
  remove(): Promise<void>;
}

/** What every engine of the audit port must do. */
export function auditConformance(name: string, fixture: () => Promise<AuditFixture>): void {
  const test = (
    title: string,
    work: (store: AuditStore, place: AuditFixture) => Promise<void>,
  ): void => {
    it(title, async () => {
      const place = await fixture();
      try {
        await using store = await place.open();
        await work(store, place);
      } finally {
        await place.remove();
      }
    });
  };
  const verdictOf = async (store: AuditStore) => {
    const check = new ChainCheck(true);
    for (const row of await store.range(1, store.head.seq, 10_000)) check.take(row);
    return check.end(store.head);
  };

  describe(`audit ${name}`, () => {
    test('keeps every field, in a chain', async (store) => {
      assert.deepEqual(store.head, genesis);
      const bare = sampleAct(2, {
        ...{ actorKind: 'anonymous', actor: undefined, account: undefined, resource: undefined },
        ...{ resourceKind: undefined, source: undefined, after: undefined, trace: undefined },
        ...{ result: 'refused', code: 'security.forbidden', before: 'cd', detail: {} },
      });
      const entries = [sampleAct(1, { resource: "深圳/it's 𝔸" }), bare];
      const head = await store.append(entries);
      assert.deepEqual(store.head, head);
      const rows = await store.range(1, 9, 10);
      for (const [i, row] of rows.entries()) {
        const { seq, algorithm, prev, hash, ...entry } = row;
        assert.deepEqual(entry, entries[i]);
        assert.deepEqual([seq, algorithm], [i + 1, '1-sha256']);
        assert.equal(prev, rows[i - 1]?.hash ?? genesis.hash);
        assert.equal(hash, hashOf(row));
      }
      assert.equal(rows.length, 2);
      assert.deepEqual(head, { seq: 2, hash: rows[1]?.hash });
    });

    test('goes on with the chain when it is opened again', async (store, place) => {
      await store.append([sampleAct(1), sampleAct(2)]);
      const { head } = store;
      await store[Symbol.asyncDispose]();
      await assert.rejects(store.append([sampleAct(3)]));
      await using again = await place.open();
      assert.deepEqual(again.head, head);
      await again.append([sampleAct(3)]);
      await again.reopen();
      await again.append([sampleAct(4)]);
      assert.deepEqual(await verdictOf(again), { ok: true, rows: 4, first: 1, head: again.head });
    });

    test('finds entries, the newest first, page by page', async (store) => {
      const entries = Array.from({ length: 40 }, (_, i) =>
        sampleAct(100 + i, {
          tenant: (i % 3) + 1,
          actor: i % 5,
          act: i % 2 === 0 ? 'things.write' : 'login',
          resource: i % 4 === 0 ? '12/open' : i % 4 === 1 ? '12' : '120',
          result: i % 7 === 0 ? 'refused' : 'done',
        }),
      );
      await store.append(entries);
      const find = async (query: Omit<AuditQuery, 'limit'>): Promise<number[]> => {
        const found: number[] = [];
        let cursor: string | undefined;
        do {
          const page = await store.list({ ...query, limit: 7, cursor });
          found.push(...page.items.map(({ seq }) => seq));
          ({ cursor } = page);
        } while (cursor !== undefined);
        return found;
      };
      const seqs = (wanted: (entry: (typeof entries)[number]) => boolean): number[] =>
        entries.flatMap((entry, i) => (wanted(entry) ? [i + 1] : [])).reverse();
      assert.deepEqual(
        await find({}),
        seqs(() => true),
      );
      assert.deepEqual(
        await find({ tenants: [2] }),
        seqs(({ tenant }) => tenant === 2),
      );
      assert.deepEqual(
        await find({ tenants: [1, 3] }),
        seqs(({ tenant }) => tenant !== 2),
      );
      assert.deepEqual(await find({ tenants: [] }), []);
      assert.deepEqual(
        await find({ act: 'login' }),
        seqs(({ act }) => act === 'login'),
      );
      assert.deepEqual(
        await find({ actorKind: 'user', actor: 3, result: 'done' }),
        seqs(({ actor, result }) => actor === 3 && result === 'done'),
      );
      assert.deepEqual(
        await find({ resourceKind: 'things', resource: '12' }),
        seqs(({ resource }) => resource !== '120'),
      );
      assert.deepEqual(await find({ account: 7, from: 110, to: 112 }), [12, 11]);
    });

    test('takes away only what the log itself says is to go', async (store) => {
      await store.append([1, 2, 3, 9, 4].map((time) => sampleAct(time)));
      assert.equal(await store.prune(10), 0);
      const last = await store.olderThan(5);
      assert.equal(last?.seq, 3);
      assert.equal(await store.olderThan(1), undefined);
      const detail = { through: 3, hash: last?.hash ?? '' };
      await store.append([sampleAct(20, { act: pruneAct, detail })]);
      assert.equal(await store.prune(2), 2);
      assert.deepEqual(await verdictOf(store), { ok: true, rows: 4, first: 3, head: store.head });
      assert.equal(await store.prune(2), 1);
      assert.equal(await store.prune(2), 0);
      assert.deepEqual(await verdictOf(store), { ok: true, rows: 3, first: 4, head: store.head });
    });
  });
}
