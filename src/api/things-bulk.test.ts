// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { asking, expectProblem, expectStatus, itemsOf, numberOf } from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform(['limits.things.bulkMax=4']);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
const bulk = (json: object) => ask('POST /api/v1/things/bulk', { json });

async function makeThing(name: string, rest: object = {}): Promise<number> {
  const json = { name, ...rest };
  return numberOf(await expectStatus(ask('POST /api/v1/things', { json }), 201), 'id');
}

async function thing(id: number): Promise<Record<string, unknown>> {
  return expectStatus(ask(`GET /api/v1/things/${id}`), 200);
}

test('what matches a filter is changed, request after request', async () => {
  const ids: number[] = [];
  for (let i = 0; i < 10; i++) ids.push(await makeThing(`lamp ${i}`, { labels: { row: 'a' } }));
  const other = await makeThing('other', { labels: { row: 'b' } });
  const filter = "labels.row = 'a'";
  const action = { kind: 'labels', set: { row: 'c', new: 'x' }, remove: ['gone'] };
  let cursor: unknown;
  let requests = 0;
  do {
    const json = { filter, action, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await expectStatus(bulk(json), 200);
    assert.deepEqual(answer['failed'], []);
    cursor = answer['next'];
    requests++;
  } while (cursor !== undefined);
  assert.equal(requests, 3, 'at most things.bulkMax things a request');
  for (const id of ids) assert.deepEqual((await thing(id))['labels'], { row: 'c', new: 'x' });
  assert.deepEqual((await thing(other))['labels'], { row: 'b' });
});

test('each thing that refuses is named, with what to do, and touches no other', async () => {
  const parent = await makeThing('gateway');
  const leaf = await makeThing('leaf', { parent });
  const free = await makeThing('free');
  const ids = [parent, free, 99_999];
  const answer = await expectStatus(bulk({ ids, action: { kind: 'delete' } }), 200);
  assert.equal(answer['done'], 1);
  const failed = itemsOf(answer, 'failed').map((row) => [row['thing'], row['code']]);
  assert.deepEqual(
    new Map(failed.map(([id, code]) => [id, code])),
    new Map([
      [parent, 'things.has-children'],
      [99_999, 'common.not-found'],
    ]),
  );
  assert(itemsOf(answer, 'failed').every((row) => String(row['fix']) !== ''));
  await expectProblem(ask(`GET /api/v1/things/${free}`), 404, 'common.not-found');
  assert.equal((await thing(leaf))['parent'], parent);
  const both = await expectStatus(bulk({ ids: [parent, leaf], action: { kind: 'delete' } }), 200);
  assert.deepEqual([both['done'], both['failed']], [2, []], 'a thing goes after what is below it');
});

test('disabling and enabling again; what is so already stays untouched', async () => {
  const id = await makeThing('valve');
  const act = (kind: string) => expectStatus(bulk({ ids: [id], action: { kind } }), 200);
  await act('disable');
  assert.equal((await thing(id))['lifecycle'], 'disabled');
  const { revision } = await thing(id);
  await act('disable');
  assert.equal((await thing(id))['revision'], revision);
  await act('enable');
  assert.equal((await thing(id))['lifecycle'], 'registered', 'it was never connected');
});

test('neither or both of ids and filter, and a wrong filter, change nothing', async () => {
  const action = { kind: 'delete' };
  await expectProblem(bulk({ action }), 400, 'common.invalid');
  await expectProblem(bulk({ ids: [1], filter: '', action }), 400, 'common.invalid');
  await expectProblem(bulk({ filter: 'nope = 1', action }), 400, 'model.unknown-field');
});

test('a role for some labels reaches only its things, and takes none out of its reach', async () => {
  const mine = await makeThing('mine', { labels: { site: 'A' } });
  const theirs = await makeThing('theirs', { labels: { site: 'B' } });
  const json = { name: 'site A', permissions: ['things.read', 'things.write'] };
  const role = await expectStatus(ask('POST /api/v1/roles', { json }), 201);
  const account = await expectStatus(
    ask('POST /api/v1/service-accounts', { json: { name: 'keeper' } }),
    201,
  );
  const grant = {
    account: account['id'],
    role: role['id'],
    labels: { site: 'A' },
  };
  await expectStatus(ask('POST /api/v1/grants', { json: grant }), 201);
  const made = await expectStatus(
    ask('POST /api/v1/tokens', {
      json: { name: 'k', account: account['id'], scopes: ['things.read', 'things.write'] },
    }),
    201,
  );
  const token = String(made['token']);
  const as = (body: object) => ask('POST /api/v1/things/bulk', { json: body, token });
  const labels = { kind: 'labels', set: { floor: '2' } };
  const all = await expectStatus(as({ filter: '', action: labels }), 200);
  assert.deepEqual([all['done'], all['failed']], [1, []]);
  const named = await expectStatus(as({ ids: [mine, theirs], action: labels }), 200);
  assert.deepEqual(
    itemsOf(named, 'failed').map((row) => [row['thing'], row['code']]),
    [[theirs, 'common.not-found']],
  );
  const away = { kind: 'labels', set: { site: 'B' } };
  const taken = await expectStatus(as({ ids: [mine], action: away }), 200);
  assert.deepEqual(
    itemsOf(taken, 'failed').map((row) => [row['thing'], row['code']]),
    [[mine, 'security.forbidden']],
  );
  assert.deepEqual((await thing(theirs))['labels'], { site: 'B' });
});

test('the list comes as CSV, filtered and sorted', async () => {
  await makeThing('b, "two"', { labels: { file: 'x' } });
  await makeThing('a', { labels: { file: 'x' } });
  const filter = encodeURIComponent("labels.file = 'x'");
  const { text, headers } = await ask(`GET /api/v1/things/export?filter=${filter}&sort=name`);
  assert.match(String(headers['content-type']), /^text\/csv/);
  const [head, ...rows] = text.trim().split('\r\n');
  assert.match(head ?? '', /^\uFEFF?id,tenant,uri,name,/);
  assert.deepEqual(
    rows.map((row) => /,(a|"b, ""two""")/.exec(row)?.[1]),
    ['a', '"b, ""two"""'],
  );
});
