// SPDX-License-Identifier: Apache-2.0
// Parts of the page 接入 that need no browser: examples, addresses, snippets, the strip, the buffer of packets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  arrived,
  nothingYet,
  sentValues,
  type TraceItem,
} from '../../../console/src/pages/access/arrival.ts';
import { exampleOf, payloadOf } from '../../../console/src/pages/access/example.ts';
import {
  byteOf,
  filtered,
  hexLines,
  PacketBuffer,
  rowsMax,
} from '../../../console/src/pages/access/packet-buffer.ts';
import { placeOf, type Listener } from '../../../console/src/pages/access/place.ts';
import { samplesOf } from '../../../console/src/pages/access/snippets.ts';

test('an example fits its schema, or there is none', () => {
  const cases: readonly (readonly [object, unknown])[] = [
    [{ type: 'number' }, 21.5],
    [{ type: 'number', minimum: 100, maximum: 200 }, 150],
    [{ type: 'number', exclusiveMinimum: 30 }, 31],
    [{ type: 'number', maximum: -5 }, -6],
    [{ type: 'integer', minimum: 3, maximum: 4 }, 3],
    [{ type: 'integer', exclusiveMinimum: 3, exclusiveMaximum: 5 }, 4],
    [{ type: 'integer', multipleOf: 7, minimum: 22, maximum: 30 }, 28],
    [{ type: 'integer', minimum: 0, maximum: 1 }, 0],
    [{ type: 'boolean' }, true],
    [{ type: 'string', enum: ['on', 'off'] }, 'on'],
    [{ type: 'string', minLength: 4 }, 'ok00'],
    [{ type: 'string', maxLength: 1 }, 'o'],
    [{ type: 'string', pattern: '^x+$' }, undefined],
    [{ type: 'string', const: 'x' }, 'x'],
    [{ '@type': 'geo:Point', type: 'object' }, [0.001, 0.001]],
    [{ type: 'array', items: { type: 'boolean' }, minItems: 2 }, [true, true]],
    [
      {
        type: 'object',
        properties: { a: { type: 'integer' }, b: { type: 'string', pattern: 'x' } },
        required: ['a'],
      },
      { a: 21 },
    ],
    [
      { type: 'object', properties: { b: { type: 'string', pattern: 'x' } }, required: ['b'] },
      undefined,
    ],
    [{ oneOf: [{ type: 'boolean' }, { type: 'null' }] }, true],
  ];
  for (const [schema, expected] of cases)
    assert.deepEqual(exampleOf(schema), expected, JSON.stringify(schema));
  assert.deepEqual(payloadOf(undefined), { temperature: 21.5 });
  const properties = { level: { type: 'integer' }, name: { type: 'string', pattern: 'x' } };
  assert.deepEqual(payloadOf({ properties }), { level: 21 });
});

const open: Listener = {
  ...{ name: 'mqtt', protocol: 'mqtt', transport: 'tcp', setting: 'access.mqtt.listen' },
  ...{ open: true, port: 1883, families: [4, 6] },
};
const here = { hostname: '[2001:db8::5]', port: '8080', protocol: 'http:', basePath: '/' };

test('an address is that by which the browser reaches the server, IPv6 in brackets', () => {
  const web = { ...open, name: 'http', transport: 'http' };
  const secure = {
    ...open,
    name: 'mqtts',
    port: 8883,
    names: ['iot.example.cn'],
    authority: 'PEM',
  };
  const socket = { ...open, name: 'mqttHttp', transport: 'ws' };
  const all = [open, web, secure, socket];
  const urlOf = (way: 'mqtt' | 'mqtts' | 'mqttHttp' | 'http', at = here): string | undefined =>
    placeOf(way, all, at)?.url;
  assert.equal(urlOf('mqtt'), 'mqtt://[2001:db8::5]:1883');
  assert.equal(urlOf('http'), 'http://[2001:db8::5]:8080/api/v1/things/me/properties');
  assert.equal(urlOf('mqttHttp'), 'ws://[2001:db8::5]:8080/mqtt');
  assert.equal(urlOf('mqtts'), 'mqtts://iot.example.cn:8883', 'the name of the certificate');
  const proxied = { hostname: 'a.example', port: '', protocol: 'https:', basePath: '/iot/' };
  assert.equal(urlOf('mqttHttp', proxied), 'wss://a.example/iot/mqtt');
  assert.equal(placeOf('mqttHttp', all, proxied)?.port, 443);
  assert.equal(placeOf('mqtt', [{ ...open, open: false }], here), undefined);
  const v4 = placeOf('mqtt', [{ ...open, families: [4] }], here);
  assert.equal(v4?.warning, 'family');
  const own = placeOf('mqtt', [{ ...open, host: '127.0.0.1', families: [4] }], here);
  assert.deepEqual([own?.host, own?.warning], ['127.0.0.1', 'loopback']);
});

