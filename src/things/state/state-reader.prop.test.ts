// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { RecordKind } from '#bus';
import { Minutes, SeededRandom } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock, SimDisk } from '#runtime/sim';
import { encodeErasure } from '../erasure.ts';
import { reading } from '../testing/device.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { CurrentState, type CurrentValue } from './current-state.ts';
import { StateReader } from './state-reader.ts';

type Step =
  | {
      readonly kind: 'reading';
      readonly series: number;
      readonly time: number;
      readonly value: number | string;
    }
  | { readonly kind: 'erase'; readonly series: number }
  | { readonly kind: 'junk' | 'minutes' | 'restart' | 'power loss' | 'full disk' };

const series = fc.integer({ min: 1, max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reading'),
      series: fc.oneof(series, fc.constant(5_000)),
      time: fc.integer({ min: 1, max: 9 }),
      value: fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase'), series }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('junk', 'minutes', 'restart', 'power loss', 'full disk'),
    }),
  },
);

/** A machine: the log lasts, the disk has what survived, the state lives as long as the process. */
class Machine {
  readonly clock = new SimClock();
  readonly log = new MemoryLog(() => this.clock.now());
  readonly logger = new RecordingLogger();
  readonly #past: StateReader[] = [];
  #disk = new SimDisk(new SeededRandom(1));
  #reader: StateReader | undefined;
  state = new CurrentState();

  async start(): Promise<void> {
    this.state = new CurrentState();
    const { clock, log, logger, state } = this;
    const base = { clock, log, logger, state, disk: this.#disk, directory: '/snapshots' };
    this.#reader = new StateReader({ ...base, metrics: new RecordingMetrics() });
    await this.#reader.start();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'reading':
        await this.log.append([reading(step.series, step.time, step.value)]);
        return;
      case 'erase':
        await this.log.append([encodeErasure([step.series, 9_999])]);
        return;
      case 'junk':
        await this.log.append([
          { kind: RecordKind.readings, payload: Buffer.from('no batch') },
          { kind: RecordKind.lifecycle, payload: Buffer.from('{"change":"erased"}') },
          { kind: RecordKind.lifecycle, payload: Buffer.from('null') },
          { kind: RecordKind.lifecycle, payload: Buffer.from('{"change') },
        ]);
        return;
      case 'minutes':
        this.clock.advance(Minutes(5));
        return;
      case 'full disk':
        this.#disk.inject({ operation: 'write', nth: 1, times: 2, code: 'ENOSPC' });
        return;
      case 'restart':
        this.#disk.heal();
        await this.#reader?.[Symbol.asyncDispose]();
        return this.start();
      case 'power loss':
        if (this.#reader !== undefined) this.#past.push(this.#reader);
        this.#disk = this.#disk.crash();
        return this.start();
    }
  }

  /** Waits until the reader has the log. */
  async settled(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disk.heal();
    await this.#reader?.[Symbol.asyncDispose]();
    await Promise.allSettled(this.#past.map((reader) => reader[Symbol.asyncDispose]()));
  }
}

/** What the state has to be: the whole log, folded naively. */
function expected(steps: readonly Step[]): Map<number, CurrentValue> {
  const state = new Map<number, CurrentValue>();
  for (const one of steps) {
    if (one.kind === 'erase') state.delete(one.series);
    if (one.kind !== 'reading' || (state.get(one.series)?.time ?? 0) > one.time) continue;
    const { time, value } = one;
    const isText = typeof value === 'string';
    state.set(one.series, {
      time,
      quality: 0,
      number: isText ? Number.NaN : value,
      text: isText ? { kind: 1, value } : undefined,
    });
  }
  return state;
}

it('restarts, power losses and full disks do not change the state', async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    await using machine = new Machine();
    await machine.start();
    for (const one of steps) {
      await machine.take(one);
      await machine.settled();
    }
    const want = expected(steps);
    for (const id of [1, 2, 3, 4, 5, 6, 5_000, 9_999])
      assert.deepEqual(machine.state.get(id), want.get(id), `series ${id}`);
  });
  await fc.assert(property, { numRuns: 200 });
});

it('a snapshot that cannot be written stops neither the reader nor the next snapshot', async () => {
  await using machine = new Machine();
  await machine.start();
  await machine.take({ kind: 'full disk' });
  await machine.take({ kind: 'minutes' });
  for (const time of [1, 2]) {
    await machine.take({ kind: 'reading', series: 1, time, value: time });
    await machine.settled();
    assert.equal(machine.state.get(1)?.number, time);
  }
  const errors = machine.logger.lines.filter((line) => line.level === 'error');
  assert.deepEqual(
    errors.map((line) => line.message),
    ['the snapshot of the current state could not be written'],
  );
  // The log is held from the snapshot before the newest one.
  for (const time of [3, 4, 5]) {
    await machine.take({ kind: 'minutes' });
    await machine.take({ kind: 'reading', series: 1, time, value: time });
    await machine.settled();
  }
  assert.ok((machine.log.readers().get('current-state') ?? 0) > 0);
});
