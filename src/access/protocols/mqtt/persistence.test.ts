// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RecordKind } from '#bus';
import { eventually, Harness } from './testing/harness.ts';

const lasting = { lasting: true } as const;

/** Runs a test twice: over an orderly restart, and over a kill in which nothing more is written. */
function overRestarts(
  name: string,
  run: (harness: Harness, restart: () => Promise<Harness>) => Promise<void>,
): void {
  for (const how of ['ended', 'killed'] as const) {
    test(`${name} (${how})`, async () => {
      const harnesses = [await Harness.start()];
      const restart = async (): Promise<Harness> => {
        const next = await harnesses.at(-1)?.restart(how);
        assert(next);
        harnesses.push(next);
        return next;
      };
      try {
        await run(harnesses[0] ?? (await restart()), restart);
      } finally {
        for (const harness of harnesses.toReversed()) await harness[Symbol.asyncDispose]();
      }
    });
  }
}

overRestarts(
  'subscriptions and queued messages of a session survive, in order',
  async (first, restart) => {
    const subscriber = await first.client({ clientId: 's', ...lasting });
    await subscriber.subscribe('a/#', { qos: 1, identifier: 7 });
    await subscriber.leave();
    const publisher = await first.client({ clientId: 'p' });
    for (let i = 1; i <= 5; i++) {
      const properties = { userProperties: [['n', `${i}`]] } satisfies {
        userProperties: [string, string][];
      };
      await publisher.deliver('a/b', `m${i}`, { packetId: i, properties });
    }
    const second = await restart();
    const again = await second.open();
    const connack = await again.connect({ clientId: 's', ...lasting });
    assert.equal(connack.sessionPresent, true);
    for (let i = 1; i <= 5; i++) {
      const packet = await again.message(`m${i}`);
      assert.deepEqual(packet.properties?.subscriptionIdentifiers, [7]);
      assert.deepEqual(packet.properties.userProperties, [['n', `${i}`]]);
      again.ack('puback', packet.packetId);
    }
    const other = await second.client({ clientId: 'p' });
    await other.deliver('a/c', 'new');
    await again.message('new');
  },
);

overRestarts(
  'an unacknowledged delivery comes again with DUP and its packet identifier',
  async (first, restart) => {
    const subscriber = await first.client({ clientId: 's', ...lasting });
    await subscriber.subscribe('a', { qos: 2 });
    const publisher = await first.client({ clientId: 'p' });
    await publisher.deliver('a', 'one', { qos: 1 });
    await publisher.deliver('a', 'two', { qos: 2 });
    const one = await subscriber.message('one');
    const two = await subscriber.message('two');
    subscriber.ack('pubrec', two.packetId);
    await subscriber.next('pubrel');
    const second = await restart();
    const again = await second.client({ clientId: 's', ...lasting });
    const repeated = await again.message('one');
    assert.equal(repeated.packetId, one.packetId);
    assert.equal(repeated.dup, true);
    assert.equal(
      (await again.next('pubrel')).packetId,
      two.packetId,
      'QoS 2 goes on where it stood',
    );
    again.ack('puback', one.packetId);
    again.ack('pubcomp', two.packetId);
    await again.alive();
  },
);

overRestarts('what was acknowledged does not come again', async (first, restart) => {
  const subscriber = await first.client({ clientId: 's', ...lasting });
  await subscriber.subscribe('a', { qos: 1 });
  const publisher = await first.client({ clientId: 'p' });
  await publisher.deliver('a', 'one');
  const one = await subscriber.message('one');
  subscriber.ack('puback', one.packetId);
  await subscriber.alive();
  await first.ingest.durable();
  const second = await restart();
  const again = await second.client({ clientId: 's', ...lasting });
  await again.alive();
});

overRestarts('retained messages survive, removed ones stay removed', async (first, restart) => {
  const publisher = await first.client({ clientId: 'p' });
  await publisher.deliver('r/1', 'one', { retain: true });
  await publisher.deliver('r/2', 'two', { retain: true, packetId: 2 });
  await publisher.deliver('r/2', '', { retain: true, packetId: 3 });
  publisher.publish('r/3', 'three', { retain: true });
  await publisher.alive();
  await first.ingest.durable();
  const second = await restart();
  const subscriber = await second.client({ clientId: 's' });
  await subscriber.subscribe('r/#', { qos: 1 });
  const got = [await subscriber.next('publish'), await subscriber.next('publish')];
  assert.deepEqual(got.map(({ payload }) => payload.toString()).toSorted(), ['one', 'three']);
  assert(got.every(({ retain }) => retain));
  await subscriber.alive();
});

