// SPDX-License-Identifier: Apache-2.0
// The access matrix of topics: every class of topic, tried by every kind of client.
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { child, gateway, Harness, stranger } from './testing/harness.ts';

/** Clients by a letter: a gateway, its child, a thing of its own, tokens by their scopes, a client without credential. */
const clients = {
  G: `thing ${gateway}`,
  C: `thing ${child}`,
  S: `thing ${stranger}`,
  a: 'token admin',
  r: 'token read',
  w: 'token write',
  i: 'token ingest',
  p: 'token topics.publish',
  s: 'token topics.subscribe',
  d: 'token readings.read',
  n: 'token tokens.create',
  '-': undefined,
} as const;

/** By topic, the letters of those who may publish to it. */
const publishing: Readonly<Record<string, string>> = {
  'things/me/properties': 'GCS',
  [`things/${gateway}/properties`]: 'Gai',
  [`things/${child}/properties`]: 'GCai',
  [`things/${stranger}/properties`]: 'Sai',
  'things/999/properties': '',
  [`things/${child}/events/alarm`]: 'GCai',
  [`things/${child}/actions/blink/result`]: 'GCai',
  [`things/${gateway}/actions/blink`]: '',
  [`things/${gateway}/desired`]: '',
  [`things/${gateway}`]: '',
  'things/me/anything/else': '',
  'site/lamp': 'awip-',
  'site/7/own': 'Gawip-',
  'site/8/own': 'Cawip-',
  '$SYS/x': '',
  '$CONTROL/x': '',
  '$share/g/site': '',
};

/** By filter, the letters of those who may subscribe to it. */
const subscribing: Readonly<Record<string, string>> = {
  'things/me/actions/#': 'GCS',
  'things/me/desired': 'GCS',
  [`things/${gateway}/actions/+`]: 'Garwd',
  [`things/${child}/actions/+`]: 'GCarwd',
  [`things/${stranger}/actions/+`]: 'Sarwd',
  'things/+/actions/+': 'GCSarwd',
  'things/+/desired': 'GCSarwd',
  'things/+/properties': 'arwd',
  'things/#': 'arwd',
  '$share/g/things/+/properties': 'arwd',
  'site/#': 'arws-',
  '$share/g/site/#': 'arws-',
  '#': 'arws-',
  '+/+': 'arws-',
  'site/7/#': 'Garws-',
  'site/+/own': 'arws-',
  '$SYS/#': '',
};

const policy = [
  { who: 'thing', may: ['publish', 'subscribe'], topics: ['site/{thing}/#'] },
] as const;

const password = Buffer.from('secret');

function credentials(username: string | undefined): object {
  return username === undefined ? {} : { username, password };
}

const payload = '{"temperature":1}';

for (const [letter, username] of Object.entries(clients)) {
  const name = username ?? 'no credential';

  test(`publish: ${name}`, async () => {
    await using harness = await Harness.start({ config: { policy } });
    const peer = await harness.client({ clientId: letter, ...credentials(username) });
    for (const [topic, who] of Object.entries(publishing)) {
      peer.publish(topic, payload, { qos: 1 });
      const { reasonCode } = await peer.next('puback');
      assert.equal(reasonCode < 0x80, who.includes(letter), `${topic}: ${reasonCode}`);
    }
  });

  test(`will: ${name}`, async () => {
    await using harness = await Harness.start({ config: { policy } });
    for (const [topic, who] of Object.entries(publishing)) {
      const peer = await harness.open();
      const will = { topic, payload: Buffer.from(payload) };
      const { reasonCode } = await peer.connect({ clientId: '', will, ...credentials(username) });
      assert.equal(reasonCode === 0, who.includes(letter), `${topic}: ${reasonCode}`);
    }
  });

  test(`subscribe: ${name}`, async () => {
    await using harness = await Harness.start({ config: { policy } });
    const peer = await harness.client({ clientId: letter, ...credentials(username) });
    for (const [filter, who] of Object.entries(subscribing)) {
      const [code = 0x80] = await peer.subscribe(filter, { qos: 1 });
      assert.equal(code < 0x80, who.includes(letter), `${filter}: ${code}`);
    }
  });
}

test('what reaches a subscriber is what it may read, whatever its filter matches', async () => {
  await using harness = await Harness.start();
  const all = await harness.client({ clientId: 'r', ...credentials('token reader') });
  const broker = await harness.client({ clientId: 's', ...credentials('token topics.subscribe') });
  const things = await harness.client({ clientId: 'd', ...credentials('token readings.read') });
  await all.subscribe(['#', 'things/#'], { qos: 0 });
  await broker.subscribe('#', { qos: 0 });
  await things.subscribe('things/#', { qos: 0 });
  const device = await harness.thing(gateway);
  await device.deliver('things/me/properties', payload);
  const writer = await harness.client({ clientId: 'w', ...credentials('token write') });
  await writer.deliver('site/lamp', 'on');
  await all.message(payload);
  await things.message(payload);
  await things.alive();
  await broker.message('on');
  await broker.alive();
});
