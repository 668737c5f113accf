// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RecordKind } from '#bus';
import { openBatch } from '#model';
import type { TraceEvent } from '../../diagnosis/trace.ts';
import { child, eventually, gateway, Harness, stranger } from './testing/harness.ts';

const readings = '{"temperature":21.5,"humidity":60}';
const secret = { password: Buffer.from('secret') };

/** Series and values of everything recorded so far. */
function stored(harness: Harness): [number, number][] {
  return harness.memoryLog.records
    .filter(({ kind }) => kind === RecordKind.readings)
    .flatMap(({ payload }) => {
      const batch = openBatch(payload);
      assert(batch.ok);
      const { series, value } = batch.value;
      return [...series].map((id, row): [number, number] => [id, value[row] ?? Number.NaN]);
    });
}

test('readings in every QoS and version, under me, the id and the uri', async () => {
  await using harness = await Harness.start();
  for (const version of [4, 5] as const) {
    const thing = await harness.thing(gateway, {}, version);
    for (const name of ['me', '7', encodeURIComponent('urn:thing:7')]) {
      const topic = `things/${name}/properties`;
      thing.publish(topic, readings);
      await thing.deliver(topic, readings, { qos: 1, packetId: 1 });
      await thing.deliver(topic, readings, { qos: 2, packetId: 2 });
    }
    await thing.leave();
  }
  const rows = stored(harness);
  assert.equal(rows.length, 2 * 3 * 3 * 2);
  assert(rows.every(([series]) => series === 71 || series === 72));
});

test('CBOR is taken by content type and, in 3.1.1, by its first byte', async () => {
  await using harness = await Harness.start();
  // {"temperature": 21.5}
  const cbor = Buffer.from('a16b74656d7065726174757265f94d60', 'hex');
  const old = await harness.thing(gateway, {}, 4);
  old.send({
    ...{ type: 'publish', topic: 'things/me/properties', payload: cbor, qos: 1 },
    ...{ retain: false, dup: false, packetId: 1 },
  } as const);
  await old.next('puback');
  const thing = await harness.thing(gateway);
  thing.send({
    ...{ type: 'publish', topic: 'things/me/properties', payload: cbor, qos: 1 },
    ...{ retain: false, dup: false, packetId: 1, properties: { contentType: 'application/cbor' } },
  } as const);
  assert.equal((await thing.next('puback')).reasonCode, 0);
  assert.deepEqual(stored(harness), [
    [71, 21.5],
    [71, 21.5],
  ]);
  const properties = { contentType: 'image/png' };
  thing.publish('things/me/properties', 'x', { qos: 1, properties });
  assert.equal((await thing.next('puback')).reasonCode, 0x99);
});

test('bad readings: the reason names the place, good ones in the same payload are kept, the client stays', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  for (const [payload, code, place] of [
    ['{"temperature":"hot","humidity":60}', 0, '/temperature'],
    ['{"temperature":"hot"}', 0x99, '/temperature'],
    ['{"temperature":999}', 0x99, '/temperature'],
    ['{"pressure":1}', 0x99, '/pressure'],
    ['[{"temperature":1},{"temperature":null}]', 0, '/1/temperature'],
    ['{"temperature":', 0x99, 'model.bad-json'],
    ['', 0x99, 'model.bad-json'],
  ] as const) {
    thing.publish('things/me/properties', payload, { qos: 1 });
    const { reasonCode, properties } = await thing.next('puback');
    assert.equal(reasonCode, code, payload);
    assert.match(properties?.reasonString ?? '', new RegExp(place), payload);
  }
  assert.deepEqual(stored(harness), [
    [72, 60],
    [71, 1],
  ]);
  const old = await harness.thing(stranger, {}, 4);
  await old.deliver('things/me/properties', '{"temperature":"hot"}');
  await old.alive();
  const entries = harness.diagnosis.entries();
  assert(entries.some(({ step, identity }) => step === 'model' && identity.startsWith('thing 9')));
});

test('a gateway speaks for its children and for nobody else; a forged name is refused and counted', async () => {
  await using harness = await Harness.start();
  const peer = await harness.thing(gateway);
  for (const name of [`${child}`, encodeURIComponent(`urn:thing:${child}`)]) {
    peer.publish(`things/${name}/properties`, '{"temperature":5}', { qos: 1 });
    assert.equal((await peer.next('puback')).reasonCode, 0);
  }
  assert.deepEqual(stored(harness), [
    [81, 5],
    [81, 5],
  ]);
  for (const name of [`${stranger}`, 'urn:thing:9', '12345', 'x%', '']) {
    peer.publish(`things/${name}/properties`, '{"temperature":5}', { qos: 1 });
    assert.equal((await peer.next('puback')).reasonCode >= 0x87, true, name);
  }
  assert.equal(stored(harness).length, 2);
  assert.equal(harness.metrics.value('fengsui_mqtt_forged_things_total') >= 3, true);
  assert(harness.diagnosis.entries().some(({ code }) => code === 'access.unknown-child'));
  // The other way round: a child does not speak for its gateway.
  const other = await harness.thing(child);
  other.publish(`things/${gateway}/properties`, readings, { qos: 1 });
  assert.equal((await other.next('puback')).reasonCode, 0x87);
});