overRestarts(
  'the will of a client that was connected is published after the restart',
  async (first, restart) => {
    const will = { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: true } as const;
    await first.client({ clientId: 'transient', will });
    const watcher = await first.client({ clientId: 'watcher', ...lasting });
    await watcher.subscribe('w', { qos: 1 });
    await watcher.leave();
    const second = await restart();
    const again = await second.client({ clientId: 'watcher', ...lasting });
    await again.message('gone');
  },
);

overRestarts(
  'a delayed will waits on, and is dropped when its client is back in time',
  async (first, restart) => {
    const will = {
      topic: 'w',
      payload: Buffer.from('gone'),
      properties: { willDelayInterval: 300 },
    };
    const lost = await first.client({ clientId: 'x', ...lasting, will });
    lost.wire.drop();
    await first.ingest.durable();
    const second = await restart();
    const watcher = await second.client({ clientId: 'watcher' });
    await watcher.subscribe('w');
    await second.client({ clientId: 'x', ...lasting });
    assert.equal(await watcher.any(400), undefined);
  },
);

overRestarts(
  'a shared subscription keeps messages while none of its members is there',
  async (first, restart) => {
    const member = await first.client({ clientId: 'm', ...lasting });
    await member.subscribe('$share/g/jobs/+', { qos: 1 });
    await member.leave();
    const publisher = await first.client({ clientId: 'p' });
    for (let i = 1; i <= 3; i++) await publisher.deliver('jobs/x', `job${i}`, { packetId: i });
    const second = await restart();
    const again = await second.client({ clientId: 'm', ...lasting });
    for (let i = 1; i <= 3; i++) {
      const { packetId } = await again.message(`job${i}`);
      again.ack('puback', packetId);
    }
    await again.alive();
  },
);

overRestarts('a session that ended does not come back', async (first, restart) => {
  const peer = await first.client({ clientId: 's', ...lasting });
  await peer.subscribe('a', { qos: 1 });
  peer.disconnect(0, { sessionExpiryInterval: 0 });
  await peer.wire.closed();
  await first.ingest.durable();
  const clean = await first.client({ clientId: 't', ...lasting });
  await clean.leave();
  const { sessionPresent } = await (
    await first.open()
  ).connect({ clientId: 't', cleanStart: true });
  assert.equal(sessionPresent, false);
  const second = await restart();
  for (const clientId of ['s', 't']) {
    const connack = await (await second.open()).connect({ clientId, ...lasting });
    assert.equal(connack.sessionPresent, false, clientId);
  }
});

test('a session with expiry 0 writes no session records', async () => {
  await using harness = await Harness.start();
  const peer = await harness.client({ clientId: 's' });
  await peer.subscribe('a/#', { qos: 2 });
  await peer.deliver('b', 'x', { qos: 2 });
  await peer.unsubscribe('a/#');
  await peer.leave();
  await harness.ingest.durable();
  const kinds = new Set(harness.memoryLog.records.map(({ kind }) => kind));
  assert.equal(kinds.has(RecordKind.session), false);
});

test('a session ends when its time is over, also one whose server was down meanwhile', async () => {
  await using harness = await Harness.start({ limits: { 'mqtt.sessionExpiryMsMax': 1_000 } });
  const peer = await harness.client({ clientId: 's', ...lasting });
  await peer.subscribe('a', { qos: 1 });
  await peer.leave();
  await eventually(() => harness.server.stats().sessions === 0, 'the session did not end');
  const connack = await (await harness.open()).connect({ clientId: 's', ...lasting });
  assert.equal(connack.sessionPresent, false);
});

test('after a restart from a snapshot everything is as after a replay of the whole log', async () => {
  await using first = await Harness.start();
  const subscriber = await first.client({ clientId: 's', ...lasting });
  await subscriber.subscribe(['a/#', '$share/g/b'], { qos: 2 });
  const publisher = await first.client({ clientId: 'p' });
  await publisher.deliver('a/1', 'kept', { retain: true });
  await publisher.deliver('a/2', 'queued', { packetId: 2 });
  await subscriber.leave();
  await publisher.deliver('b', 'shared', { packetId: 3 });
  await using second = await first.restart('ended');
  await using third = await second.restart('ended');
  const again = await third.client({ clientId: 's', ...lasting });
  const payloads: string[] = [];
  for (let i = 0; i < 3; i++) {
    const packet = await again.next('publish');
    payloads.push(packet.payload.toString());
    again.ack('puback', packet.packetId);
  }
  assert.deepEqual(payloads.toSorted(), ['kept', 'queued', 'shared']);
});
