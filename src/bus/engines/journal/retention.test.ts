// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Days, Minutes, SeededRandom } from '#core';
import { SimDisk } from '#runtime/sim';
import { readFrom } from '../../conformance.ts';
import { openJournal } from './journal.ts';
import { appendEach, bench, directory, event, type Bench } from './test-support.ts';

/** One unit a segment. */
const unit = 3_500;
const segmentBytes = 1_024 + 48 + 8 + 3_504;

function logFiles(options: Bench): string[] {
  return options.disk.names(directory).filter((name) => name.endsWith('.log'));
}

it('old segments go once every reader has passed them', async () => {
  const options = bench({ 'log.retainMsMax': Days(1) });
  const journal = await openJournal(options);
  journal.hold('fast', 0);
  journal.hold('slow', 0);
  await appendEach(journal, [unit, unit]);
  options.clock.advance(Days(2));
  await appendEach(journal, [unit, unit]);
  journal.hold('fast', 4);
  await journal.retain();
  assert.equal(journal.tail, 0, 'the slow reader has read nothing');
  journal.hold('slow', 1);
  await journal.retain();
  assert.equal(journal.tail, 1);
  journal.hold('slow', 4);
  await journal.retain();
  assert.equal(
    journal.tail,
    1,
    'the second is followed by one that is young: its end may be young too',
  );
  options.clock.advance(Days(2));
  await journal.retain();
  assert.equal(journal.tail, 3, 'the newest segment stays');
  assert.equal(logFiles(options).length, 1);
});

it('what was dropped is answered as a gap', async () => {
  const options = bench({ 'log.retainMsMax': 0 });
  const journal = await openJournal(options);
  await appendEach(journal, [unit, unit, unit]);
  options.clock.advance(1);
  await journal.retain();
  const chunk = await journal.read(0, { bytesMax: 1, signal: new AbortController().signal });
  assert.deepEqual(chunk, { records: [], next: 2, gap: { from: 0, to: 2, reason: 'retained' } });
  assert.equal((await readFrom(journal, 2)).length, 1);
  assert.equal(await journal.offsetAt(0), 2);
});

it('a log that is too large drops what was read, young as it is, within a minute', async () => {
  const options = bench({ 'log.retainBytesMax': 3 * segmentBytes });
  const journal = await openJournal(options);
  journal.hold('reader', 0);
  await appendEach(journal, [unit, unit, unit, unit, unit]);
  journal.hold('reader', 5);
  options.clock.advance(Minutes(1));
  await journal.retain();
  assert.equal(journal.tail, 2);
});

it('a slow reader keeps a log that is too large, and that is reported once', async () => {
  const options = bench({ 'log.retainBytesMax': 2 * segmentBytes });
  const journal = await openJournal(options);
  journal.hold('slow', 0);
  await appendEach(journal, [unit, unit, unit, unit]);
  await journal.retain();
  await journal.retain();
  assert.equal(journal.tail, 0);
  const blocked = options.metrics.value('fengsui_log_retain_blocked_bytes');
  assert.equal(blocked, 2 * segmentBytes);
  const warnings = options.logger.lines.filter(({ message }) => message.includes('slowest reader'));
  assert.equal(warnings.length, 1);
  journal.release('slow');
  await journal.retain();
  assert.equal(journal.tail, 2);
  assert.equal(options.metrics.value('fengsui_log_retain_blocked_bytes'), 0);
});

it('a reader that has not come back after a restart still holds', async () => {
  const options = bench({ 'log.retainMsMax': 0 });
  const journal = await openJournal(options);
  await appendEach(journal, [unit, unit, unit, unit]);
  journal.hold('away', 1);
  options.clock.advance(1);
  await journal.retain();
  assert.equal(journal.tail, 1);
  const again = await openJournal(bench({ 'log.retainMsMax': 0 }, options.disk.crash()));
  await appendEach(again, [unit]);
  await again.retain();
  assert.equal(again.tail, 1);
});

it('a power loss while dropping never leaves a hole', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const options = bench({ 'log.retainMsMax': 0 }, new SimDisk(new SeededRandom(seed)));
    const journal = await openJournal(options);
    await appendEach(journal, [unit, unit, unit, unit, unit, unit]);
    options.clock.advance(1);
    void journal.retain();
    for (let turns = seed; turns > 0; turns--) await Promise.resolve();
    const again = await openJournal(bench({}, options.disk.crash()));
    assert.equal(again.head, 6);
    const count = (await readFrom(again, again.tail)).length;
    assert.equal(count, 6 - again.tail, `seed ${seed}`);
  }
});

it('a reader in the middle of what is dropped gets a gap, never a failure', async () => {
  const options = bench({ 'log.retainMsMax': 0 });
  const journal = await openJournal(options);
  await appendEach(journal, [unit, unit, unit]);
  options.clock.advance(1);
  const reading = journal.read(0, { bytesMax: 1, signal: new AbortController().signal });
  void journal.retain();
  const chunk = await reading;
  assert.ok(chunk.records.length === 1 || chunk.gap?.reason === 'retained');
  await journal.append([event(1)]);
});
