// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FaultError } from '#core';
import { RecordKind } from '../../port.ts';
import { isFault, readFrom } from '../../conformance.ts';
import { openJournal } from './journal.ts';
import { appendEach, bench, directory, event } from './test-support.ts';

describe('group commit', () => {
  it('writes and syncs once for all that gathered while the disk was busy', async () => {
    const options = bench({ 'log.segmentBytes': 1_000_000 });
    const journal = await openJournal(options);
    await journal.append([event('opens the segment')]);
    const before = { ...options.disk.counts };
    const first = journal.append([event('alone')]);
    await Promise.resolve();
    const rest = Array.from({ length: 500 }, () => journal.append([event(50)]));
    await Promise.all([first, ...rest]);
    assert.equal(options.disk.counts.write - before.write, 2);
    assert.equal(options.disk.counts.sync - before.sync, 2);
    assert.equal(options.metrics.value('fengsui_log_commit_seconds'), 3);
  });

  it('commits calls of one turn together', async () => {
    const options = bench({ 'log.segmentBytes': 1_000_000 });
    const journal = await openJournal(options);
    await Promise.all(Array.from({ length: 10 }, () => journal.append([event(50)])));
    assert.equal(options.metrics.value('fengsui_log_commit_seconds'), 1);
    assert.equal(options.metrics.value('fengsui_log_appended_records_total'), 10);
  });

  it('acknowledges nothing before the sync', async () => {
    const options = bench();
    const journal = await openJournal(options);
    let acknowledged = false;
    void journal
      .append([event('a')])
      .then(() => (acknowledged = true))
      .catch(() => {});
    const syncs = options.disk.counts.sync;
    while (!acknowledged) await Promise.resolve();
    // Header, directory, unit.
    assert.equal(options.disk.counts.sync - syncs, 3);
    assert.equal(
      Buffer.from(options.disk.crash().bytes(`${directory}/0000000000000000.log`)).includes('a'),
      true,
    );
  });

  it('hands out large aligned payloads as they were given, small ones copied', async () => {
    const journal = await openJournal(bench({ 'log.tailBytesMax': 1_000_000 }));
    const large = new Uint8Array(20_000);
    const unaligned = new Uint8Array(20_001).subarray(1);
    const small = new Uint8Array(8);
    await journal.append(
      [large, unaligned, small].map((payload) => ({ kind: RecordKind.readings, payload })),
    );
    const records = await readFrom(journal, 0);
    assert.deepEqual(
      records.map(({ payload }) => [large, unaligned, small].some((given) => given === payload)),
      [true, false, false],
    );
  });
});

describe('a failing disk', () => {
  for (const [operation, code, expected] of [
    ['write', 'EIO', 'bus.stopped'],
    ['write', 'ENOSPC', 'bus.full'],
    ['sync', 'EIO', 'bus.stopped'],
  ] as const) {
    it(`${code} at ${operation} stops the log with ${expected} until it is reopened`, async () => {
      const options = bench({ 'log.segmentBytes': 1_000_000 });
      const journal = await openJournal(options);
      await appendEach(journal, ['0', '1']);
      options.disk.inject({ operation, nth: 1, code });
      const units = ['lost', 'lost too'].map((text) => journal.append([event(text)]));
      for (const unit of units) await assert.rejects(unit, isFault(expected));
      await assert.rejects(journal.append([event('refused')]), isFault(expected));
      assert.equal(journal.stopped?.fault.code, expected);
      assert.equal(options.metrics.value('fengsui_log_stopped'), 1);
      assert.equal(options.metrics.value('fengsui_log_failures_total', { operation }), 1);
      assert.equal((await readFrom(journal, 0)).length, 2, 'what is durable can still be read');
      await journal.reopen();
      assert.equal(journal.stopped, undefined);
      assert.equal(await journal.append([event('2')]), 2);
      const texts = (await readFrom(journal, 0)).map(({ payload }) =>
        Buffer.from(payload).toString(),
      );
      assert.deepEqual(texts, ['0', '1', '2']);
    });
  }

  it('goes on after a full disk only when there is room', async () => {
    const options = bench({ 'log.segmentBytes': 1_000_000 });
    const journal = await openJournal(options);
    await journal.append([event('0')]);
    options.disk.free = 500;
    await assert.rejects(journal.append([event(5_000)]), isFault('bus.full'));
    options.disk.free = 0;
    await assert.rejects(journal.reopen(), isFault('bus.full'));
    options.disk.free = 1_000_000;
    await journal.reopen();
    assert.equal(await journal.append([event(5_000)]), 1);
  });

  it('a read that fails says so and can be repeated', async () => {
    const options = bench();
    const journal = await openJournal(options);
    await journal.append([event('0')]);
    options.disk.inject({ operation: 'read', nth: 1, code: 'EIO' });
    await assert.rejects(readFrom(journal, 0), isFault('bus.read-failed'));
    assert.equal((await readFrom(journal, 0)).length, 1);
  });

  it('opening names the disk as the reason', async () => {
    const options = bench();
    options.disk.inject({ operation: 'sync', nth: 1, code: 'EIO' });
    await assert.rejects(openJournal(options), isFault('bus.stopped'));
  });
});

describe('limits', () => {
  it('a unit that is too large is refused', async () => {
    const journal = await openJournal(
      bench({ 'log.recordBytesMax': 300_000, 'log.unitBytesMax': 400_000 }),
    );
    const half = event(250_000);
    await assert.rejects(journal.append([half, half]), (error: unknown) => {
      return error instanceof FaultError && error.fault.at === 'log.unitBytesMax';
    });
    await journal.append([half]);
  });

  it('more than log.pendingBytesMax at once is refused and counted; then there is room again', async () => {
    const options = bench({
      'log.recordBytesMax': 300_000,
      'log.unitBytesMax': 400_000,
      'log.pendingBytesMax': 500_000,
    });
    const journal = await openJournal(options);
    const first = journal.append([event(280_000)]);
    await assert.rejects(journal.append([event(280_000)]), isFault('common.limit'));
    const labels = { limit: 'log.pendingBytesMax' };
    assert.equal(options.metrics.value('fengsui_limit_hits_total', labels), 1);
    await first;
    await journal.append([event(280_000)]);
  });

  it('a unit larger than a segment has one of its own', async () => {
    const options = bench();
    const journal = await openJournal(options);
    await appendEach(journal, [10, 50_000, 10]);
    assert.deepEqual(
      (await readFrom(journal, 0)).map(({ payload }) => payload.length),
      [10, 50_000, 10],
    );
    assert.equal(options.metrics.value('fengsui_log_segments'), 3);
  });
});

describe('lag', () => {
  it('shows how far each reader is behind', async () => {
    const options = bench();
    const journal = await openJournal(options);
    await appendEach(journal, [1, 1, 1]);
    journal.hold('slow', 1);
    const lag = (reader: string): number =>
      options.metrics.value('fengsui_log_reader_lag_records', { reader });
    assert.equal(lag('slow'), 2);
    journal.hold('slow', 3);
    assert.equal(lag('slow'), 0);
    journal.release('slow');
    assert.equal(lag('slow'), 0);
  });
});
