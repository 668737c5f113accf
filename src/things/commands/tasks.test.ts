// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FaultError, Hours, Minutes, Seconds, type LimitName } from '#core';
import { TestLink } from '../testing/device.ts';
import {
  newPlace,
  newValve,
  openPlatform,
  removePlace,
  type Place,
  type Platform,
} from '../testing/platform.ts';

type Work = (platform: Platform, place: Place) => Promise<void>;

function test(title: string, work: Work, overrides?: Partial<Record<LimitName, number>>): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place, overrides);
      await work(platform, place);
    } finally {
      await removePlace(place);
    }
  });
}

async function refused(work: Promise<unknown>, code: string, at?: string): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof FaultError, String(error));
    assert.equal(error.fault.code, code);
    if (at !== undefined) assert.equal(error.fault.at, at);
    return true;
  });
}

const open = (thing: number, input: unknown = { angle: 5 }) =>
  ({ tenant: 1, thing, action: 'open', input, requester: 'test' }) as const;

const stepsOf = async (platform: Platform, task: number): Promise<string[]> =>
  (await platform.registry.read.tasks.steps(task)).map((step) => step.step);

const payload = (value: unknown, now: number) => ({
  bytes: Buffer.from(JSON.stringify(value)),
  now,
});

test('a task is sent to a device that is there, and answered', async (platform, place) => {
  const thing = await newValve(platform);
  const link = new TestLink();
  platform.devices.online(thing, link);
  const task = await platform.tasks.create(open(thing));
  assert.equal(task.state, 'queued');
  await platform.settled();
  assert.deepEqual(
    link.sent.map((sent) => sent.body),
    [{ task: task.id, input: { angle: 5 } }],
  );
  assert.equal(link.sent[0]?.message.correlation?.toString(), String(task.id));
  assert.equal((await platform.tasks.get(1, task.id)).task.state, 'delivered');
  const binding = await platform.bindings.load(thing);
  assert.ok(binding);
  const ended = platform.tasks.wait(1, task.id, Hours(1));
  const answer = payload({ task: task.id, output: { angle: 4.9 } }, place.clock.now());
  assert.equal(platform.devices.result(binding, 'open', answer), undefined);
  const row = await ended;
  assert.deepEqual([row.state, row.output], ['answered', { angle: 4.9 }]);
  assert.deepEqual(await stepsOf(platform, task.id), ['created', 'sent', 'delivered', 'answered']);
});

test('a task waits for a device that sleeps, also over a restart', async (first, place) => {
  const thing = await newValve(first);
  const one = await first.tasks.create(open(thing, { angle: 1 }));
  const two = await first.tasks.create(open(thing, { angle: 2 }));
  await first[Symbol.asyncDispose]();
  await using second = await openPlatform(place);
  const link = new TestLink();
  second.devices.online(thing, link);
  await second.settled();
  assert.deepEqual(
    link.sent.map((sent) => sent.body['task']),
    [one.id, two.id],
  );
});

test('a task is over when its time is, and a later answer changes nothing', async (platform, place) => {
  const thing = await newValve(platform);
  const task = await platform.tasks.create({ ...open(thing), timeoutMs: Minutes(1) });
  const other = await platform.tasks.create({ ...open(thing), timeoutMs: Minutes(9) });
  place.clock.advance(Seconds(59));
  await platform.settled();
  assert.equal((await platform.tasks.get(1, task.id)).task.state, 'queued');
  place.clock.advance(Seconds(2));
  await platform.settled();
  assert.equal((await platform.tasks.get(1, task.id)).task.state, 'timed-out');
  assert.equal((await platform.tasks.get(1, other.id)).task.state, 'queued');
  const binding = await platform.bindings.load(thing);
  assert.ok(binding);
  platform.devices.result(
    binding,
    'open',
    payload({ task: task.id, output: 1 }, place.clock.now()),
  );
  await platform.settled();
  assert.equal((await platform.tasks.get(1, task.id)).task.state, 'timed-out');
  assert.deepEqual(await stepsOf(platform, task.id), ['created', 'timed-out', 'late answered']);
  const link = new TestLink();
  platform.devices.online(thing, link);
  await platform.settled();
  assert.deepEqual(
    link.sent.map((sent) => sent.body['task']),
    [other.id],
  );
});

test('a task can be cancelled once', async (platform) => {
  const thing = await newValve(platform);
  const task = await platform.tasks.create(open(thing));
  assert.equal((await platform.tasks.cancel(1, task.id, 'me')).state, 'cancelled');
  await refused(platform.tasks.cancel(1, task.id, 'me'), 'things.task-over');
  await refused(platform.tasks.cancel(2, task.id, 'me'), 'common.not-found');
});

test('a device that fails says why', async (platform, place) => {
  const thing = await newValve(platform);
  const task = await platform.tasks.create(open(thing));
  const binding = await platform.bindings.load(thing);
  assert.ok(binding);
  const answer = payload({ task: task.id, error: 'jammed' }, place.clock.now());
  platform.devices.result(binding, 'open', answer);
  await platform.settled();
  const { task: row } = await platform.tasks.get(1, task.id);
  assert.deepEqual([row.state, row.error], ['failed', 'jammed']);
});

