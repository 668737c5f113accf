// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Days, limitsOf } from '#core';
import { MetricsRegistry, createLogger, systemClock } from '#runtime';
import { AuditLog } from '#security';
import { openSqliteAudit } from '#store';
import { fakeServer, run, scratch } from './testing.ts';

async function fill(directory: string): Promise<string> {
  const base = { clock: systemClock, limits: limitsOf(), metrics: new MetricsRegistry() };
  const file = path.join(directory, 'audit.sqlite');
  await using store = await openSqliteAudit({ ...base, path: file, hash: 'sha256' });
  const logger = createLogger({ level: 'silent', format: 'json', colour: false, write() {} });
  await using log = new AuditLog({ ...base, logger, store, retentionMs: Days(200) });
  for (let id = 1; id < 6; id++) {
    await log.record({ tenant: 1, actor: { kind: 'user', id }, act: 'things.write' });
  }
  const lines = await Array.fromAsync(log.export({}));
  writeFileSync(path.join(directory, 'audit.ndjson'), lines.join(''));
  return file;
}

test('verify --data: a whole log is 0, a changed one is 5 and says where, none is 3', async () => {
  using data = scratch();
  const args = ['audit', 'verify', '--data', data.path];
  assert.equal((await run(args)).code, 3);
  const file = await fill(data.path);
  const { code, out } = await run(args);
  assert.deepEqual([code, JSON.parse(out).rows], [0, 5]);
  using database = new DatabaseSync(file);
  database.exec('DROP TRIGGER entry_stays; UPDATE entry SET actor = 9 WHERE seq = 3');
  const changed = await run(args);
  assert.equal(changed.code, 5);
  assert.match(changed.err, /changed at 3/);
});

test('verify FILE follows an export without a server', async () => {
  using data = scratch();
  await fill(data.path);
  const file = path.join(data.path, 'audit.ndjson');
  assert.equal((await run(['audit', 'verify', file])).code, 0);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"actor":2', '"actor":3'));
  assert.equal((await run(['audit', 'verify', file])).code, 5);
  writeFileSync(file, 'nothing of ours');
  assert.equal((await run(['audit', 'verify', file])).code, 5);
});

test('list and verify ask the server', async () => {
  const entry = { seq: 4, actor: { kind: 'user', id: 2 }, resource: { kind: 'things', id: '12' } };
  await using server = await fakeServer(({ url, method }) => {
    if (method === 'GET') return { json: { items: [entry] } };
    return url.endsWith('/verify') ? { json: { ok: true, rows: 4 } } : { status: 404 };
  });
  const options = { environment: { FENGSUI_TOKEN: 't' } };
  const filters = ['--resource', 'things/12', '--result', 'done', '-o', 'json'];
  const list = await run(['audit', 'list', '--server', server.url, ...filters], options);
  assert.equal(list.code, 0);
  assert.equal(
    server.seen[0]?.url,
    '/api/v1/audit?result=done&resourceKind=things&resource=12&limit=50',
  );
  const [row] = JSON.parse(list.out);
  assert.deepEqual([row.seq, row.actor, row.resource], [4, 'user 2', 'things 12']);
  const verify = await run(['audit', 'verify', '--server', server.url], options);
  assert.deepEqual([verify.code, JSON.parse(verify.out)], [0, { ok: true, rows: 4 }]);
});