test('events and results reach the service with their correlation', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  await thing.deliver('things/me/events/alarm', '{"level":2}');
  const properties = { correlationData: Buffer.from('task-1') };
  await thing.deliver('things/me/actions/blink/result', '{"ok":true}', { properties });
  assert.deepEqual(harness.services.events, [
    { thing: gateway, name: 'alarm', text: '{"level":2}' },
  ]);
  assert.deepEqual(harness.services.results, [
    { thing: gateway, action: 'blink', text: '{"ok":true}', correlation: 'task-1' },
  ]);
  for (const topic of [
    'things/me/other',
    'things/me/actions/blink',
    'things/me',
    'things/me/events/',
  ]) {
    thing.publish(topic, '{}', { qos: 1 });
    assert.equal((await thing.next('puback')).reasonCode, 0x90, topic);
  }
});

test('actions and desired values go to a thing that listens, as the topic it listens under', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  await thing.subscribe(['things/me/actions/+', 'things/me/desired', 'things/+/actions/#'], {
    qos: 1,
  });
  const link = harness.services.links.get(gateway);
  assert(link);
  const settled: boolean[] = [];
  const done = (arrived: boolean): void => void settled.push(arrived);
  const payload = Buffer.from('{"on":true}');
  const action = {
    kind: 'action',
    name: 'blink',
    payload,
    correlation: Buffer.from('t1'),
  } as const;
  assert.equal(link.send(gateway, action, done), true);
  const packet = await thing.message('{"on":true}');
  assert.equal(packet.topic, 'things/me/actions/blink');
  assert.equal(packet.properties?.responseTopic, 'things/me/actions/blink/result');
  assert.equal(packet.properties.correlationData?.toString(), 't1');
  assert.deepEqual(settled, []);
  thing.ack('puback', packet.packetId);
  await eventually(() => settled.length === 1);
  assert.deepEqual(settled, [true]);

  assert.equal(link.send(gateway, { kind: 'desired', name: '', payload }, done), true);
  assert.equal((await thing.next('publish')).topic, 'things/me/desired');
  assert.equal(link.send(child, action, done), true, 'a child, through the wildcard');
  assert.equal((await thing.next('publish')).topic, `things/${child}/actions/blink`);
  assert.equal(
    link.send(child, { kind: 'desired', name: '', payload }, done),
    false,
    'not listened to',
  );
  await thing.leave();
  await eventually(() => settled.length === 3);
  assert.deepEqual(settled, [true, false, false], 'the connection ended first');
  assert.equal(link.send(gateway, action, done), false);
  assert.equal(harness.services.links.size, 0);
});

test('a thing subscribes to its own and its children’s topics only', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  for (const [filter, expected] of [
    ['things/me/#', 0],
    ['things/7/actions/+', 0],
    ['things/8/actions/+', 0],
    ['things/+/actions/+', 0],
    ['things/+/desired', 0],
    ['things/+/properties', 0x87],
    ['things/9/actions/+', 0x87],
    ['things/#', 0x87],
    ['#', 0x87],
    ['+/+/properties', 0x87],
    ['a/b', 0x87],
    ['$share/g/things/me/actions/+', 0x87],
  ] as const) {
    assert.deepEqual(await thing.subscribe(filter), [expected], filter);
  }
  const old = await harness.thing(stranger, {}, 4);
  assert.deepEqual(await old.subscribe('#'), [0x80]);
});

test('a token with scope read sees readings as they were published; a thing does not hear itself', async () => {
  await using harness = await Harness.start();
  const reader = await harness.client({ clientId: 'r', username: 'token reader', ...secret });
  const thing = await harness.thing(gateway);
  await thing.subscribe('things/me/#', { qos: 1 });
  await thing.deliver('things/me/properties', '{"temperature":1}');
  await reader.subscribe('things/+/properties', { qos: 1 });
  await thing.deliver('things/me/properties', '{"temperature":2}');
  const packet = await reader.message('{"temperature":2}');
  assert.equal(packet.topic, 'things/7/properties');
  await thing.alive();
  assert.deepEqual(await reader.unsubscribe('things/+/properties'), [0]);
  await thing.deliver('things/me/properties', '{"temperature":3}');
  reader.ack('puback', packet.packetId);
  await reader.alive();
  reader.publish('a', 'x', { qos: 1 });
  assert.equal((await reader.next('puback')).reasonCode, 0x87, 'read is not write');
  const admin = await harness.client({ clientId: 'a', username: 'token admin', ...secret });
  await admin.deliver('things/7/properties', '{"temperature":4}');
  assert.deepEqual(stored(harness).at(-1), [71, 4]);
});

