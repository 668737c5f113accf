// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { checkAuditExport, digestOf } from '#security';
import { startPlatform, type TestPlatform } from '../../test/support/platform.ts';

let platform: TestPlatform;
before(async () => {
  platform = await startPlatform();
});
after(() => platform[Symbol.asyncDispose]());

interface Ask {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly token?: string;
  readonly body?: object;
  readonly source?: string;
}

async function ask(url: string, { method = 'GET', token, body, source }: Ask = {}) {
  const answer = await platform.api.app.inject({
    ...{ method, url },
    headers: { authorization: `Bearer ${token ?? platform.adminToken}` },
    ...(body === undefined ? {} : { payload: body }),
    ...(source === undefined ? {} : { remoteAddress: source }),
  });
  const json: Record<string, unknown> =
    /[/+]json/.test(String(answer.headers['content-type'])) && answer.body !== ''
      ? answer.json()
      : {};
  return { status: answer.statusCode, json, text: answer.body };
}

async function newest(query = ''): Promise<Record<string, unknown>[]> {
  const { items } = (await ask(`/api/v1/audit?limit=50${query}`)).json;
  assert.ok(Array.isArray(items));
  return items;
}

const thing = (uri: string) => ({ uri, name: 'canary-name' });

test('an act is in the log before it is answered: who, what, where from, what became of it', async () => {
  const body = thing('urn:audit:1');
  const made = await ask('/api/v1/things', { method: 'POST', body, source: '192.0.2.9' });
  assert.equal(made.status, 201);
  const [entry] = await newest();
  assert.deepEqual(
    { ...entry, time: '', hash: '', trace: '', seq: 0 },
    {
      ...{ seq: 0, time: '', hash: '', trace: '', tenant: 1, act: 'things.write', result: 'done' },
      actor: { kind: 'token', id: 1 },
      resource: { kind: 'things', id: String(made.json['id']) },
      source: '192.0.2.9',
      after: digestOf(body),
      detail: { request: 'POST /api/v1/things' },
    },
  );
  const id = String(made.json['id']);
  await ask(`/api/v1/things/${id}`, { method: 'PATCH', body: { name: 'canary-again' } });
  await ask('/api/v1/things/urn:audit:1', { method: 'PATCH', body: { description: 'x' } });
  await ask(`/api/v1/things/${id}`);
  await ask(`/api/v1/things/${id}/properties`, { method: 'POST', body: { level: 1 } });
  const about = await newest(`&resourceKind=things&resource=${id}`);
  assert.deepEqual(
    about.map(({ detail }) => detail),
    [
      { request: 'PATCH /api/v1/things/:id' },
      { request: 'PATCH /api/v1/things/:id' },
      { request: 'POST /api/v1/things' },
    ],
  );
});

test('what fails or is refused is in the log with its code, a flood of it once', async () => {
  const body = thing('urn:audit:1');
  assert.equal((await ask('/api/v1/things', { method: 'POST', body })).status, 409);
  const made = await ask('/api/v1/tokens', {
    ...{ method: 'POST', body: { name: 'reader', scopes: ['read'] } },
  });
  const token = String(made.json['token']);
  assert.match(token, /^fsa_/);
  for (let i = 0; i < 20; i++) {
    const refused = await ask('/api/v1/things', { method: 'POST', body, token });
    assert.equal(refused.status, 403);
  }
  assert.equal((await ask('/api/v1/audit', { token })).status, 403);
  assert.equal((await ask('/api/v1/things', { token: 'wrong', source: '192.0.2.7' })).status, 401);
  await platform.services.audit.record({
    ...{ tenant: 1, actor: { kind: 'system' }, act: 'test.barrier' },
  });
  const entries = await newest('&result=refused');
  assert.deepEqual(
    entries.slice(0, 3).map(({ act, code, source }) => [act, code, source]),
    [
      ['things.read', 'security.bad-credentials', '192.0.2.7'],
      ['audit.read', 'security.forbidden', '127.0.0.1'],
      ['things.write', 'security.forbidden', '127.0.0.1'],
    ],
  );
  const [failed] = await newest('&result=failed');
  assert.deepEqual([failed?.['act'], failed?.['code']], ['things.write', 'things.uri-taken']);
});

