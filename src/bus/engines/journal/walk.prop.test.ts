// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { SeededRandom } from '#core';
import { readFrom } from '../../conformance.ts';
import type { LogRecord } from '../../port.ts';
import { headerBytes } from './format.ts';
import { openJournal } from './journal.ts';
import { appendEach, bench, event, path } from './test-support.ts';
import { walk, type WalkItem } from './walk.ts';

const payloadSizes = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 12 });

const units = fc.array(payloadSizes, { minLength: 1, maxLength: 12 });

it('what was appended is read, from any offset, whatever the sizes of units, segments, chunks and cache', async () => {
  const sizes = fc.record({
    segment: fc.integer({ min: 1_200, max: 40_000 }),
    tail: fc.constantFrom(0, 5_000, 1_000_000),
    bytesMax: fc.integer({ min: 1, max: 20_000 }),
    from: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  const property = fc.asyncProperty(
    units,
    sizes,
    async (all, { segment, tail, bytesMax, from }) => {
      const limits = { 'log.segmentBytes': segment, 'log.tailBytesMax': tail };
      const options = bench(limits);
      const journal = await openJournal(options);
      await Promise.all(all.map((unit) => journal.append(unit.map((size) => event(size)))));
      const expected = all.flat();
      const at = Math.floor(from * expected.length);
      const lengths = (records: LogRecord[]): number[] =>
        records.map(({ payload }) => payload.length);
      assert.deepEqual(lengths(await readFrom(journal, at, bytesMax)), expected.slice(at));
      await journal[Symbol.asyncDispose]();
      const again = await openJournal(bench(limits, options.disk));
      assert.deepEqual(lengths(await readFrom(again, at, bytesMax)), expected.slice(at));
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

it('a walk over damaged bytes accounts for every byte and makes nothing up', async () => {
  const damage = fc.record({
    edits: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 6 }),
    cut: fc.option(fc.nat(), { nil: undefined }),
    chunkBytes: fc.integer({ min: 48, max: 5_000 }),
    seed: fc.nat(),
  });
  const sizes = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 10 });
  const property = fc.asyncProperty(
    sizes,
    damage,
    async (all, { edits, cut, chunkBytes, seed }) => {
      const options = bench({ 'log.segmentBytes': 1_000_000 });
      await appendEach(await openJournal(options), all);
      const whole = await itemsOf(options.disk, chunkBytes);
      const bytes = options.disk.bytes(path(0));
      for (const [at, value] of edits) {
        bytes[headerBytes + (at % (bytes.length - headerBytes))] = value;
      }
      const end =
        cut === undefined ? bytes.length : headerBytes + (cut % (bytes.length - headerBytes));
      const disk = options.disk.clone(new SeededRandom(seed));
      disk.put(path(0), bytes.slice(0, end));
      let position = headerBytes;
      for (const item of await itemsOf(disk, chunkBytes)) {
        assert.equal(item.position, position);
        position += item.bytes;
        if (item.kind === 'unit')
          assert.deepEqual(
            item,
            whole.find((w) => w.position === item.position),
          );
      }
      assert.equal(position, end);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

async function itemsOf(
  disk: ReturnType<typeof bench>['disk'],
  chunkBytes: number,
): Promise<WalkItem[]> {
  const file = await disk.open(path(0), 'read');
  const salt = Buffer.from(disk.bytes(path(0))).readUInt32LE(32);
  const range = { salt, position: headerBytes, offset: 0, end: await file.size(), chunkBytes };
  const out: WalkItem[] = [];
  for await (const items of walk(file, range)) out.push(...items);
  return out;
}
