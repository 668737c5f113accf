// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { limitsOf } from '#core';
import { systemClock } from '#runtime';
import { refused } from '../registry/testing/refused.ts';
import { auditConformance } from './conformance.ts';
import { hashOf } from './chain.ts';
import { checkAuditFile } from './check.ts';
import { openSqliteAudit } from './sqlite.ts';
import type { AuditHash, AuditVerdict } from './index.ts';
import type { AuditStore } from './port.ts';
import { rowOf } from './schema.ts';
import { sampleAct } from './testing/samples.ts';

const open = (directory: string, hash: AuditHash = 'sha256'): Promise<AuditStore> => {
  const path = join(directory, 'audit.sqlite');
  return openSqliteAudit({ path, hash, clock: systemClock, limits: limitsOf() });
};

const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), 'fengsui-audit-'));
const remove = (directory: string): Promise<void> =>
  rm(directory, { recursive: true, force: true });

auditConformance('sqlite', async () => {
  const directory = await temporary();
  return { open: () => open(directory), remove: () => remove(directory) };
});

/** A closed log of ten entries, what somebody does to its file, and what the check says then. */
async function afterwards(
  harm: (database: DatabaseSync) => void,
  kind: 'copy' | 'live' = 'copy',
): Promise<AuditVerdict> {
  const directory = await temporary();
  try {
    {
      await using store = await open(directory);
      await store.append(Array.from({ length: 10 }, (_, i) => sampleAct(i, { actor: i + 1 })));
    }
    const path = join(directory, 'audit.sqlite');
    {
      using database = new DatabaseSync(path);
      database.exec('DROP TRIGGER entry_stays; DROP TRIGGER entry_kept; DROP TRIGGER entry_added');
      harm(database);
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    }
    return checkAuditFile(path, kind);
  } finally {
    await remove(directory);
  }
}

const broken = (rows: number, seq: number, why: string) => ({ ok: false, rows, seq, why });

describe('the file of the audit log', () => {
  it('is whole when nobody has touched it', async () => {
    assert.equal((await afterwards(() => undefined)).ok, true);
    assert.equal((await afterwards(() => undefined, 'live')).ok, true);
  });

  it('refuses to change or delete rows', async () => {
    const directory = await temporary();
    try {
      {
        await using store = await open(directory);
        await store.append([sampleAct(1), sampleAct(2)]);
      }
      using database = new DatabaseSync(join(directory, 'audit.sqlite'));
      assert.throws(() => database.exec('UPDATE entry SET actor = 9'), /only appended/);
      assert.throws(() => database.exec('DELETE FROM entry WHERE seq = 2'), /audit.prune/);
      assert.throws(() => database.exec(`REPLACE INTO entry SELECT * FROM entry`), /UNIQUE|audit/);
    } finally {
      await remove(directory);
    }
  });

  const harms: readonly (readonly [string, string, object])[] = [
    ['a number', 'UPDATE entry SET actor = 99 WHERE seq = 4', broken(3, 4, 'changed')],
    ['a word', `UPDATE entry SET result = 'failed' WHERE seq = 4`, broken(3, 4, 'changed')],
    ['an unknown word', `UPDATE entry SET actor_kind = 'x' WHERE seq = 4`, broken(3, 4, 'changed')],
    ['the detail', `UPDATE entry SET detail = '{' WHERE seq = 4`, broken(3, 4, 'changed')],
    ['a hash', `UPDATE entry SET hash = 'ff' WHERE seq = 4`, broken(3, 4, 'changed')],
    [
      'the algorithm',
      `UPDATE entry SET algorithm = '0' WHERE seq = 4`,
      broken(3, 4, 'unknown-algorithm'),
    ],
    ['a row that is gone', 'DELETE FROM entry WHERE seq = 4', broken(3, 4, 'missing')],
    ['the beginning', 'DELETE FROM entry WHERE seq < 4', broken(7, 1, 'beginning-removed')],
    ['the end', 'DELETE FROM entry WHERE seq > 7', broken(7, 8, 'end-removed')],
    [
      'two rows in each other’s place',
      `UPDATE entry SET seq = 100 WHERE seq = 4; UPDATE entry SET seq = 4 WHERE seq = 5;
       UPDATE entry SET seq = 5 WHERE seq = 100`,
      broken(3, 4, 'unlinked'),
    ],
    [
      'a row put between',
      `UPDATE entry SET seq = -seq WHERE seq > 4; UPDATE entry SET seq = 1 - seq WHERE seq < 0;
       INSERT INTO entry SELECT 5, time, tenant, actor_kind, 1, account, act, resource_kind, resource,
         source, result, code, before, after, detail, trace, algorithm, prev, hash
         FROM entry WHERE seq = 4`,
      broken(4, 5, 'unlinked'),
    ],
  ];
  for (const [title, sql, expected] of harms) {
    it(`shows a change of ${title}`, async () => {
      assert.deepEqual(await afterwards((database) => database.exec(sql)), expected);
    });
  }

  it('shows a row that was changed together with its hash', async () => {
    const verdict = await afterwards((database) => {
      const row = rowOf(database.prepare('SELECT * FROM entry WHERE seq = 4').get());
      const hash = hashOf({ ...row, actor: 99 }) ?? '';
      database.prepare('UPDATE entry SET actor = 99, hash = ? WHERE seq = 4').run(hash);
    });
    assert.deepEqual(verdict, broken(4, 5, 'unlinked'));
  });

  it('goes on with another hash function in the same chain', async () => {
    const directory = await temporary();
    try {
      for (const hash of ['sha256', 'sm3', 'sha256'] as const) {
        await using store = await open(directory, hash);
        await store.append([sampleAct(1)]);
      }
      const verdict = checkAuditFile(join(directory, 'audit.sqlite'), 'copy');
      assert.ok(verdict.ok && verdict.rows === 3);
    } finally {
      await remove(directory);
    }
  });

  it('is not another file', async () => {
    const directory = await temporary();
    try {
      using database = new DatabaseSync(join(directory, 'audit.sqlite'));
      database.exec('CREATE TABLE x (y)');
      await refused(open(directory), 'store.audit-damaged');
      assert.throws(() => checkAuditFile(join(directory, 'nothing'), 'live'));
    } finally {
      await remove(directory);
    }
  });

  it('has all that was durable after a kill, in a whole chain', async () => {
    const directory = await temporary();
    try {
      for (let round = 0; round < 5; round++) {
        const child = fork(new URL('./testing/writer.ts', import.meta.url), [directory]);
        let durable = 0;
        child.on('message', (seq) => {
          durable = Number(seq);
          if (durable >= (round + 1) * 40) child.kill('SIGKILL');
        });
        await once(child, 'exit');
        const verdict = checkAuditFile(join(directory, 'audit.sqlite'), 'live');
        assert.ok(verdict.ok, JSON.stringify(verdict));
        assert.ok(durable > 0 && verdict.head.seq >= durable, `${durable} of ${verdict.head.seq}`);
      }
    } finally {
      await remove(directory);
    }
  });
});