test('snippets carry the real values, each quoted as its language asks', () => {
  const place = placeOf('mqtt', [open], here);
  assert(place !== undefined);
  const payload = `{"note":"it's \\"5\\" ?"}`;
  const samples = samplesOf(place, { username: '12', token: 'secret' }, payload);
  const textOf = (key: string): string => samples.find((each) => each.key === key)?.text ?? '';
  assert.match(textOf('mosquitto'), /-h 2001:db8::5 -p 1883/, 'without brackets');
  assert(textOf('mosquitto').includes(String.raw`-m '{"note":"it'\''s`));
  assert.match(textOf('curl'), /-g -X POST 'http:\/\/\[2001:db8::5\]:8080\//);
  assert.match(textOf('c'), /tcp:\/\/\[2001:db8::5\]:1883/);
  assert(textOf('c').includes(String.raw`\?`), 'no trigraphs');
  for (const { key, text } of samples) {
    assert(text.includes('secret'), key);
    assert(text.includes('5'), key);
  }
});

test('the strip: what was passed stays passed, a refusal shows until something gets through', () => {
  const item = (message: number, step: string, ok = true): TraceItem => ({
    ...{ message, step, ok, detail: step, time: '2026-01-01T00:00:00Z' },
  });
  const failed = [item(1, 'receive'), item(1, 'auth'), item(1, 'model', false)].reduce(
    arrived,
    nothingYet,
  );
  assert.equal(failed.messages, 1);
  assert.equal(failed.steps.model?.ok, false);
  assert.equal(failed.fault?.step, 'model');
  const mended = [item(2, 'receive'), item(2, 'model'), item(2, 'log')].reduce(arrived, failed);
  assert.deepEqual([mended.messages, mended.fault, mended.steps.model?.ok], [2, undefined, true]);
  const worse = arrived(mended, item(3, 'model', false));
  assert.equal(worse.steps.model?.ok, true);
  assert.equal(worse.fault?.message, 3);
  assert.deepEqual(sentValues({ time: 1, values: { a: 1 } }), { a: 1 });
  assert.deepEqual(sentValues([{ a: 1 }, { values: { b: 2 } }]), { a: 1, b: 2 });
  assert.deepEqual(sentValues('x'), {});
});

const packet = (message: number, ok = true): object => ({
  ...{ type: 'packet', message, time: '2026-01-01T00:00:00.000Z', protocol: 'mqtt' },
  ...{ transport: 'tcp', source: '192.0.2.1', clientId: 'c', direction: 'in', hex: '3000' },
  ...{ bytes: 2, name: 'PUBLISH', summary: {}, outcome: { ok } },
});
const step = (message: number, ok = true): object => ({
  ...{ type: 'step', message, step: 'model', at: '2026-01-01T00:00:00.000Z', ok, detail: '' },
});

test('the buffer keeps the newest packets and counts what it does not', () => {
  const buffer = new PacketBuffer();
  buffer.take([step(1), packet(1), step(1), { junk: true }, 7], 3);
  assert.equal(buffer.rows()[0]?.steps.length, 2, 'steps before and after their packet');
  for (let message = 2; message <= rowsMax + 2_000; message++)
    buffer.take([packet(message), step(message, message !== rowsMax + 2_000)], 0);
  const rows = buffer.rows();
  assert.equal(rows.length, rowsMax);
  assert.equal(rows.at(-1)?.packet.message, rowsMax + 2_000);
  const { taken, evicted, dropped } = buffer;
  assert.deepEqual([taken, evicted, dropped], [rowsMax + 2_000, 2_000, 3]);
  const filter = { direction: 'all', name: '', faultsOnly: true } as const;
  assert.equal(filtered(rows, filter).length, 1, 'a step that failed is a fault too');
  assert.equal(filtered(rows, { ...filter, faultsOnly: false, name: 'CONNECT' }).length, 0);
  assert.equal(filtered(rows, { ...filter, faultsOnly: false, direction: 'out' }).length, 0);
  const version = buffer.version;
  buffer.clear();
  assert.notEqual(buffer.version, version);
  assert.deepEqual([buffer.rows().length, buffer.taken, buffer.dropped], [0, 0, 0]);
});

test('bytes are shown sixteen a line, and a fault names one', () => {
  const lines = hexLines('00'.repeat(16) + '41');
  assert.deepEqual(lines[1], { offset: 16, bytes: ['41'], text: 'A' });
  assert.deepEqual(
    [byteOf('byte 17'), byteOf('/level'), byteOf(undefined)],
    [17, undefined, undefined],
  );
});
