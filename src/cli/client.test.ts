// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeServer, run, scratch } from './testing.ts';

const environment = { FENGSUI_TOKEN: 'secret-token' };

test('lists follow the cursor and stop at the limit', async () => {
  await using server = await fakeServer(({ url }) => ({
    json: url.includes('cursor=b')
      ? { items: [{ id: 3 }, { id: 4 }] }
      : { items: [{ id: 1 }, { id: 2 }], next: 'b' },
  }));
  const all = await run(['thing', 'ls', '--server', server.url], { environment });
  assert.equal(all.out, '{"id":1}\n{"id":2}\n{"id":3}\n{"id":4}\n');
  assert.equal(server.seen[0]?.headers.authorization, 'Bearer secret-token');
  const two = await run(['thing', 'ls', '--limit', '2', '--server', server.url], { environment });
  assert.equal(two.out, '{"id":1}\n{"id":2}\n');
});

test('the token comes from --token-file, the environment, its file, or the data directory', async () => {
  await using server = await fakeServer(() => ({ json: { items: [] } }));
  using data = scratch({ 'admin.token': 'from-data\n', other: 'from-file' });
  const at = (name: string): string => `${data.path}/${name}`;
  const common = ['thing', 'ls', '--server', server.url, '--data', data.path];
  await run(common);
  await run([...common, '--token-file', at('other')], { environment });
  await run(common, { environment: { FENGSUI_TOKEN_FILE: at('other') } });
  await run(common, { environment });
  assert.deepEqual(
    server.seen.map((each) => each.headers.authorization),
    ['Bearer from-data', 'Bearer from-file', 'Bearer from-file', 'Bearer secret-token'],
  );
  assert.equal((await run(['thing', 'ls', '--server', server.url])).code, 4);
});

const statuses = [
  [401, 4],
  [403, 4],
  [404, 3],
  [409, 5],
  [400, 5],
  [422, 5],
  [429, 6],
  [503, 6],
  [500, 1],
] as const;

for (const [status, code] of statuses) {
  test(`status ${status} ends with ${code} and the server's problem`, async () => {
    const problem = { code: 'x.y', title: 'It is so', detail: 'here', fix: 'do that' };
    await using server = await fakeServer(() => ({ status, json: problem }));
    const found = await run(['thing', 'get', '7', '--server', server.url], { environment });
    assert.deepEqual([found.code, found.out], [code, '']);
    assert.equal(found.err, 'fengsui: here: It is so [x.y]\n  → do that\n');
  });
}

test('no server is 6', async () => {
  await using gone = await fakeServer(() => ({}));
  const { url } = gone;
  await gone[Symbol.asyncDispose]().catch(() => undefined);
  const { code, err } = await run(['model', 'ls', '--server', url], { environment });
  assert.equal(code, 6);
  assert.match(err, /no answer from/);
});

test('uris are one path segment; CSV and CJK tables are written right', async () => {
  const thing = { id: 1, name: '泵房,三', note: '=1+1' };
  await using server = await fakeServer(() => ({ json: thing }));
  const get = ['thing', 'get', 'urn:a/b', '--server', server.url];
  const csv = await run([...get, '-o', 'csv'], { environment });
  assert.equal(server.seen[0]?.url, '/api/v1/things/urn%3Aa%2Fb');
  assert.equal(csv.out, `id,name,note\r\n1,"泵房,三",'=1+1\r\n`);
  const table = await run([...get, '-o', 'table'], { environment });
  assert.equal(table.out, 'id    1\nname  泵房,三\nnote  =1+1\n');
});

test('create with a credential shows both and sends only what was given', async () => {
  await using server = await fakeServer(({ url }) =>
    url.endsWith('credentials')
      ? { json: { username: '9', token: 't' } }
      : { status: 201, json: { id: 9, name: 'mast' } },
  );
  const args = [
    'thing',
    'create',
    'mast',
    '--model',
    'urn:m',
    '--label',
    'city=a=b',
    '--credential',
  ];
  const { out } = await run([...args, '--server', server.url], { environment });
  assert.deepEqual(JSON.parse(out), { id: 9, name: 'mast', username: '9', token: 't' });
  assert.deepEqual(JSON.parse(server.seen[0]?.body ?? ''), {
    name: 'mast',
    model: 'urn:m',
    labels: { city: 'a=b' },
  });
  assert.equal(server.seen[1]?.url, '/api/v1/things/9/credentials');
});

test('import reads stdin; refused rows make it partial', async () => {
  await using server = await fakeServer(() => ({ json: { created: 1, refusedCount: 1 } }));
  const args = ['thing', 'import', '--server', server.url];
  const { code } = await run(args, { environment, stdin: 'name\na\n\n' });
  assert.equal(code, 7);
  assert.equal(server.seen[0]?.body, 'name\na\n\n');
  assert.equal(server.seen[0]?.headers['content-type'], 'text/csv');
});

test('rm asks: without a terminal it needs --yes; --dry-run only says', async () => {
  await using server = await fakeServer(() => ({ json: { name: 'mast' } }));
  const rm = ['thing', 'rm', '9', '--server', server.url];
  assert.equal((await run(rm, { environment })).code, 2);
  assert.match((await run([...rm, '--dry-run'], { environment })).err, /would remove 9 \(mast\)/);
  assert.ok(!server.seen.some((each) => each.method === 'DELETE'));
  assert.equal((await run([...rm, '--yes'], { environment })).code, 0);
  assert.equal(server.seen.at(-1)?.method, 'DELETE');
});

test('an interrupted request is 130', async () => {
  const interrupted = new AbortController();
  await using server = await fakeServer(() => {
    interrupted.abort();
    return {};
  });
  const { signal } = interrupted;
  const { code } = await run(['thing', 'ls', '--server', server.url], { environment, signal });
  assert.equal(code, 130);
});
