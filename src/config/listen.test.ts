// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { formatListen, listenFault, parseListen } from './listen.ts';

const good: readonly (readonly [string, string, number])[] = [
  ['[::]:8080', '::', 8080],
  ['0.0.0.0:0', '0.0.0.0', 0],
  [':1883', '::', 1883],
  ['localhost:1', 'localhost', 1],
  ['[2001:db8::1]:65535', '2001:db8::1', 65_535],
  ['iot.example.cn:443', 'iot.example.cn', 443],
];

for (const [text, host, port] of good) {
  test(`listen ${text}`, () => {
    const address = parseListen(text);
    assert.deepEqual(address, { host, port });
    assert.ok(address);
    assert.deepEqual(parseListen(formatListen(address)), address);
  });
}

for (const text of [
  '',
  '8080',
  '::',
  ':::1',
  '[::]',
  ':65536',
  '[zz]:1',
  '1.2.3:4',
  '256.1.1.1:1',
  'a b:1',
  ':-1',
  ':1 ',
]) {
  test(`not an address: ${JSON.stringify(text)}`, () => {
    assert.equal(parseListen(text), undefined);
  });
}

test('a taken port names the key', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => first.once('listening', resolve));
  const taken = first.address();
  assert.ok(typeof taken === 'object' && taken !== null);
  const second = createServer().listen(taken.port, '127.0.0.1');
  const error = await new Promise((resolve) => second.once('error', resolve));
  const address = `127.0.0.1:${taken.port}`;
  assert.deepEqual(listenFault('server.http', address, error), {
    code: 'config.port-taken',
    at: 'server.http',
    detail: address,
  });
  first.close();
});

test('an error that is no matter of the address is not explained away', () => {
  assert.equal(listenFault('server.http', ':1', new Error('EMFILE')), undefined);
});
