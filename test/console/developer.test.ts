// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  connectPacket,
  PacketReader,
  publishPacket,
  subscribePacket,
} from '../../console/src/pages/developer/mqtt-packets.ts';
import { exampleOf, filledPath, typeText } from '../../console/src/pages/developer/openapi.ts';
import { snippetsOf } from '../../console/src/pages/developer/request-snippets.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('MQTT packets are written as the standard says', () => {
  const options = { clientId: 'c', username: 'u', password: 'p', keepAliveSeconds: 30 };
  assert.equal(
    hex(connectPacket({ version: 4, ...options })),
    '101300044d51545404c2001e000163000175000170',
  );
  assert.equal(
    hex(connectPacket({ version: 5, ...options, username: '', password: '' })),
    '100e00044d5154540502001e00000163',
  );
  const filter = { filter: 'a/#', qos: 1 } as const;
  assert.equal(hex(subscribePacket(5, 1, filter)), '8209000100' + '0003612f23' + '01');
  const payload = new Uint8Array(200);
  const message = { topic: 't', payload, qos: 1, retain: true } as const;
  const [head, length, more] = publishPacket(5, 7, message);
  assert.deepEqual([head, length, more], [0x33, 0xce, 0x01], '206 bytes in two');
});

test('packets are read however they are cut, with properties in between', () => {
  // A subscription identifier of two bytes and a user property stand before the payload.
  const publish = Buffer.from(
    '3211000161' + '0005' + '0a' + '0b8101' + '26000161000162' + '78',
    'hex',
  );
  publish[1] = publish.length - 2;
  const reason = Buffer.from('no right').toString('hex');
  const suback = Buffer.from('900f' + '0001' + '0b' + '1f0008' + reason + '87', 'hex');
  const all = Buffer.concat([publish, suback]);
  for (let cut = 0; cut <= all.length; cut++) {
    const reader = new PacketReader(5);
    const [message, answer, ...more] = [
      ...reader.push(all.subarray(0, cut)),
      ...reader.push(all.subarray(cut)),
    ];
    assert(message?.kind === 'publish');
    const { topic, id, qos, payload } = message;
    assert.deepEqual([topic, id, qos, hex(payload)], ['a', 5, 1, '78']);
    assert.deepEqual(answer, { kind: 'suback', id: 1, code: 0x87, reason: 'no right' });
    assert.deepEqual(more, []);
  }
  const old = new PacketReader(4).push(Buffer.from('90030001802002 0005'.replace(' ', ''), 'hex'));
  assert.deepEqual(old, [
    { kind: 'suback', id: 1, code: 0x80, reason: '' },
    { kind: 'connack', code: 5, reason: '' },
  ]);
  for (const bad of ['30ffffffff7f', '30020009', '2003000005', '4000']) {
    assert.throws(() => new PacketReader(5).push(Buffer.from(bad, 'hex')), Error, bad);
  }
});

test('a request is written so that a shell takes it literally', () => {
  const { curl, node, python, cli } = snippetsOf({
    ...{ method: 'POST', url: 'http://[::1]:8080/base/api/v1/things?q=a&b', token: "t'x" },
    ...{ tenant: 7, body: { type: 'application/json', text: '{"name":"$HOME\'s"}' } },
  });
  assert.match(curl, /'Authorization: Bearer t'\\''x'/);
  assert.match(curl, /'\{"name":"\$HOME'\\''s"\}'/);
  assert.match(curl, /Fengsui-Tenant: 7/);
  assert.match(node, /fetch\("http:\/\/\[::1\]:8080/);
  assert.match(python, /"Fengsui-Tenant": "7"/);
  assert.match(cli, /FENGSUI_SERVER='http:\/\/\[::1\]:8080\/base'/);
  assert.match(cli, /fengsui api POST '\/api\/v1\/things\?q=a&b' --tenant 7/);
  const open = snippetsOf({
    method: 'GET',
    url: 'http://a/api/v1/me',
    token: undefined,
    tenant: undefined,
  });
  assert.match(open.curl, /"Authorization: Bearer \$FENGSUI_TOKEN"/);
});

test('a schema is told as a type, and gives something to begin with', () => {
  const schema = {
    type: 'object',
    required: ['name', 'at', 'kind'],
    properties: {
      name: { type: 'string', description: 'of it' },
      at: { type: 'string', format: 'date-time' },
      kind: { anyOf: [{ const: 'a' }, { const: 'b' }] },
      list: { type: 'array', items: { $ref: '#/components/schemas/Other' } },
    },
  };
  assert.equal(
    typeText(schema),
    '{\n  name: string   // of it\n  at: date-time\n  kind: "a" | "b"\n  list?: [ Other ]\n}',
  );
  const description = { paths: {}, 'x-errors': {} };
  assert.deepEqual(exampleOf(schema, description), {
    ...{ name: '', at: '2030-01-01T00:00:00Z', kind: 'a' },
  });
  const endpoint = {
    ...{ key: '', method: 'GET', path: '/api/v1/things/{id}/tasks', tag: '' },
    operation: { parameters: [{ name: 'limit', in: 'query' }] },
  };
  assert.equal(filledPath(endpoint, {}), '/api/v1/things/ID/tasks');
  const filled = { 'path id': 'urn:a/b', 'query limit': '5' };
  assert.equal(filledPath(endpoint, filled), '/api/v1/things/urn%3Aa%2Fb/tasks?limit=5');
});
