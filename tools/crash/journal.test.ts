// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf, ThingJournal } from './journal.ts';

function journalOf(count: number, acknowledged: readonly number[]): ThingJournal {
  const journal = new ThingJournal(0);
  for (let i = 0; i < count; i++) journal.send(1_000);
  for (const sequence of acknowledged) journal.acknowledge(sequence);
  return journal;
}

const numbers = (sequences: readonly number[]) => ({
  time: sequences.map((s) => 1_000 + s),
  value: sequences,
});
const texts = (sequences: readonly number[]) => ({
  time: sequences.map((s) => 1_000 + s),
  value: sequences.map(textOf),
});

test('everything acknowledged is there', () => {
  const found = journalOf(4, [0, 1, 2]).compare(0, 4, numbers([0, 1, 2]), texts([0, 1, 2]));
  assert.deepEqual(found, { acknowledged: 3, lost: 0, phantoms: 0, duplicates: 0, halves: 0 });
});

test('an acknowledged reading that is missing is a loss, an unacknowledged one is not', () => {
  const found = journalOf(4, [0, 1, 3]).compare(0, 4, numbers([0, 1]), texts([0, 1]));
  assert.equal(found.lost, 1);
});

test('half a message is seen', () => {
  const found = journalOf(2, [0]).compare(0, 2, numbers([0, 1]), texts([0]));
  assert.deepEqual(found, { acknowledged: 1, lost: 0, phantoms: 0, duplicates: 0, halves: 1 });
});

test('a wrong value and a time that was never sent are phantoms', () => {
  const journal = journalOf(2, [0]);
  const wrong = { time: [1_000, 5_000], value: [7, 1] };
  const found = journal.compare(0, 2, wrong, texts([0]));
  assert.equal(found.phantoms, 2);
  assert.equal(found.lost, 1);
});

test('a second copy is a duplicate', () => {
  const found = journalOf(1, [0]).compare(0, 1, numbers([0, 0]), texts([0]));
  assert.equal(found.duplicates, 1);
});

test('a thing does not run ahead of its clock', () => {
  const journal = journalOf(101, []);
  assert.equal(journal.send(1_000), undefined);
  assert.equal(journal.send(1_001)?.time, 1_101);
});
