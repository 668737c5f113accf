// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPlatform } from '../../test/support/platform.ts';
import { run } from './testing.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const server = await platform.api.listen({ host: '127.0.0.1', port: 0 });
const environment = { FENGSUI_TOKEN: platform.adminToken };

test('any request of the API goes from the command line', async () => {
  const api = (...args: string[]) => run(['api', ...args, '--server', server], { environment });
  const made = await api('post', '/api/v1/things', '--body', '{"name":"P 1"}', '--tenant', '1');
  assert.equal(made.code, 0, made.err);
  const listed = await api('GET', '/api/v1/things?limit=5');
  assert.equal(JSON.parse(listed.out)['name'], 'P 1', 'one row a line');
  assert.equal((await api('GET', '/livez')).out, 'ok\n');
  const refused = await api('GET', '/api/v1/things', '--tenant', '99');
  assert.match(refused.err, /security\.other-tenant/);
  assert.notEqual(refused.code, 0);
});
