// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { limitsOf } from '#core';
import { systemClock } from '#runtime';
import { registryConformance } from '../conformance.ts';
import { refused } from '../testing/refused.ts';
import type { Registry } from '../port.ts';
import { migrations } from '../migrations/index.ts';
import { sampleThing, silentLogger } from '../testing/samples.ts';
import { GuardedThread } from '../../sqlite/guarded.ts';
import { migrate } from './migrate.ts';
import { openRegistry } from './open.ts';

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-registry-'));
  try {
    await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function openAt(path: string): Promise<Registry> {
  return openRegistry({ path, logger: silentLogger, clock: systemClock, limits: limitsOf() });
}

registryConformance('sqlite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-registry-'));
  return {
    open: () => openAt(join(directory, 'registry.db')),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('the SQLite engine', () => {
  it('copies itself while it is written', () =>
    inDirectory(async (directory) => {
      await using registry = await openAt(join(directory, 'registry.db'));
      await registry.write((tables) => tables.things.insert([sampleThing(1)]));
      const copying = registry.backup(join(directory, 'copy.db'));
      await registry.write((tables) => tables.things.insert([sampleThing(2)]));
      await copying;
      await using copy = await openAt(join(directory, 'copy.db'));
      assert.equal((await copy.read.things.byId(1))?.name, 'thing 1');
    }));

  it('refuses a newer schema and a file of another program', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'registry.db');
      await (await openAt(path))[Symbol.asyncDispose]();
      const database = new DatabaseSync(path);
      database.exec('PRAGMA user_version = 99');
      database.close();
      await refused((async () => openAt(path))(), 'store.schema-newer');
      const foreign = join(directory, 'foreign.db');
      const other = new DatabaseSync(foreign);
      other.exec('CREATE TABLE x (y)');
      other.close();
      await refused((async () => openAt(foreign))(), 'store.registry-damaged');
    }));

  it('keeps a copy before it migrates and undoes a step that fails', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'registry.db');
      const first = { number: 1, statements: ['CREATE TABLE a (x)', 'INSERT INTO a VALUES (1)'] };
      const second = { number: 2, statements: ['CREATE TABLE b (x)', 'CREATE TABLE a (x)'] };
      migrate(path, silentLogger, [first]);
      assert.throws(() => migrate(path, silentLogger, [first, second]), /already exists/);
      const database = new DatabaseSync(path);
      assert.equal(database.prepare('PRAGMA user_version').get()?.['user_version'], 1);
      assert.equal(
        database.prepare(`SELECT * FROM sqlite_schema WHERE name = 'b'`).get(),
        undefined,
      );
      database.close();
      assert.ok(existsSync(`${path}.schema-1.bak`));
      migrate(path, silentLogger, [first, { number: 2, statements: ['CREATE TABLE b (x)'] }]);
      const copy = new DatabaseSync(`${path}.schema-1.bak`);
      assert.equal(copy.prepare('SELECT x FROM a').get()?.['x'], 1);
      copy.close();
    }));

  it('brings a registry of the first schema to a tree of tenants', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'registry.db');
      migrate(path, silentLogger, migrations.slice(0, 1));
      const old = new DatabaseSync(path);
      old.exec(`INSERT INTO tenant VALUES (5, 'water', 'collect', 7);
        INSERT INTO api_token (tenant, name, hash, scopes, created) VALUES (5, 'ci', 'h', '[]', 1)`);
      old.close();
      await using registry = await openAt(path);
      const water = { id: 5, name: 'water', parent: 1, unknownProperties: 'collect', created: 7 };
      assert.deepEqual(await registry.read.tenants.get(5), water);
      assert.equal((await registry.read.tokens.byHash('h'))?.account, undefined);
      await registry.write((tables) => tables.things.insert([sampleThing(1, { tenant: 5 })]));
      await assert.rejects(
        registry.write((tables) => tables.things.insert([sampleThing(2, { tenant: 6 })])),
      );
    }));

  it('ends a question that takes too long and answers the next', () =>
    inDirectory(async (directory) => {
      const path = join(directory, 'registry.db');
      await (await openAt(path))[Symbol.asyncDispose]();
      await using lists = new GuardedThread({
        setup: { path, handles: ['read'], statementsMax: 8 },
        clock: systemClock,
        msMax: 300,
        queueMax: 2,
      });
      const endless = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT count(*) FROM n AS t WHERE still_wanted() AND i < 0`;
      const slow = lists.run(endless, []);
      const next = lists.run('SELECT 1 AS one', []);
      await refused(lists.run('SELECT 1 AS one', []), 'common.limit');
      await refused(slow, 'store.query-too-slow');
      assert.equal(JSON.stringify((await next).rows), '[{"one":1}]');
    }));

  it('refuses statements after it was closed', () =>
    inDirectory(async (directory) => {
      const registry = await openAt(join(directory, 'registry.db'));
      await registry[Symbol.asyncDispose]();
      await refused(registry.read.things.byId(1), 'store.registry-closed');
    }));
});
