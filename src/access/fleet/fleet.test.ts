// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf, Millis } from '#core';
import { compileModel } from '#model';
import { systemClock } from '#runtime';
import { startOtherBroker, type OtherBroker } from '../testing/other-broker.ts';
import type { DeviceKind } from './behaviour.ts';
import { Fleet, type FleetMember } from './fleet.ts';

function kind(): DeviceKind {
  const document = {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    id: 'urn:example:lamp',
    title: 'Lamp',
    properties: {
      power: { type: 'number', minimum: 0, maximum: 100, readOnly: true },
      on: { type: 'boolean' },
    },
    actions: { switch: { input: { type: 'boolean' } } },
  };
  const compiled = compileModel(document, () => undefined, { limits: limitsOf() });
  assert.ok(compiled.ok);
  return { model: compiled.model, effects: { switch: (on) => ({ on }) } };
}

function fleetOf(at: OtherBroker, members: readonly Partial<FleetMember>[]): Fleet {
  const { host, port } = at;
  const all = members.map((member, index) => {
    const name = `d${index}`;
    const usual = { name, username: name, password: 'right', kind: kind(), period: Millis(50) };
    return { ...usual, ...member };
  });
  const rest = { connectsPerSecond: 1_000, clock: systemClock, seed: 1 };
  return new Fleet({ host, port, members: all, ...rest });
}

/** Payloads of devices by client, as they arrive. */
async function* payloads(at: OtherBroker): AsyncGenerator<readonly [string, unknown]> {
  const waiting: (readonly [string, unknown])[] = [];
  let wake = (): void => undefined;
  at.broker.on('publish', ({ topic, payload }, client) => {
    if (client === null || topic !== 'things/me/properties') return;
    waiting.push([client.id, JSON.parse(String(payload))]);
    wake();
  });
  for (;;) {
    const next = waiting.shift();
    if (next !== undefined) yield next;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

test('a fleet connects all its members and publishes for each', async () => {
  await using at = await startOtherBroker();
  const fleet = fleetOf(at, [{}, {}, {}]);
  const arriving = payloads(at);
  fleet.start();
  const heard = new Set<string>();
  while (heard.size < 3) heard.add((await arriving.next()).value[0]);
  assert.equal(fleet.counts().connected, 3);
  fleet.stop();
  assert.equal(fleet.counts().connected, 0);
});

test('what a device is told it reports', async () => {
  await using at = await startOtherBroker();
  const fleet = fleetOf(at, [{ period: Millis(60_000) }]);
  const arriving = payloads(at);
  fleet.start();
  const was = (await arriving.next()).value[1].on;
  const tell = (topic: string, payload: string): void => {
    const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as const;
    at.broker.publish(packet, () => undefined);
  };
  tell('things/me/desired', JSON.stringify({ values: { on: !was, power: 5 } }));
  const { value: told } = await arriving.next();
  assert.equal(told[1].on, !was);
  assert.notEqual(told[1].power, 5, 'what is only measured cannot be set');
  tell('things/me/actions/switch', JSON.stringify({ task: 1, input: was }));
  assert.equal((await arriving.next()).value[1].on, was);
  fleet.stop();
});

test('a device with a wrong token knocks in vain and does not stop the others', async () => {
  await using at = await startOtherBroker();
  const refused = new Promise<void>((resolve) => at.broker.on('clientError', () => resolve()));
  const fleet = fleetOf(at, [{ trouble: 'wrong-token' }, {}]);
  const arriving = payloads(at);
  fleet.start();
  await refused;
  assert.equal((await arriving.next()).value[0], 'd1');
  assert.equal(fleet.counts().failed, 1);
  fleet.stop();
});

test('a device with wrong values reports values out of range', async () => {
  await using at = await startOtherBroker();
  const fleet = fleetOf(at, [{ trouble: 'wrong-values', period: Millis(5) }]);
  const arriving = payloads(at);
  fleet.start();
  for (;;) if ((await arriving.next()).value[1].power > 100) break;
  fleet.stop();
});

test('what happens to a device it reports at once, with an event', async () => {
  await using at = await startOtherBroker();
  const events: string[] = [];
  at.broker.on('publish', ({ topic, payload }) => {
    if (topic.startsWith('things/me/events/')) events.push(`${topic} ${String(payload)}`);
  });
  const fleet = fleetOf(at, [{ period: Millis(60_000) }]);
  const arriving = payloads(at);
  fleet.start();
  await arriving.next();
  const device = fleet.device('d0');
  device?.report('overload', { power: 99 });
  device?.force({ power: 99 });
  assert.equal((await arriving.next()).value[1].power, 99);
  assert.deepEqual(events, ['things/me/events/overload {"power":99}']);
  device?.force();
  assert.notEqual((await arriving.next()).value[1].power, 99);
  assert.equal(fleet.device('nobody'), undefined);
  fleet.stop();
});

test('a fleet whose credentials are gone stops before the server bans its address', async () => {
  await using at = await startOtherBroker();
  let attempts = 0;
  at.broker.on('clientError', () => attempts++);
  const fleet = fleetOf(at, Array(1_000).fill({ password: 'gone' }));
  fleet.start();
  let before = -1;
  while (attempts === 0 || attempts > before) {
    before = attempts;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  assert.ok(attempts < 500, `${attempts} attempts`);
});
