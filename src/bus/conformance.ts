// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FaultError, SeededRandom } from '#core';
import { RecordKind, type Log, type LogEntry, type LogRecord, type Offset } from './port.ts';

/** An empty log for one test. */
export interface LogUnderTest {
  readonly log: Log;
  /** Closes the log and opens it again over the same data, its memory empty. */
  again(): Promise<Log>;
  /** Removes everything; the log is closed already. */
  remove(): Promise<void>;
}

export interface LogConformanceOptions {
  readonly make: () => Promise<LogUnderTest>;
  /** Largest record the log under test is configured for. */
  readonly recordBytesMax: number;
}

/** What every log must do, whatever it is built on: call it in a test file with a maker of empty logs. */
export function logConformance(name: string, options: LogConformanceOptions): void {
  const test = (title: string, body: (t: LogUnderTest) => Promise<void>): void => {
    it(title, async () => {
      const made = await options.make();
      let { log } = made;
      const again = async (): Promise<Log> => (log = await made.again());
      try {
        await body({ log, again, remove: made.remove });
      } finally {
        await log[Symbol.asyncDispose]();
        await made.remove();
      }
    });
  };
  describe(`log conformance: ${name}`, () => {
    appending(test, options.recordBytesMax);
    reading(test);
    keeping(test);
  });
}

type Test = (title: string, body: (t: LogUnderTest) => Promise<void>) => void;

function appending(test: Test, recordBytesMax: number): void {
  test('an empty log starts and ends at 0', async ({ log }) => {
    assert.equal(log.head, 0);
    assert.equal(log.tail, 0);
    assert.equal(log.stopped, undefined);
  });

  test('offsets follow one another, unit by unit', async ({ log }) => {
    assert.equal(await log.append([event('a'), event('b')]), 0);
    assert.equal(await log.append([event('c')]), 2);
    assert.equal(log.head, 3);
  });

  test('appends resolve in the order of their calls', async ({ log }) => {
    const resolved: Offset[] = [];
    const appends = Array.from({ length: 200 }, async (_, i) => {
      const first = await log.append([event(`${i}`), event(`${i}`)]);
      resolved.push(first);
    });
    await Promise.all(appends);
    assert.deepEqual(
      resolved,
      Array.from({ length: 200 }, (_, i) => i * 2),
    );
  });

  test('a record that is too large is refused and leaves its neighbours alone', async ({ log }) => {
    const large = { kind: RecordKind.event, payload: new Uint8Array(recordBytesMax + 1) };
    const before = log.append([event('before')]);
    const refused = assert.rejects(log.append([event('with'), large]), isFault('common.limit'));
    const after = log.append([event('after')]);
    await refused;
    assert.equal(await before, 0);
    assert.equal(await after, 1);
    assert.deepEqual(texts(await readFrom(log, 0)), ['before', 'after']);
  });

  test('a closed log refuses appends', async ({ log }) => {
    await log[Symbol.asyncDispose]();
    await assert.rejects(log.append([event('late')]), isFault('bus.stopped'));
  });
}

function reading(test: Test): void {
  test('records come back as they were appended', async ({ log, again }) => {
    const random = new SeededRandom(1);
    const sizes = [0, 1, 7, 8, 9, 100, 5_000, 16_384, 70_001];
    const entries = Object.values(RecordKind).flatMap((kind) =>
      sizes.map((size) => ({ kind, payload: random.bytes(size) })),
    );
    for (const entry of entries) await log.append([entry]);
    sameEntries(await readFrom(log, 0), entries);
    sameEntries(await readFrom(await again(), 0), entries);
  });

  test('payloads can be mapped as typed arrays', async ({ log, again }) => {
    for (let size = 0; size < 40; size++) await log.append([filled(size), filled(20_000 + size)]);
    const aligned = (record: LogRecord): boolean => record.payload.byteOffset % 8 === 0;
    assert.ok((await readFrom(log, 0)).every(aligned));
    assert.ok((await readFrom(await again(), 0)).every(aligned));
  });

  test('reading starts at any offset and goes on in chunks of about bytesMax', async ({
    log,
    again,
  }) => {
    for (let i = 0; i < 50; i++) await log.append([filled(1_000), filled(1_000)]);
    for (const from of [0, 1, 2, 49, 98, 99]) {
      const records = await readFrom(log, from, 3_000);
      assert.deepEqual(
        records.map((record) => record.offset),
        range(from, 100),
      );
    }
    const later = await again();
    for (const from of [0, 1, 2, 49, 98, 99]) {
      const { records, next } = await later.read(from, { bytesMax: 3_000, signal: never() });
      assert.equal(records[0]?.offset, from);
      assert.equal(next, (records.at(-1)?.offset ?? 0) + 1);
      assert.ok(records.length <= 6, `${records.length} records are more than about 3,000 bytes`);
    }
  });

  test('reading at the head waits for the next record', async ({ log }) => {
    await log.append([event('first')]);
    const waiting = log.read(1, { bytesMax: 1_000, signal: never() });
    await log.append([event('second')]);
    const { records, next } = await waiting;
    assert.deepEqual(texts(records), ['second']);
    assert.equal(next, 2);
  });

  test('an abort ends a waiting read with an empty chunk', async ({ log }) => {
    const abort = new AbortController();
    const waiting = log.read(0, { bytesMax: 1_000, signal: abort.signal });
    abort.abort();
    assert.deepEqual(await waiting, { records: [], next: 0 });
    const aborted = await log.read(0, { bytesMax: 1_000, signal: abort.signal });
    assert.deepEqual(aborted, { records: [], next: 0 });
  });

  test('readers do not disturb one another', async ({ log }) => {
    const all = Array.from({ length: 5 }, () => readUntil(log, 300));
    for (let i = 0; i < 300; i++) void log.append([event(`${i}`)]);
    for (const records of await Promise.all(all)) {
      assert.deepEqual(texts(records), range(0, 300).map(String));
    }
  });

  test('an offset after the head is refused', async ({ log }) => {
    await log.append([event('only')]);
    await assert.rejects(log.read(2, { bytesMax: 1, signal: never() }), isFault('bus.ahead'));
  });
}

