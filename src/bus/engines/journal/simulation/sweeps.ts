// SPDX-License-Identifier: Apache-2.0
import { assert, SeededRandom } from '#core';
import { RecordingMetrics, SimClock, type SimDisk } from '#runtime/sim';
import { RecordKind, type LogRecord } from '../../../port.ts';
import { headerBytes } from '../format.ts';
import { openJournal, type Journal } from '../journal.ts';
import { directory, isFault, readAll, readChunk, World } from './world.ts';

/** How the log was left before a bit flips. */
export type Ending = 'closed' | 'cut off' | 'followed by a segment';

/**
 * Flips every bit of a segment, one at a time, and opens and reads the log each time: every flip shows, no changed byte is served, no more than
 * one unit is lost, no offset is given out twice. Returns the count of flips.
 */
export async function flipEveryBit(seed: number, ending: Ending): Promise<number> {
  const { world, records, path } = await smallLog(seed, ending);
  const bits = world.disk.bytes(path).length * 8;
  const largestUnit = 3;
  // Headers are read alike however the log was left: once is enough.
  const start = ending === 'closed' ? 0 : headerBytes * 8;
  for (let bit = start; bit < bits; bit++) {
    const disk = world.disk.clone(new SeededRandom(seed));
    disk.flip(path, bit);
    const metrics = new RecordingMetrics();
    const { journal, found, lost } = await reread(world, disk, { records, metrics });
    const place = `bit ${bit} of ${path}`;
    for (const record of found) {
      const original = records[record.offset];
      assert(original && sameRecord(original, record), `only what was written is served: ${place}`);
    }
    const damaged = lost.size > 0 || metrics.value('fengsui_log_damaged_headers_total') > 0;
    assert(damaged, `every flip shows: ${place}`);
    assert(lost.size <= largestUnit, `no more than one unit is lost: ${place}`);
    const seen = new Set(found.map((record) => record.offset));
    const missing = records.filter(({ offset }) => !seen.has(offset) && !lost.has(offset));
    assert(missing.length === 0, `nothing is lost in silence: ${place}`);
    const offset = await journal.append([{ kind: RecordKind.event, payload: new Uint8Array(8) }]);
    assert(offset >= records.length, `no offset is given twice: ${place}`);
    await journal[Symbol.asyncDispose]();
  }
  return bits - start;
}

async function smallLog(
  seed: number,
  ending: Ending,
): Promise<{ world: World; records: readonly LogRecord[]; path: string }> {
  const world = new World(seed, { 'log.segmentBytes': 65_536, 'log.tailBytesMax': 0 });
  const journal = await world.open();
  for (let unit = 0; unit < 5; unit++) {
    const payloads = Array.from({ length: 1 + (unit % 3) }, () =>
      world.random.bytes(1 + world.random.int(120)),
    );
    await journal.append(payloads.map((payload) => ({ kind: RecordKind.event, payload })));
  }
  if (ending === 'followed by a segment') {
    await journal.append([{ kind: RecordKind.event, payload: world.random.bytes(65_000) }]);
  }
  const records = await readAll(journal, 1_000_000);
  if (ending === 'closed') await journal[Symbol.asyncDispose]();
  else world.crash('power');
  const path = world.segments()[0];
  assert(path, 'there is a segment');
  return { world, records, path };
}

async function reread(
  world: World,
  disk: SimDisk,
  { records, metrics }: { records: readonly LogRecord[]; metrics: RecordingMetrics },
): Promise<{ journal: Journal; found: LogRecord[]; lost: Set<number> }> {
  const { limits, logger, random } = world;
  const clock = new SimClock();
  const journal = await openJournal({ disk, directory, clock, random, limits, logger, metrics });
  const found: LogRecord[] = [];
  const lost = new Set<number>();
  for (let at = journal.tail; at < journal.head;) {
    const chunk = await readChunk(journal, at, 1_000_000);
    found.push(...chunk.records);
    const { from, to } = chunk.gap ?? { from: 0, to: 0 };
    // Where the count of lost records is not known, the gap is wider than what was there.
    for (let i = from; i < Math.min(to, records.length); i++) lost.add(i);
    at = chunk.next;
  }
  return { journal, found, lost };
}

function sameRecord(a: LogRecord, b: LogRecord): boolean {
  return a.kind === b.kind && a.time === b.time && Buffer.compare(a.payload, b.payload) === 0;
}

/**
 * Runs the same appends again and again, each time with the next operation failing, then a power loss or a reopening: nothing is acknowledged
 * after the failure until it was reopened, and nothing that was acknowledged is lost. Returns the count of runs.
 */
export async function failEvery(
  seed: number,
  operation: 'write' | 'sync',
  code: 'EIO' | 'ENOSPC',
): Promise<number> {
  for (let nth = 1; ; nth++) {
    const struck = await failOnce(seed, nth, operation, code);
    if (!struck) return nth - 1;
  }
}

async function failOnce(
  seed: number,
  nth: number,
  operation: 'write' | 'sync',
  code: 'EIO' | 'ENOSPC',
): Promise<boolean> {
  const world = new World(seed, { 'log.segmentBytes': 6_000 });
  world.disk.inject({ operation, nth, times: 1_000_000, code });
  const journal = await world.open().catch((error: unknown) => {
    if (!isFault(error)) throw error;
  });
  if (journal) {
    await appendSome(world, journal);
    const { acknowledged } = world;
    if (journal.stopped) {
      const expected = code === 'ENOSPC' ? 'bus.full' : 'bus.stopped';
      assert(journal.stopped.fault.code === expected, `it stops with ${expected}`);
      await appendSome(world, journal);
      assert(world.acknowledged === acknowledged, 'a stopped log acknowledges nothing');
      await refusesToReopen(journal);
    }
    const struck = world.disk.counts[operation] >= nth;
    world.disk.heal();
    if (world.random.next() < 0.5) {
      await journal.reopen();
      await appendSome(world, journal);
      assert(!struck || world.acknowledged > acknowledged, 'a reopened log acknowledges');
    }
    world.crash(world.random.pick(['power', 'kill']));
    await checkAgain(world);
    return struck;
  }
  world.disk.heal();
  world.crash('power');
  await checkAgain(world);
  return true;
}

async function checkAgain(world: World): Promise<void> {
  const journal = await world.open();
  await world.check(journal);
  await appendSome(world, journal);
  await world.check(journal);
  await journal[Symbol.asyncDispose]();
}

async function appendSome(world: World, journal: Journal): Promise<void> {
  for (let i = 0; i < 6; i++) {
    world.append(journal);
    world.append(journal);
    await world.settle();
  }
}

async function refusesToReopen(journal: Journal): Promise<void> {
  let refused = false;
  await journal.reopen().catch((error: unknown) => {
    refused = isFault(error);
  });
  assert(refused && journal.stopped, 'it stays stopped while the disk still fails');
}
