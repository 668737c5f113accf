// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partitionCount, SeededRandom } from '#core';
import type { SimDisk } from '#runtime/sim';
import { isFault, readFrom } from '../../conformance.ts';
import { RecordKind, type LogChunk } from '../../port.ts';
import { encodeHeader, headerBytes, unitHeadBytes } from './format.ts';
import { openJournal, type Journal } from './journal.ts';
import { appendEach, bench, directory, event, path, type Bench } from './test-support.ts';

const unit = (payload: number): number => unitHeadBytes + 8 + payload;

interface Found {
  readonly options: Bench;
  readonly journal: Journal;
}

/** Opens what is on a disk with fresh observers. */
async function found(disk: SimDisk): Promise<Found> {
  const options = bench({}, disk);
  return { options, journal: await openJournal(options) };
}

/** A log of three units, 104 bytes of payload each, all acknowledged, then a power loss. */
async function threeUnits(): Promise<SimDisk> {
  const options = bench();
  await appendEach(await openJournal(options), [104, 104, 104]);
  return options.disk.crash();
}

function edited(disk: SimDisk, edit: (bytes: Uint8Array) => Uint8Array): SimDisk {
  disk.put(path(0), edit(disk.bytes(path(0))));
  return disk;
}

async function chunks(journal: Journal): Promise<LogChunk[]> {
  const out: LogChunk[] = [];
  for (let at = 0; at < journal.head; at = out.at(-1)?.next ?? 0) {
    out.push(await journal.read(at, { bytesMax: 1, signal: new AbortController().signal }));
  }
  return out;
}

const summary = (all: readonly LogChunk[]): unknown[] =>
  all.map((chunk) => chunk.gap ?? chunk.records.map((record) => record.offset));

describe('a torn tail', () => {
  const third = headerBytes + 2 * unit(104);

  for (const [name, keep] of [
    ['in the head', third + 20],
    ['after the head', third + unitHeadBytes],
    ['in the body', third + unit(104) - 8],
  ] as const) {
    it(`cut by the end of the file ${name} is cut off in silence`, async () => {
      const disk = edited(await threeUnits(), (bytes) => bytes.slice(0, keep));
      const { options, journal } = await found(disk);
      assert.equal(journal.head, 2);
      assert.equal(disk.bytes(path(0)).length, third);
      assert.equal(options.metrics.value('fengsui_log_torn_bytes_total'), keep - third);
      assert.equal(options.metrics.value('fengsui_log_quarantined_bytes_total'), 0);
      assert.equal(await journal.append([event('goes on')]), 2);
      assert.deepEqual(summary(await chunks(journal)), [[0], [1], [2]]);
    });
  }

  it('with a sector that was never written is cut off, and what followed it in the same write', async () => {
    const options = bench({ 'log.segmentBytes': 65_536 });
    const journal = await openJournal(options);
    await journal.append([event(104)]);
    await Promise.all([2_000, 104, 104].map((size) => journal.append([event(size)])));
    const disk = edited(options.disk.crash(), (bytes) => bytes.fill(0, 1_536, 2_048));
    const { journal: after, options: observed } = await found(disk);
    assert.equal(after.head, 1);
    assert.equal(observed.metrics.value('fengsui_log_quarantined_bytes_total'), 0);
    assert.deepEqual(summary(await chunks(after)), [[0]]);
  });

  it('of a segment that was being created is removed', async () => {
    for (const size of [0, 100, 512, 1_000]) {
      const disk = await threeUnits();
      const header = encodeHeader({ first: 3, start: 0, salt: 9 });
      disk.put(path(3), header.slice(0, size));
      const { journal } = await found(disk);
      assert.equal(journal.head, 3);
      assert.deepEqual(
        disk.names(directory).filter((name) => name.endsWith('.log')),
        ['0000000000000000.log'],
      );
      await appendEach(journal, ['x']);
      assert.equal((await readFrom(journal, 0)).length, 4);
    }
  });

  it('of the only segment keeps its offset', async () => {
    const options = bench();
    await options.disk.makeDirectory(directory);
    options.disk.put(path(500), new Uint8Array(10));
    const journal = await openJournal(options);
    assert.deepEqual([journal.tail, journal.head], [500, 500]);
    assert.equal(await journal.append([event('x')]), 500);
  });
});

