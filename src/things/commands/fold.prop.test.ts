// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { RecordKind, type LogEntry, type LogRecord } from '#bus';
import { limitsOf } from '#core';
import { RecordingLogger, RecordingMetrics } from '#runtime/sim';
import type { Registry } from '#store';
import { reading } from '../testing/device.ts';
import {
  newPlace,
  newValve,
  openPlatform,
  removePlace,
  type Place,
  type Platform,
} from '../testing/platform.ts';
import { encodeAction, encodeConnection } from './record.ts';
import { RegistryReader } from './registry-reader.ts';

const things = 2;
const requested = 1_000_000;

/** The registry of a process that dies within some transactions: what they did is undone. */
function dying(registry: Registry, dies: () => boolean): Registry {
  return {
    read: registry.read,
    write: (work) =>
      registry.write(async (tables) => {
        const value = await work(tables);
        if (dies()) throw new Error('the process dies');
        return value;
      }),
    backup: (path) => registry.backup(path),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function readerOf(registry: Registry, { log, clock }: Place): RegistryReader {
  return new RegistryReader({
    log,
    registry,
    directory: { describe: () => undefined, ofThing: () => Promise.resolve([]) },
    invalidate: () => {},
    limits: limitsOf({ 'desired.versionsMax': 3 }),
    clock,
    logger: new RecordingLogger(),
    metrics: new RecordingMetrics(),
  });
}

const id = fc.integer({ min: 1, max: things });
const task = fc.integer({ min: 1, max: 6 });
const property = fc.constantFrom('target', 'mode');
const value = fc.constantFrom(1, 2, 'auto');
const time = fc.integer({ min: requested, max: requested + 50 });

type SeriesOf = (thing: number, property: string) => number;

const entry: fc.Arbitrary<(seriesOf: SeriesOf) => LogEntry> = fc
  .record({
    id,
    task,
    property,
    value,
    time,
    kind: fc.integer({ min: 0, max: 12 }),
    flag: fc.boolean(),
  })
  .map(
    ({ id: thing, task: number, property: name, value: wanted, time: at, kind, flag }) =>
      (seriesOf) => {
        const base = { tenant: 1, thing, time: at };
        const ofTask = { ...base, task: number };
        const ofDesired = { ...base, property: name };
        switch (kind) {
          case 0:
          case 1: {
            const rest = { action: 'open', input: null, requester: '', expires: at + 9 };
            return encodeAction({ step: 'task-created', ...ofTask, ...rest });
          }
          case 2:
            return encodeAction({ step: 'task-sent', ...ofTask });
          case 3:
            return encodeAction({ step: 'task-delivered', ...ofTask });
          case 4:
            return encodeAction({
              step: 'task-answered',
              ...ofTask,
              action: 'open',
              output: wanted,
            });
          case 5:
            return encodeAction({
              step: 'task-failed',
              ...ofTask,
              task: 0,
              action: 'open',
              error: 'x',
            });
          case 6:
            return encodeAction(
              flag ? { step: 'task-timed-out', ...ofTask } : { step: 'task-cancelled', ...ofTask },
            );
          case 7:
          case 8:
            return encodeAction({
              step: 'desired-set',
              ...ofDesired,
              request: number,
              value: wanted,
              requester: '',
            });
          case 9:
            return encodeAction({ step: 'desired-sent', ...ofDesired, version: number });
          case 10: {
            return reading(seriesOf(thing, name), at, wanted);
          }
          case 11: {
            const fields = { series: 9_000 + number, tenant: 1, thing, property: `p${number % 2}` };
            const payload = Buffer.from(JSON.stringify({ ...fields, type: 'number', created: 1 }));
            return { kind: RecordKind.series, payload };
          }
          default:
            return encodeConnection({ change: flag ? 'online' : 'offline', ...base });
        }
      },
  );

async function dump({ registry: { read } }: Platform): Promise<unknown> {
  const ids = [1, 2];
  const tasks = (await read.tasks.list({ tenant: 1, limit: 100 })).items;
  return {
    tasks,
    steps: await Promise.all(tasks.map((row) => read.tasks.steps(row.id))),
    desired: await Promise.all(
      ids.flatMap((thing) =>
        ['target', 'mode'].map((name) => read.desired.history(thing, name, 9)),
      ),
    ),
    series: await read.series.ofThings(ids, 'with-retired'),
    things: (await read.things.byIds(ids)).map((thing) => [
      thing.online,
      thing.seen,
      thing.lifecycle,
    ]),
    offset: await read.readers.offset('registry'),
  };
}

/** The offset of readings alone is committed late. */
function committed({ registry }: Platform, offset: number): Promise<void> {
  return registry.write((tables) => tables.readers.commit('registry', offset));
}

async function withValves(
  work: (platform: Platform, place: Place) => Promise<void>,
): Promise<void> {
  const place = await newPlace();
  try {
    await using platform = await openPlatform(place);
    for (let i = 0; i < things; i++) await newValve(platform);
    await platform.settled();
    await work(platform, place);
  } finally {
    await removePlace(place);
  }
}

it('the same log gives the same registry, however it is cut and wherever the process dies', async () => {
  const cuts = fc.array(fc.record({ size: fc.integer({ min: 1, max: 7 }), dies: fc.boolean() }), {
    minLength: 1,
  });
  const check = fc.asyncProperty(
    fc.array(entry, { minLength: 1, maxLength: 40 }),
    cuts,
    async (log, pieces) => {
      let records: LogRecord[] = [];
      let whole: unknown;
      await withValves(async (platform, place) => {
        const series = await platform.registry.read.series.ofThings([1, 2]);
        const seriesOf: SeriesOf = (thing, name) =>
          series.find((row) => row.thing === thing && row.property === name)?.id ?? 0;
        records = log.map((one, offset) => ({ ...one(seriesOf), offset, time: 0 }));
        await readerOf(platform.registry, place).take({ records, next: records.length });
        await committed(platform, records.length);
        whole = await dump(platform);
      });
      await withValves(async (platform, place) => {
        let at = 0;
        let left = 0;
        const registry = dying(platform.registry, () => left-- > 0);
        let reader = readerOf(registry, place);
        for (let turn = 0; at < records.length; turn++) {
          const { size, dies } = pieces[turn % pieces.length] ?? { size: 1, dies: false };
          left = dies && turn < 20 ? 1 : 0;
          // Some transactions fail without the process dying.
          if (turn % 3 === 0) reader = readerOf(registry, place);
          const next = Math.min(at + size, records.length);
          const chunk = { records: records.slice(at, next), next };
          const survived = await reader.take(chunk).then(
            () => true,
            (error: unknown) => {
              assert.match(String(error), /the process dies/);
              return false;
            },
          );
          if (survived) at = next;
        }
        await committed(platform, records.length);
        assert.deepEqual(await dump(platform), whole);
      });
    },
  );
  await fc.assert(check, { numRuns: 25, endOnFailure: true });
});