function keeping(test: Test): void {
  test('everything is there after opening again, and appending goes on', async ({ log, again }) => {
    for (let i = 0; i < 20; i++) await log.append([event(`${i}`)]);
    const later = await again();
    assert.equal(later.head, 20);
    assert.equal(later.tail, 0);
    assert.equal(await later.append([event('20')]), 20);
    assert.deepEqual(texts(await readFrom(later, 0)), range(0, 21).map(String));
  });

  test('times never go back and find their offsets', async ({ log, again }) => {
    for (let i = 0; i < 30; i++) await log.append([event(`${i}`), event(`${i}`)]);
    const records = await readFrom(log, 0);
    const times = records.map((record) => record.time);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    for (const each of [log, await again()]) {
      for (const time of new Set(times)) {
        assert.equal(await each.offsetAt(time), times.indexOf(time));
      }
      assert.equal(await each.offsetAt(0), 0);
      assert.equal(await each.offsetAt((times.at(-1) ?? 0) + 1), 60);
    }
  });

  test('readers are remembered until they are released', async ({ log, again }) => {
    await log.append([event('a'), event('b')]);
    log.hold('things', 1);
    log.hold('store', 2);
    log.hold('store', 1);
    assert.deepEqual(
      new Map(log.readers()),
      new Map([
        ['things', 1],
        ['store', 1],
      ]),
    );
    log.release('store');
    assert.deepEqual(new Map((await again()).readers()), new Map([['things', 1]]));
  });
}

/** Everything from an offset to the head, chunk by chunk; a gap fails. */
export async function readFrom(log: Log, from: Offset, bytesMax = 10_000): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let at = from; at < log.head;) {
    const chunk = await log.read(at, { bytesMax, signal: never() });
    assert.equal(chunk.gap, undefined);
    assert.ok(chunk.next > at);
    records.push(...chunk.records);
    at = chunk.next;
  }
  return records;
}

async function readUntil(log: Log, count: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  while (records.length < count) {
    const from = records.length;
    records.push(...(await log.read(from, { bytesMax: 500, signal: never() })).records);
  }
  return records;
}

function event(text: string): LogEntry {
  return { kind: RecordKind.event, payload: Buffer.from(text) };
}

function filled(size: number): LogEntry {
  return { kind: RecordKind.readings, payload: new Uint8Array(size).fill(size) };
}

function texts(records: readonly LogRecord[]): string[] {
  return records.map((record) => Buffer.from(record.payload).toString());
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function sameEntries(records: readonly LogRecord[], entries: readonly LogEntry[]): void {
  assert.equal(records.length, entries.length);
  for (const [i, record] of records.entries()) {
    assert.equal(record.offset, i);
    assert.equal(record.kind, entries[i]?.kind);
    assert.equal(Buffer.compare(record.payload, entries[i]?.payload ?? new Uint8Array()), 0);
  }
}

/** For `assert.rejects`: a fault of this code. */
export function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof FaultError && error.fault.code === code;
}

function never(): AbortSignal {
  return new AbortController().signal;
}