describe('corruption', () => {
  it('in the middle is a gap, is quarantined, and the rest is read', async () => {
    const place = headerBytes + unit(104);
    const disk = await threeUnits();
    const damaged = edited(disk, (bytes) => bytes.fill(0, place, place + 30));
    const { options, journal } = await found(damaged);
    assert.equal(journal.head, 3);
    const gap = { from: 1, to: 2, reason: 'corrupt' };
    assert.deepEqual(summary(await chunks(journal)), [[0], gap, [2]]);
    const copies = disk.names(`${directory}/quarantine`);
    assert.deepEqual(copies, [`0000000000000000-${place}-${unit(104)}-1-2.bin`]);
    assert.deepEqual(
      disk.bytes(`${directory}/quarantine/${copies[0]}`),
      disk.bytes(path(0)).slice(place, place + unit(104)),
    );
    assert.equal(options.metrics.value('fengsui_log_quarantined_bytes_total'), unit(104));
  });

  it('in the last unit without a hole is not taken for a torn tail', async () => {
    const disk = await threeUnits();
    disk.flip(path(0), (headerBytes + 2 * unit(104) + unitHeadBytes + 50) * 8);
    const { journal } = await found(disk);
    assert.equal(journal.head, 3);
    const gap = { from: 2, to: 3, reason: 'corrupt' };
    assert.deepEqual(summary(await chunks(journal)), [[0], [1], gap]);
    assert.equal(await journal.append([event('x')]), 3);
  });

  it('of the last head gives up as many offsets as may have been used', async () => {
    const disk = await threeUnits();
    disk.flip(path(0), (headerBytes + 2 * unit(104) + 8) * 8);
    const { journal } = await found(disk);
    const to = 2 + unit(104) / 8;
    assert.equal(journal.head, to);
    assert.equal(await journal.append([event('x')]), to);
    const gap = { from: 2, to, reason: 'corrupt' };
    assert.deepEqual(summary(await chunks(journal)), [[0], [1], gap, [to]]);
    const again = await found(disk.crash());
    assert.deepEqual(summary(await chunks(again.journal)), [[0], [1], gap, [to]]);
  });

  it('that cuts a closed log short is a gap: its end was marked', async () => {
    const options = bench();
    const journal = await openJournal(options);
    await appendEach(journal, [104, 104, 104]);
    await journal[Symbol.asyncDispose]();
    const disk = edited(options.disk, (bytes) => bytes.slice(0, headerBytes + unit(104)));
    const { journal: after } = await found(disk);
    const gap = { from: 1, to: 3, reason: 'corrupt' };
    assert.deepEqual(summary(await chunks(after)), [[0], gap]);
    assert.equal(await after.append([event('x')]), 3);
  });

  it('of both headers loses that segment only', async () => {
    const options = bench();
    await appendEach(await openJournal(options), [3_000, 3_000, 3_000]);
    const disk = options.disk.crash();
    disk.flip(path(1), 0);
    disk.flip(path(1), 512 * 8);
    const { journal } = await found(disk);
    assert.deepEqual(summary(await chunks(journal)), [
      [0],
      { from: 1, to: 2, reason: 'corrupt' },
      [2],
    ]);
  });

  it('of both headers of the last segment gives its offsets up', async () => {
    const disk = await threeUnits();
    disk.flip(path(0), 0);
    disk.flip(path(0), 512 * 8);
    const { journal } = await found(disk);
    assert.ok(journal.head > 3);
    assert.deepEqual(summary(await chunks(journal)), [
      { from: 0, to: journal.head, reason: 'corrupt' },
    ]);
    assert.equal(await journal.append([event('x')]), disk.bytes(path(0)).length / 8);
  });

  it('that removes a file from the middle is a gap', async () => {
    const options = bench();
    await appendEach(await openJournal(options), [3_000, 3_000, 3_000]);
    const disk = options.disk.crash();
    await disk.remove(path(1));
    const { journal } = await found(disk);
    assert.deepEqual(summary(await chunks(journal)), [
      [0],
      { from: 1, to: 2, reason: 'corrupt' },
      [2],
    ]);
  });

  it('is not copied or counted again, and not beyond log.quarantineBytesMax', async () => {
    const disk = await threeUnits();
    disk.flip(path(0), (headerBytes + unitHeadBytes + 50) * 8);
    const options = bench({ 'log.quarantineBytesMax': 10 }, disk);
    await openJournal(options);
    assert.deepEqual(disk.names(`${directory}/quarantine`), []);
    const labels = { limit: 'log.quarantineBytesMax' };
    assert.equal(options.metrics.value('fengsui_limit_hits_total', labels), 1);
    const first = await found(disk);
    assert.equal(first.options.metrics.value('fengsui_log_quarantined_bytes_total'), unit(104));
    const second = await found(disk.crash());
    assert.equal(second.options.metrics.value('fengsui_log_quarantined_bytes_total'), 0);
  });
});

