// SPDX-License-Identifier: Apache-2.0
import { assert, limitsOf, SeededRandom, type Limits } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock, SimDisk } from '#runtime/sim';
import {
  RecordKind,
  type LogChunk,
  type LogEntry,
  type LogRecord,
  type Offset,
} from '../../../port.ts';
import { openJournal, type Journal } from '../journal.ts';

export const directory = '/data/log';

const kinds = Object.values(RecordKind);

/** What is known of a unit: `unsure` until the next recovery shows whether it survived. */
type Fate = 'unsure' | 'kept' | 'gone';

interface Unit {
  readonly id: number;
  readonly entries: readonly LogEntry[];
  fate: Fate;
  /** Where it must be, once that is known. */
  first: Offset | undefined;
}

/**
 * Remembers every unit that was ever appended and what may be true of it, and holds the log against that: what was acknowledged or once
 * read is there, whole, in order and at its offset; what a recovery did not show never comes back; nothing else appears.
 */
export class World {
  readonly random: SeededRandom;
  readonly limits: Limits;
  readonly metrics = new RecordingMetrics();
  readonly logger = new RecordingLogger();
  appended = 0;
  acknowledged = 0;
  crashes = 0;
  disk: SimDisk;
  clock = new SimClock();
  readonly #units: Unit[] = [];
  #life = 0;
  #pending: Promise<void>[] = [];
  #lastAcknowledged = -1;

  constructor(seed: number, limits: Partial<Limits> = {}) {
    this.random = new SeededRandom(seed);
    this.disk = new SimDisk(new SeededRandom(this.random.uint32()));
    this.limits = limitsOf({
      'log.segmentBytes': this.random.pick([2_048, 6_000, 65_536]),
      'log.tailBytesMax': this.random.pick([0, 2_000, 1_000_000]),
      ...limits,
    });
  }

  async open(): Promise<Journal> {
    const { disk, clock, random, limits, logger, metrics } = this;
    return openJournal({ disk, directory, clock, random, limits, logger, metrics });
  }

  /** Appends a unit of chance content and notes what becomes of it. */
  append(journal: Journal): void {
    const unit = this.#unit();
    const life = this.#life;
    const note = async (): Promise<void> => {
      try {
        const first = await journal.append(unit.entries);
        if (life !== this.#life) return;
        assert(unit.id > this.#lastAcknowledged, 'appends resolve in the order of their calls');
        this.#lastAcknowledged = unit.id;
        unit.fate = 'kept';
        unit.first = first;
        this.acknowledged++;
      } catch (error) {
        if (life === this.#life) assert(isFault(error), `a typed fault, not ${String(error)}`);
      }
    };
    this.#pending.push(note());
  }

  /** Waits for what was appended in this life. */
  async settle(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    await Promise.all(pending);
  }

  /** Lets some turns of the microtask queue go by. */
  async turns(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await Promise.resolve();
  }

  /** The machine loses power or the program is killed; acknowledgements of the old life no longer count. */
  crash(kind: 'power' | 'kill'): void {
    this.#life++;
    this.crashes++;
    this.#pending = [];
    this.disk = kind === 'power' ? this.disk.crash() : this.disk.kill();
    this.clock = new SimClock(this.clock.now() + this.random.int(1_000));
  }

  /** Reads the whole log and holds it against what is known. */
  async check(journal: Journal): Promise<void> {
    const records = await readAll(journal, this.random.pick([1, 700, 1_000_000]));
    let at = 0;
    let lastId = -1;
    for (let record = records[0]; record; record = records[at]) {
      const unit = this.#units[idOf(record)];
      assert(unit, 'nothing appears that was never appended');
      assert(unit.fate !== 'gone', `unit ${unit.id} does not come back`);
      assert(unit.id > lastId, `unit ${unit.id} comes once and in order`);
      assert((unit.first ?? record.offset) === record.offset, `unit ${unit.id} is at its offset`);
      for (const [i, entry] of unit.entries.entries()) {
        const found = records[at + i];
        assert(found, `unit ${unit.id} is whole`);
        assert(found.offset === record.offset + i, `unit ${unit.id} is in one piece`);
        assert(found.kind === entry.kind, `unit ${unit.id} keeps its kinds`);
        assert(
          Buffer.compare(found.payload, entry.payload) === 0,
          `unit ${unit.id} keeps its bytes`,
        );
        assert(found.payload.byteOffset % 8 === 0, 'payloads can be mapped in place');
      }
      at += unit.entries.length;
      lastId = unit.id;
      unit.first = record.offset;
      unit.fate = 'kept';
      this.#seen.add(unit.id);
    }
    for (const unit of this.#units) {
      assert(unit.fate !== 'kept' || this.#seen.has(unit.id), `unit ${unit.id} is there`);
      unit.fate = this.#seen.has(unit.id) ? 'kept' : 'gone';
    }
    this.#seen.clear();
  }

  readonly #seen = new Set<number>();

  #unit(): Unit {
    const id = this.#units.length;
    const count = this.random.next() < 0.6 ? 1 : 1 + this.random.int(6);
    const entries = Array.from({ length: count }, (_, i) => ({
      kind: this.random.pick(kinds),
      payload: this.#payload(id, i),
    }));
    const unit: Unit = { id, entries, fate: 'unsure', first: undefined };
    this.#units.push(unit);
    this.appended++;
    return unit;
  }

  /** Starts with the unit's id when it is the first of its unit; the rest is noise, zeros, or bytes of a segment. */
  #payload(id: number, index: number): Uint8Array {
    const most = this.random.pick([0, 20, 200, 200, 3_000, 20_000]);
    const size = (index === 0 ? 4 : 0) + this.random.int(most + 1);
    const payload = Buffer.alloc(size);
    const filling = this.random.pick(['noise', 'noise', 'zeros', 'segment'] as const);
    if (filling === 'noise') payload.set(this.random.bytes(size));
    if (filling === 'segment') this.#copySegment(payload);
    if (index === 0) payload.writeUInt32LE(id);
    return payload;
  }

  #copySegment(into: Buffer): void {
    const last = this.segments().at(-1);
    if (!last) return;
    const bytes = this.disk.bytes(last);
    into.set(bytes.subarray(8 * this.random.int(bytes.length / 8)).subarray(0, into.length));
  }

  segments(): string[] {
    return this.disk
      .names(directory)
      .filter((name) => name.endsWith('.log'))
      .map((name) => `${directory}/${name}`);
  }
}

/** All records, chunk by chunk; a gap fails. */
export async function readAll(journal: Journal, bytesMax: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let at = journal.tail; at < journal.head;) {
    const chunk = await readChunk(journal, at, bytesMax);
    assert(!chunk.gap, `no gap, but ${JSON.stringify(chunk.gap)}`);
    assert(chunk.next > at && chunk.next <= journal.head, 'reading goes on');
    records.push(...chunk.records);
    at = chunk.next;
  }
  return records;
}

export function readChunk(journal: Journal, from: Offset, bytesMax: number): Promise<LogChunk> {
  return journal.read(from, { bytesMax, signal: new AbortController().signal });
}

function idOf(record: LogRecord): number {
  assert(record.payload.length >= 4, 'a unit starts with its id');
  return Buffer.from(record.payload).readUInt32LE();
}

export function isFault(error: unknown): boolean {
  return error instanceof Error && error.name === 'FaultError';
}
