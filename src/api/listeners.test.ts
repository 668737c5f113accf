// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { asking, expectStatus, itemsOf } from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);

test('every way in is listed with its address, those that are closed with their setting', async () => {
  const { system } = platform.services;
  const listeners = { mqtt: '[::]:1883', mqtts: '0.0.0.0:8883', http: 'http://localhost:8080' };
  system.listeners = () => listeners;
  Object.assign(system, { exposure: { ...system.exposure, hosts: { http: '127.0.0.1' } } });
  const items = itemsOf(await expectStatus(ask('GET /api/v1/listeners'), 200));
  const byName = new Map(items.map((item) => [item['name'], item]));
  assert.deepEqual([...byName.keys()], ['mqtt', 'mqtts', 'mqttWs', 'mqttHttp', 'http']);
  const mqtt = byName.get('mqtt');
  assert.partialDeepStrictEqual(mqtt, { open: true, port: 1883, families: [4, 6] });
  assert.equal(mqtt?.['host'], undefined, 'every address');
  assert.partialDeepStrictEqual(mqtt, {
    connections: { count: 3, list: '/api/v1/connections?protocol=mqtt&transport=tcp' },
  });
  assert.deepEqual(byName.get('mqtts')?.['families'], [4]);
  const closed = { open: false, setting: 'access.mqtt.ws.listen', families: [] };
  assert.partialDeepStrictEqual(byName.get('mqttWs'), closed);
  assert.equal(byName.get('mqttWs')?.['connections'], undefined, 'what is closed has none');
  const http = { open: true, port: 8080, host: '127.0.0.1', families: [4] };
  assert.partialDeepStrictEqual(byName.get('http'), http);
  assert.partialDeepStrictEqual(byName.get('mqttHttp'), { ...http, path: '/mqtt' });
});

test('where MQTT is off, nothing but HTTP is open', async () => {
  const { system } = platform.services;
  system.listeners = () => ({ http: 'http://127.0.0.1:8080' });
  const items = itemsOf(await expectStatus(ask('GET /api/v1/listeners'), 200));
  assert.deepEqual(
    items.filter(({ open }) => open === true).map(({ name }) => name),
    ['http'],
  );
  assert(items.every((item) => item['connections'] === undefined));
});