describe('opening', () => {
  it('refuses another layout version or partition count', async () => {
    for (const [at, value] of [
      [8, 2],
      [12, partitionCount + 1],
    ] as const) {
      const { crc32 } = await import('node:zlib');
      const header = Buffer.from(encodeHeader({ first: 0, start: 0, salt: 1 }));
      header.writeUInt32LE(value, at);
      header.writeUInt32LE(crc32(header.subarray(0, 508)), 508);
      header.copy(header, 512, 0, 512);
      const options = bench();
      await options.disk.makeDirectory(directory);
      options.disk.put(path(0), header);
      await assert.rejects(openJournal(options), isFault('bus.other-layout'));
    }
  });

  it('leaves files that are not its own alone', async () => {
    const disk = await threeUnits();
    disk.put(`${directory}/notes.txt`, Buffer.from('hello'));
    disk.put(`${directory}/12.log`, Buffer.from('hello'));
    const { journal } = await found(disk);
    assert.equal(journal.head, 3);
    assert.ok(disk.names(directory).includes('12.log'));
  });

  it('reads little of a long log', async () => {
    const options = bench({ 'log.segmentBytes': 100_000 });
    const journal = await openJournal(options);
    for (let i = 0; i < 200; i++) await journal.append([event(45_000)]);
    await journal[Symbol.asyncDispose]();
    const before = options.disk.counts.read;
    const again = await openJournal({ ...options, disk: options.disk });
    const segments = options.metrics.value('fengsui_log_segments');
    assert.equal(segments, 100);
    assert.ok(
      options.disk.counts.read - before < segments + 10,
      'one header a segment, and the tail',
    );
    assert.equal(again.head, 200);
  });

  it('scans the last segment from its last mark on', async () => {
    const options = bench({ 'log.segmentBytes': 50_000_000 }, undefined);
    const journal = await openJournal(options);
    for (let i = 0; i < 30; i++) await journal.append([event(500_000)]);
    const disk = options.disk.crash();
    const before = disk.counts.read;
    const { journal: after } = await found(disk);
    assert.equal(after.head, 30);
    assert.ok(disk.counts.read - before < 12, `${disk.counts.read - before} reads`);
  });

  it('is not misled by a damaged index', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const options = bench({ 'log.segmentBytes': 50_000_000 });
      const journal = await openJournal(options);
      for (let i = 0; i < 10; i++) await journal.append([event(500_000)]);
      await journal[Symbol.asyncDispose]();
      const random = new SeededRandom(seed);
      const { length } = options.disk.bytes(path(0, 'idx'));
      options.disk.flip(path(0, 'idx'), random.int(length * 8));
      const { journal: after } = await found(options.disk);
      assert.equal((await readFrom(after, 0)).length, 10, `seed ${seed}`);
    }
  });
});

describe('bytes of a log inside a payload', () => {
  it('are not taken for units when the unit around them is damaged', async () => {
    // The worst case: units of the very offsets that are expected, from a log that has the same salt.
    const other = bench({ 'log.segmentBytes': 65_536 });
    await appendEach(await openJournal(other), [104, 104, 'forged', 'forged too']);
    const payload = other.disk.bytes(path(0)).slice(headerBytes + 2 * unit(104));
    const options = bench({ 'log.segmentBytes': 65_536 });
    const journal = await openJournal(options);
    await appendEach(journal, [104, 104]);
    await journal.append([{ kind: RecordKind.message, payload }]);
    await journal.append([event('after')]);
    const disk = options.disk.crash();
    disk.flip(path(0), (headerBytes + 2 * unit(104) + 8) * 8);
    const { journal: after } = await found(disk);
    const gap = { from: 2, to: 3, reason: 'corrupt' };
    assert.deepEqual(summary(await chunks(after)), [[0], [1], gap, [3]]);
  });
});
