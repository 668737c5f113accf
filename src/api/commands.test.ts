// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  asking,
  expectProblem,
  expectStatus,
  itemsOf,
  makeStation,
  numberOf,
} from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);

test('desired values wait for the device, keep their history and can be given up', async () => {
  const { id, token } = await makeStation(ask, 'desired');
  const place = `/api/v1/things/${id}/desired`;
  const set = await expectStatus(ask(`PUT ${place}`, { json: { mode: 'auto', open: true } }), 200);
  assert.partialDeepStrictEqual(itemsOf(set), [
    { property: 'mode', value: 'auto', version: 1, status: 'pending' },
    { property: 'open', value: true, version: 1, status: 'pending' },
  ]);
  await expectStatus(ask(`PUT ${place}`, { json: { mode: 'manual' } }), 200);
  const own = await expectStatus(ask('GET /api/v1/things/me/desired', { token }), 200);
  assert.partialDeepStrictEqual(
    itemsOf(own).find((row) => row['property'] === 'mode'),
    { value: 'manual', version: 2 },
  );
  const history = await expectStatus(ask(`GET ${place}/mode`), 200);
  assert.deepEqual(
    itemsOf(history).map((row) => row['value']),
    ['manual', 'auto'],
  );
  const report = { token, json: { mode: 'manual' } };
  await expectStatus(ask('POST /api/v1/things/me/properties', report), 200);
  const settled = async (property: string): Promise<object> => {
    for (;;) {
      const rows = itemsOf(await expectStatus(ask(`GET ${place}`), 200));
      const row = rows.find((each) => each['property'] === property);
      if (row !== undefined && row['status'] !== 'pending') return row;
    }
  };
  assert.partialDeepStrictEqual(await settled('mode'), {
    status: 'reported',
    reportedValue: 'manual',
  });
  await expectStatus(ask(`DELETE ${place}/open`), 204);
  assert.partialDeepStrictEqual(await settled('open'), { status: 'cancelled' });
  await expectProblem(
    ask(`PUT ${place}`, { json: { temperature: 1 } }),
    400,
    'things.not-writable',
  );
  await expectProblem(ask(`PUT ${place}`, { json: { mode: 5 } }), 422, 'model.wrong-type');
  const none = await expectProblem(ask(`PUT ${place}`, { json: [1] }), 400, 'common.invalid');
  assert.equal(none['at'], 'body');
});

test('an action is a task with every step; it is found, waited for and cancelled', async () => {
  const { id } = await makeStation(ask, 'actions');
  const place = `/api/v1/things/${id}/actions/flush`;
  const json = { input: { seconds: 3 }, timeoutMs: 60_000 };
  const made = await ask(`POST ${place}`, { json });
  assert.equal(made.status, 202, made.text);
  assert.partialDeepStrictEqual(made.body, {
    ...{ thing: id, action: 'flush', input: { seconds: 3 }, state: 'queued' },
    requester: 'token 1 administrator (admin.token)',
  });
  const task = made.headers['location'] ?? '';
  assert.equal(task, `/api/v1/tasks/${numberOf(made.body, 'id')}`);
  const found = await expectStatus(ask(`GET ${task}`), 200);
  assert.partialDeepStrictEqual(itemsOf(found, 'steps'), [{ step: 'created' }]);
  const waited = await expectStatus(ask(`POST ${place}?waitMs=1`, { json }), 202);
  assert.equal(waited['state'], 'queued');
  const list = `/api/v1/things/${id}/tasks`;
  const first = await expectStatus(ask(`GET ${list}?limit=1`), 200);
  assert.deepEqual(
    itemsOf(first).map((row) => row['id']),
    [waited['id']],
  );
  const next = await expectStatus(ask(`GET ${list}?limit=1&cursor=${String(first['next'])}`), 200);
  assert.deepEqual(
    itemsOf(next).map((row) => row['id']),
    [made.body['id']],
  );
  assert.equal((await expectStatus(ask(`DELETE ${task}`), 200))['state'], 'cancelled');
  await expectProblem(ask(`DELETE ${task}`), 409, 'things.task-over');
  await expectProblem(ask('GET /api/v1/tasks/999999'), 404, 'common.not-found');
  await expectProblem(ask('GET /api/v1/tasks/abc'), 400, 'common.invalid');
});

test('an action that the model does not have, or with a wrong input, is refused', async () => {
  const { id } = await makeStation(ask, 'no such action');
  const place = `/api/v1/things/${id}/actions`;
  await expectProblem(ask(`POST ${place}/explode`), 404, 'things.no-such-action');
  const json = { input: { seconds: 'many' } };
  const wrong = await expectProblem(
    ask(`POST ${place}/flush`, { json }),
    422,
    'model.schema-mismatch',
  );
  assert.equal(wrong['at'], '/input/seconds');
  const soon = { json: { timeoutMs: 1 } };
  assert.equal(
    (await expectProblem(ask(`POST ${place}/flush`, soon), 400, 'common.invalid'))['at'],
    'body/timeoutMs',
  );
});