test('reads of the log are kept to those who may, and answer what is asked', async () => {
  const [entry] = await newest('&act=things.write&result=done');
  assert.equal(entry?.['act'], 'things.write');
  assert.equal((await ask('/api/v1/audit?result=maybe')).status, 400);
  assert.equal((await ask('/api/v1/audit?from=never')).status, 400);
  const first = await ask('/api/v1/audit?limit=2');
  const next = String(first.json['next']);
  const second = await ask(`/api/v1/audit?limit=2&cursor=${encodeURIComponent(next)}`);
  const seqs = [first, second].flatMap(({ json: { items } }) =>
    Array.isArray(items) ? items.map((item: { seq: number }) => item.seq) : [],
  );
  assert.deepEqual(
    seqs,
    seqs.map((_, i) => (seqs[0] ?? 0) - i),
  );
});

test('the log verifies, and is exported as lines that verify by themselves', async () => {
  const verdict = await ask('/api/v1/audit/verify', { method: 'POST' });
  assert.equal(verdict.json['ok'], true);
  const answer = await ask('/api/v1/audit/export');
  const lines = answer.text.split('\n');
  const checked = await checkAuditExport(
    (async function* () {
      yield* lines;
    })(),
  );
  assert.equal(checked.ok, true);
  const [exported] = await newest();
  assert.equal(JSON.stringify(exported?.['detail']), '{"request":"GET /api/v1/audit/export"}');
});

test('when the writer fails nothing is changed, reads go on, and nothing is lost', async () => {
  const { audit, system } = platform.services;
  const path = join(system.data, 'data', 'audit.sqlite');
  using database = new DatabaseSync(path);
  database.exec(`CREATE TRIGGER broken BEFORE INSERT ON entry BEGIN
    SELECT RAISE(ABORT, 'disk full'); END`);
  const body = thing('urn:audit:unheard');
  const unheard = await ask('/api/v1/things', { method: 'POST', body });
  assert.deepEqual([unheard.status, unheard.json['code']], [503, 'security.audit-stopped']);
  const refused = await ask('/api/v1/things', { method: 'POST', body: thing('urn:audit:never') });
  assert.deepEqual([refused.status, refused.json['code']], [503, 'security.audit-stopped']);
  const list = await ask(`/api/v1/things?filter=${encodeURIComponent(`uri ^= 'urn:audit:'`)}`);
  const { items } = list.json;
  assert.equal(list.status, 200);
  assert.deepEqual(Array.isArray(items) && items.map((item: { uri: string }) => item.uri), [
    'urn:audit:1',
    'urn:audit:unheard',
  ]);
  const posted = await ask('/api/v1/things/1/properties', { method: 'POST', body: { level: 2 } });
  assert.equal(posted.status, 200);
  assert.equal(await audit.resume(), false);
  database.exec('DROP TRIGGER broken');
  assert.equal(await audit.resume(), true);
  const again = await ask('/api/v1/things', { method: 'POST', body: thing('urn:audit:2') });
  assert.equal(again.status, 201);
  const entries = await newest();
  const resumed = entries.findIndex(({ act }) => act === 'audit.resume');
  assert.deepEqual(
    entries.slice(resumed + 1, resumed + 3).map(({ result, code }) => [result, code]),
    [
      ['failed', 'security.audit-stopped'],
      ['done', undefined],
    ],
  );
  assert.equal((await ask('/api/v1/audit/verify', { method: 'POST' })).json['ok'], true);
});

test('no name and no token is in the files of the log', async () => {
  const directory = join(platform.services.system.data, 'data');
  const names = (await readdir(directory)).filter((name) => name.startsWith('audit'));
  assert.ok(names.length > 0);
  for (const name of names) {
    const content = await readFile(join(directory, name), 'latin1');
    assert.ok(!/canary|fsa_/.test(content), name);
    assert.ok(!content.includes(platform.adminToken), name);
  }
});
