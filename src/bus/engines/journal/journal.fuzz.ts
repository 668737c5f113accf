// SPDX-License-Identifier: Apache-2.0
import { crc32 } from 'node:zlib';
import { assert, FaultError, limitsOf, SeededRandom } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock, SimDisk } from '#runtime/sim';
import { RecordKind } from '../../port.ts';
import * as format from './format.ts';
import { openJournal, type Journal } from './journal.ts';

const directory = '/log';
const salt = 7;

/** Recovery and reading over segment, index and reader files of any content: typed faults at most, and always an end. */
export const fuzz = {
  name: 'journal',
  async run(random: SeededRandom): Promise<void> {
    const disk = new SimDisk(new SeededRandom(random.uint32()));
    await disk.makeDirectory(directory);
    let bytes = 0;
    let indexed = false;
    let first = random.pick([0, 0, 5, 4_000_000_000]);
    for (let count = 1 + random.int(3); count > 0; count--) {
      const segment = mutated(anySegment(random, first), random);
      bytes += segment.length;
      disk.put(`${directory}/${format.segmentName(first)}`, segment);
      if (random.next() < 0.3) {
        indexed = true;
        disk.put(
          `${directory}/${format.indexName(first)}`,
          mutated(anyIndex(random, first), random),
        );
      }
      first += random.int(30);
    }
    if (random.next() < 0.1)
      disk.put(`${directory}/readers.snapshot`, random.bytes(random.int(200)));
    const journal = await opened(disk);
    if (!journal) return;
    await readThrough(journal, bytes);
    await usable(journal);
    const again = await opened(disk.kill());
    assert(again, 'what was opened once opens again');
    // An index that lies although its CRC is right may be believed, once it points into the file.
    assert(indexed || again.head === journal.head, 'what was opened once is the same again');
    await readThrough(again, bytes + 1_000);
  },
};

async function opened(disk: SimDisk): Promise<Journal | undefined> {
  try {
    return await openJournal({
      disk,
      directory,
      clock: new SimClock(),
      random: new SeededRandom(1),
      limits: limitsOf({ 'log.segmentBytes': 8_192, 'log.tailBytesMax': 0 }),
      logger: new RecordingLogger(),
      metrics: new RecordingMetrics(),
    });
  } catch (error) {
    if (error instanceof FaultError) return undefined;
    throw error;
  }
}

/** Every chunk goes forward, and no more bytes come out than the files have. */
async function readThrough(journal: Journal, bytesMost: number): Promise<void> {
  let bytes = 0;
  let chunks = 0;
  const signal = new AbortController().signal;
  for (let at = journal.tail; at < journal.head;) {
    const chunk = await journal.read(at, { bytesMax: 500, signal });
    assert(chunk.next > at && chunk.next <= journal.head, 'reading goes forward');
    for (const record of chunk.records) {
      assert(record.offset >= at && record.offset < chunk.next, 'a record is in its chunk');
      bytes += record.payload.length;
    }
    assert(++chunks <= bytesMost + 10, 'reading ends');
    at = chunk.next;
  }
  assert(bytes <= bytesMost, 'nothing is made up');
  const offset = await journal.offsetAt(Date.UTC(2026, 0, 1));
  assert(offset >= journal.tail && offset <= journal.head, 'a time has an offset');
}

async function usable(journal: Journal): Promise<void> {
  const payload = Buffer.from('appended after recovery');
  const { head } = journal;
  assert(
    (await journal.append([{ kind: RecordKind.event, payload }])) === head,
    'appending goes on',
  );
  const signal = new AbortController().signal;
  const { records } = await journal.read(head, { bytesMax: 1, signal });
  assert(records[0] && Buffer.compare(records[0].payload, payload) === 0, 'and is read back');
}

function anySegment(random: SeededRandom, first: number): Buffer {
  if (random.next() < 0.1) return Buffer.from(random.bytes(random.int(4_000)));
  const start = random.pick([0, Date.UTC(2026, 0, 1), 1e300]);
  const parts: Uint8Array[] = [format.encodeHeader({ first, start, salt })];
  let position = format.headerBytes;
  let next = first;
  for (let count = random.int(8); count > 0; count--) {
    const { bytes, records } = anyUnit(random, position, next);
    parts.push(bytes);
    position += bytes.length;
    next += records + (random.next() < 0.1 ? random.int(5) : 0);
  }
  return Buffer.concat(parts);
}

/** A unit with good CRCs, whatever its fields say. */
function anyUnit(
  random: SeededRandom,
  position: number,
  first: number,
): { bytes: Uint8Array; records: number } {
  const records = 1 + random.int(4);
  const bodies: Uint8Array[] = [];
  for (let i = 0; i < records; i++) {
    const size = random.int(300);
    const record = Buffer.alloc(
      format.recordHeadBytes + format.paddedBytes(size),
      format.paddingByte,
    );
    record.writeUInt32LE(odd(random, size));
    record.writeUInt32LE(odd(random, 1 + random.int(7)), 4);
    record.set(random.bytes(size), 8);
    bodies.push(record);
  }
  const body = Buffer.concat(bodies);
  const seed = format.unitSeed(salt, position);
  const head = Buffer.alloc(format.unitHeadBytes);
  const fields = {
    bodyBytes: odd(random, body.length),
    first: odd(random, first),
    time: random.pick([1, Date.UTC(2026, 0, 1), Number.NaN, 1e300]),
    durable: random.next() < 0.8 ? first : random.int(first + 100),
    count: odd(random, records),
    bodyCrc: crc32(body, seed),
  };
  format.writeUnitHead(head, 0, fields, seed);
  return { bytes: Buffer.concat([head, body]), records };
}

function anyIndex(random: SeededRandom, first: number): Buffer {
  const rows: Buffer[] = [];
  for (let row = 1 + random.int(4); row > 0; row--) {
    const bytes = Buffer.alloc(32);
    bytes.writeDoubleLE(first + random.int(100), 0);
    bytes.writeDoubleLE(format.headerBytes + 8 * random.int(500), 8);
    bytes.writeDoubleLE(random.pick([1, Date.UTC(2026, 0, 2)]), 16);
    bytes.writeUInt32LE(salt, 24);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 28), salt), 28);
    rows.push(bytes);
  }
  return Buffer.concat(rows);
}

/** Mostly the number, sometimes one that is wrong. */
function odd(random: SeededRandom, value: number): number {
  if (random.next() < 0.95) return value;
  return random.pick([0, 1, value + 8, value - 1, 0x7fff_fff8, 0xffff_ffff, random.uint32()]) >>> 0;
}

function mutated(bytes: Buffer, random: SeededRandom): Buffer {
  const out = Buffer.from(bytes);
  for (let count = random.pick([0, 0, 1, 3]); count > 0 && out.length > 0; count--) {
    const at = random.int(out.length);
    const how = random.pick(['bit', 'byte', 'zeros', 'copy', 'cut'] as const);
    if (how === 'bit') out[at] = (out[at] ?? 0) ^ (1 << random.int(8));
    if (how === 'byte') out[at] = random.uint32();
    if (how === 'zeros') out.fill(0, at, Math.min(out.length, at + random.int(1_000)));
    if (how === 'copy') out.copy(out, at, random.int(out.length));
    if (how === 'cut') return out.subarray(0, at);
  }
  return out;
}
