// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { systemClock } from '#runtime';
import { startOtherBroker, type OtherBroker } from '../../testing/other-broker.ts';
import { ConnectionRefused, SimulatedDevice } from './simulator.ts';

const credential = { clientId: 'd1', username: '1', password: 'right', clock: systemClock };

test('a device publishes with QoS 1 and is acknowledged', async () => {
  await using at = await startOtherBroker();
  const device = new SimulatedDevice({ host: at.host, port: at.port, ...credential });
  await device.start();
  const seen: string[] = [];
  at.broker.on('publish', ({ topic, payload }) => seen.push(`${topic} ${String(payload)}`));
  await device.publish({ temperature: 1 });
  assert.ok(seen.includes('things/me/properties {"temperature":1}'), seen.join());
  device.stop();
  await assert.rejects(device.publish({}), /not connected/);
});

test('a refusal and a server that is not there reject the start', async () => {
  await using at = await startOtherBroker();
  const { host, port } = at;
  const wrong = new SimulatedDevice({ host, port, ...credential, password: 'wrong' });
  await assert.rejects(wrong.start(), (error: unknown) => {
    assert.ok(error instanceof ConnectionRefused && error.unauthorised, String(error));
    return true;
  });
  const nowhere = new SimulatedDevice({ host, port: 1, ...credential });
  await assert.rejects(nowhere.start());
});

/** Sends to the device what the server would send it. */
function tell({ broker }: OtherBroker, topic: string, payload: string): void {
  const packet = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false } as const;
  broker.publish(packet, () => undefined);
}

test('an action is answered with its task, also when it fails or has no input', async () => {
  await using at = await startOtherBroker();
  const onAction = (name: string, input: unknown): unknown => {
    if (input === undefined) throw new Error('no input');
    return { [name]: input };
  };
  const { host, port } = at;
  const device = new SimulatedDevice({ host, port, ...credential, onAction });
  await device.start();
  await once(at.broker, 'subscribe');
  const answers: string[] = [];
  const both = new Promise<void>((resolve) => {
    at.broker.on('publish', ({ topic, payload }) => {
      if (topic === 'things/me/actions/blink/result') answers.push(String(payload));
      if (answers.length === 2) resolve();
    });
  });
  tell(at, 'things/me/actions/blink', '{');
  tell(at, 'things/me/actions/blink', '{"task":5,"input":2}');
  await both;
  assert.deepEqual(answers, ['{"error":"no input"}', '{"task":5,"output":{"blink":2}}']);
  device.stop();
});

test('desired values reach the device', async () => {
  await using at = await startOtherBroker();
  const told = Promise.withResolvers<unknown>();
  const { host, port } = at;
  const device = new SimulatedDevice({ host, port, ...credential, onDesired: told.resolve });
  await device.start();
  await once(at.broker, 'subscribe');
  tell(at, 'things/me/desired', '{"values":{"on":true},"versions":{"on":1}}');
  assert.deepEqual(await told.promise, { on: true });
  device.stop();
});

test('a lost connection is told and its publishes are rejected', async () => {
  const at = await startOtherBroker();
  const lost = Promise.withResolvers<Error>();
  const { host, port } = at;
  const device = new SimulatedDevice({ host, port, ...credential, onLost: lost.resolve });
  await device.start();
  await at[Symbol.asyncDispose]();
  assert.ok((await lost.promise) instanceof Error);
  await assert.rejects(device.publish({}));
});
