// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { limitsOf } from '#core';
import type { CommitWaiter } from '../../ingest/port.ts';
import { Turns, type TurnTaker } from './turns.ts';

/** Turns whose end the test decides. */
function setup() {
  const actions: (() => void)[] = [];
  const waiters: CommitWaiter[] = [];
  const ingest = { pendingBytes: 0, wait: (waiter: CommitWaiter) => void waiters.push(waiter) };
  const limits = limitsOf({ 'mqtt.turnBytes': 4_096, 'mqtt.turnBytesPerClient': 1_024 });
  const turns = new Turns({ limits, ingest, afterTurn: (action) => void actions.push(action) });
  const endTurn = (): void => {
    for (const action of actions.splice(0)) action();
  };
  return { turns, ingest, waiters, endTurn, isIdle: () => actions.length === 0 };
}

/** A client with so much to be read; each of its turns is written down. */
class Sender implements TurnTaker {
  readonly tenant: number;
  readonly #name: string;
  readonly #turns: Turns;
  readonly #served: string[];
  left: number;

  constructor(name: string, tenant: number, left: number, at: { turns: Turns; served: string[] }) {
    this.tenant = tenant;
    this.left = left;
    this.#name = name;
    this.#turns = at.turns;
    this.#served = at.served;
    this.#turns.wait(this);
  }

  proceed(work: number): number {
    const done = Math.min(work, this.left);
    this.left -= done;
    this.#served.push(this.#name);
    if (this.left > 0) this.#turns.wait(this);
    return done;
  }
}

test('what is read first has its share at once, until the turn has none left', () => {
  const { turns, endTurn } = setup();
  assert.equal(turns.allowance, 1_024);
  for (let i = 0; i < 4; i++) turns.spent(1_024);
  assert.equal(turns.allowance, 1, 'the first packet of everyone');
  endTurn();
  assert.equal(turns.allowance, 1_024);
});

test('tenants have their turn one after another, however many clients each has', () => {
  const { turns, endTurn } = setup();
  const served: string[] = [];
  const at = { turns, served };
  for (let i = 0; i < 100; i++) new Sender('many', 1, 10_240, at);
  new Sender('one', 2, 10_240, at);
  assert.equal(turns.waiting, 101);
  for (let turn = 0; turn < 5; turn++) endTurn();
  const ones = served.filter((name) => name === 'one').length;
  assert(Math.abs(served.length - 2 * ones) <= 1, `${ones} of ${served.length}`);
});

test('within a tenant its clients have their turn one after another', () => {
  const { turns, endTurn } = setup();
  const served: string[] = [];
  for (const name of ['a', 'b', 'c']) new Sender(name, 1, 2_048, { turns, served });
  endTurn();
  assert.deepEqual(served, ['a', 'b', 'c', 'a']);
  endTurn();
  assert.deepEqual(served, ['a', 'b', 'c', 'a', 'b', 'c']);
  assert.equal(turns.waiting, 0);
});

test('a large packet is paid for in later rounds', () => {
  const { turns, endTurn } = setup();
  const served: string[] = [];
  const at = { turns, served };
  const large: TurnTaker = {
    tenant: 1,
    proceed: () => {
      served.push('large');
      turns.wait(large);
      return 3_072;
    },
  };
  turns.wait(large);
  new Sender('small', 2, 100_000, at);
  for (let turn = 0; turn < 8; turn++) endTurn();
  const count = (name: string): number => served.filter((each) => each === name).length;
  assert(count('small') >= 2 * count('large'), served.join(' '));
});

test('while the disk is slow those who send much wait for it', () => {
  const { turns, ingest, waiters, endTurn, isIdle } = setup();
  const served: string[] = [];
  new Sender('a', 1, 1_024, { turns, served });
  ingest.pendingBytes = 2 ** 21;
  endTurn();
  assert.deepEqual(served, []);
  assert(isIdle(), 'nothing spins meanwhile');
  ingest.pendingBytes = 0;
  waiters[0]?.durable(1);
  assert.deepEqual(served, ['a']);
});