test(
  'what cannot be is refused before it is a task',
  async (platform) => {
    const thing = await newValve(platform);
    await refused(
      platform.tasks.create(open(thing, { angle: 120 })),
      'model.schema-mismatch',
      '/input/angle',
    );
    await refused(
      platform.tasks.create({ ...open(thing), action: 'fly' }),
      'things.no-such-action',
    );
    await refused(platform.tasks.create({ ...open(thing), tenant: 2 }), 'common.not-found');
    await refused(platform.tasks.create(open(999)), 'common.not-found');
    await refused(platform.tasks.create(open(thing, { note: 'x'.repeat(70_000) })), 'common.limit');
    await platform.tasks.create(open(thing));
    await platform.tasks.create(open(thing));
    await refused(platform.tasks.create(open(thing)), 'common.limit', 'tasks.openPerThingMax');
    assert.equal((await platform.tasks.list({ tenant: 1, limit: 10 })).items.length, 2);
  },
  { 'tasks.openPerThingMax': 2 },
);

test('an answer without a task means the oldest one that was sent', async (platform, place) => {
  const thing = await newValve(platform);
  const other = await newValve(platform);
  const link = new TestLink();
  platform.devices.online(thing, link);
  const stop = await platform.tasks.create({ ...open(thing), action: 'stop', input: undefined });
  const one = await platform.tasks.create(open(thing));
  const two = await platform.tasks.create(open(thing));
  await platform.settled();
  const binding = await platform.bindings.load(thing);
  const stranger = await platform.bindings.load(other);
  assert.ok(binding && stranger);
  const now = place.clock.now();
  platform.devices.result(stranger, 'open', payload({ task: two.id, output: 'forged' }, now));
  platform.devices.result(binding, 'open', payload('done', now));
  platform.devices.result(binding, 'open', {
    ...payload({ angle: 2 }, now),
    correlation: Buffer.from(String(two.id)),
  });
  await platform.settled();
  const rows = await Promise.all([stop, one, two].map(({ id }) => platform.tasks.get(1, id)));
  assert.deepEqual(
    rows.map(({ task }) => [task.state, task.output]),
    [
      ['delivered', undefined],
      ['answered', 'done'],
      ['answered', { angle: 2 }],
    ],
  );
});

test('a task is sent once a connection, and again on the next one until it arrives', async (platform) => {
  const thing = await newValve(platform);
  const first = new TestLink();
  first.acknowledges = false;
  platform.devices.online(thing, first);
  const task = await platform.tasks.create(open(thing));
  await platform.settled();
  platform.devices.online(thing, first);
  await platform.tasks.create(open(thing, { angle: 9 }));
  await platform.settled();
  assert.deepEqual(
    first.sent.map((sent) => sent.body['task']),
    [task.id, task.id + 1],
  );
  for (const sent of first.sent) sent.settle(false);
  platform.devices.offline(thing, first, 'lost');
  const second = new TestLink();
  platform.devices.online(thing, second);
  await platform.settled();
  assert.deepEqual(
    second.sent.map((sent) => sent.body['task']),
    [task.id, task.id + 1],
  );
  platform.devices.offline(thing, second, 'lost');
  const third = new TestLink();
  platform.devices.online(thing, third);
  await platform.settled();
  assert.deepEqual(third.sent, []);
});

test('a gateway gets what is for its children, and a link that takes nothing gets it later', async (platform) => {
  const gateway = await newValve(platform);
  const child = await newValve(platform, gateway);
  const waiting = await platform.tasks.create(open(child));
  const link = new TestLink();
  link.takes = false;
  platform.devices.online(gateway, link);
  await platform.settled();
  link.takes = true;
  platform.devices.online(gateway, link);
  await platform.settled();
  const fresh = await platform.tasks.create(open(child));
  await platform.settled();
  assert.deepEqual(
    link.sent.map((sent) => [sent.thing, sent.body['task']]),
    [
      [child, waiting.id],
      [child, fresh.id],
    ],
  );
});

test('tasks of a removed thing are cancelled, old ones are forgotten', async (platform, place) => {
  const thing = await newValve(platform);
  const task = await platform.tasks.create(open(thing));
  await platform.desired.set({ tenant: 1, thing, values: { target: 5 }, requester: 'me' });
  await platform.things.remove(1, thing);
  await platform.settled();
  assert.equal((await platform.tasks.get(1, task.id)).task.state, 'cancelled');
  assert.equal((await platform.desired.current(thing))[0]?.status, 'cancelled');
  place.clock.advance(Hours(24 * 91));
  await platform.settled();
  place.clock.advance(Minutes(10));
  await platform.settled();
  await refused(platform.tasks.get(1, task.id), 'common.not-found');
});

test('events are checked and recorded', async (platform, place) => {
  const thing = await newValve(platform);
  const binding = await platform.bindings.load(thing);
  assert.ok(binding);
  const now = place.clock.now();
  const { devices } = platform;
  assert.equal(devices.event(binding, 'jammed', payload({ force: 9 }, now)), undefined);
  assert.equal(devices.event(binding, 'jammed', payload({}, now))?.code, 'model.schema-mismatch');
  assert.equal(devices.event(binding, 'burst', payload({}, now))?.code, 'things.no-such-event');
  const broken = { bytes: Buffer.from('{"a'), now };
  assert.equal(devices.event(binding, 'jammed', broken)?.code, 'model.bad-json');
  await platform.settled();
  const events = place.log.records.filter((record) => record.kind === 2);
  assert.deepEqual(
    events.map((record) => JSON.parse(Buffer.from(record.payload).toString())),
    [{ tenant: 1, thing, event: 'jammed', data: { force: 9 }, time: now }],
  );
});
