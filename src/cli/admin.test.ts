// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeServer, run } from './testing.ts';

const environment = { FENGSUI_TOKEN: 'secret-token' };

test('admin link prints the link with the address of the server, or as the server says it', async () => {
  for (const [link, expected] of [
    ['/?link=abc', (url: string) => `${url}/?link=abc`],
    ['https://iot.example/?link=abc', () => 'https://iot.example/?link=abc'],
  ] as const) {
    await using server = await fakeServer(() => ({ status: 201, json: { link } }));
    const found = await run(['admin', 'link', '--server', server.url], { environment });
    assert.equal(found.code, 0, found.err);
    assert.deepEqual(JSON.parse(found.out), { link: expected(server.url) });
    const [seen] = server.seen;
    assert.deepEqual([seen?.method, seen?.url], ['POST', '/api/v1/session/link']);
    assert.equal(seen?.headers.authorization, 'Bearer secret-token');
  }
});