test('a revoked thing is disconnected within a second, and its sessions and retained messages go', async () => {
  await using harness = await Harness.start();
  const will = { topic: 'things/me/events/alarm', payload: Buffer.from('{}') };
  const thing = await harness.thing(gateway, { will });
  await thing.deliver('things/me/properties', readings, { retain: true });
  const reader = await harness.client({ clientId: 'r', username: 'token reader', ...secret });
  await reader.subscribe('things/#', { qos: 1 });
  assert.equal((await reader.next('publish')).retain, true);
  harness.authenticator.revoke({ thing: gateway });
  assert.equal(await thing.closed(1_000), 0x87);
  const late = await harness.client({ clientId: 'r2', username: 'token reader', ...secret });
  await late.subscribe('things/#', { qos: 1 });
  assert.equal(await late.any(300), undefined);
  assert.deepEqual(harness.services.events, [], 'its will is not published');
});

test('a credential that is replaced ends only the connections that used it', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  const other = await harness.thing(child);
  harness.authenticator.revoke({ thing: gateway, credential: 999 });
  await thing.alive();
  harness.authenticator.revoke({ thing: gateway, credential: gateway * 10 });
  assert.equal(await thing.closed(1_000), 0x87);
  await other.alive();
});

test('why a thing is offline is told: by itself, by the network, by another connection, by the server', async () => {
  await using harness = await Harness.start();
  const { causes } = harness.services;
  const told = (count: number): Promise<void> => eventually(() => causes.length === count);
  await (await harness.thing(gateway)).leave();
  await told(1);
  (await harness.thing(gateway)).wire.drop();
  await told(2);
  const first = await harness.thing(gateway, { clientId: 'same' });
  const second = await harness.thing(gateway, { clientId: 'same' });
  await first.closed(1_000);
  await told(3);
  harness.authenticator.revoke({ thing: gateway });
  await second.closed(1_000);
  await told(4);
  assert.deepEqual(causes, ['disconnected', 'lost', 'taken-over', 'access.revoked']);
});

test('wills: outside the own topics refused at CONNECT, reported as readings and events when due', async () => {
  await using harness = await Harness.start();
  for (const topic of ['things/9/properties', 'things/me/nonsense', 'other/cmd', '$CONTROL/x']) {
    const peer = await harness.open();
    const credentials = { clientId: 'w', username: 'thing 7', ...secret };
    const connack = await peer.connect({ ...credentials, will: { topic } });
    assert.equal(connack.reasonCode, 0x87, topic);
  }
  const will = {
    topic: 'things/me/properties',
    payload: Buffer.from('{"temperature":-40}'),
    qos: 1,
  };
  const thing = await harness.thing(gateway, { will: { ...will, qos: 1 } });
  thing.wire.drop();
  await eventually(() => stored(harness).length === 1);
  assert.deepEqual(stored(harness), [[71, -40]]);
});

test('a model that changes is seen by the connections that are open', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  await thing.deliver('things/me/properties', '{"temperature":1}');
  const old = harness.bindings.things.get(gateway);
  assert(old);
  old.stale = true;
  harness.bindings.things.set(gateway, { ...old, stale: false, series: Uint32Array.of(901, 902) });
  await thing.deliver('things/me/properties', '{"temperature":2}');
  await thing.deliver('things/me/properties', '{"temperature":3}');
  assert.deepEqual(
    stored(harness).map(([series]) => series),
    [71, 901, 901],
  );
});

test('trace follows one thing from the socket to the log', async () => {
  await using harness = await Harness.start();
  const thing = await harness.thing(gateway);
  const other = await harness.thing(child);
  const events: TraceEvent[] = [];
  const stop = harness.trace.follow({ thing: gateway }, (event) => void events.push(event));
  await thing.deliver('things/me/properties', readings);
  await other.deliver('things/me/properties', readings);
  assert.deepEqual(
    events.map(({ step, ok }) => `${step} ${ok}`),
    ['receive true', 'auth true', 'decode true', 'model true', 'log true'],
  );
  assert.match(events.at(-1)?.detail ?? '', /offset \d+/);
  stop();
  await thing.deliver('things/me/properties', readings);
  assert.equal(events.length, 5);
});
