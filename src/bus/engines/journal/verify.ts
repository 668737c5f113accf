// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { Disk } from '#runtime';
import type { Offset } from '../../port.ts';
import * as format from './format.ts';
import { walk } from './walk.ts';

const chunkBytes = 4_194_304;

export interface VerifiedSegment {
  readonly path: string;
  readonly bytes: number;
  readonly records: number;
  readonly first: Offset;
  readonly next: Offset;
  /** `torn` is also what a unit looks like that is being written at this moment. */
  readonly faults: readonly {
    readonly kind: 'header' | 'corrupt' | 'torn' | 'missing';
    readonly position: number;
    readonly bytes: number;
  }[];
}

/** Reads and checks every byte of a log, which may be in use; changes nothing. One result a segment, as it is done. */
export async function* verifyJournal(
  disk: Disk,
  directory: string,
): AsyncGenerator<VerifiedSegment> {
  const names = (await disk.list(directory)).filter(
    (name) => format.offsetOfName(name) !== undefined,
  );
  let expected: Offset | undefined;
  for (const name of names.toSorted()) {
    const segment = await verifySegment(
      disk,
      join(directory, name),
      format.offsetOfName(name) ?? 0,
    );
    const missing = expected !== undefined && segment.first !== expected;
    const fault = { kind: 'missing', position: 0, bytes: 0 } as const;
    yield missing ? { ...segment, faults: [fault, ...segment.faults] } : segment;
    expected = segment.next;
  }
}

async function verifySegment(disk: Disk, path: string, first: Offset): Promise<VerifiedSegment> {
  const faults: VerifiedSegment['faults'][number][] = [];
  const file = await disk.open(path, 'read');
  try {
    const bytes = await file.size();
    const start = Buffer.alloc(Math.min(bytes, format.headerBytes));
    await file.read(start, 0);
    const { state, header } = format.decodeHeader(start);
    if (state !== 'good') faults.push({ kind: 'header', position: 0, bytes: start.length });
    if (!header) return { path, bytes, records: 0, first, next: first, faults };
    const position = format.headerBytes;
    const range = { salt: header.salt, position, offset: first, end: bytes, chunkBytes };
    let records = 0;
    let next = first;
    for await (const items of walk(file, range)) {
      for (const item of items) {
        next = (item.kind === 'unit' ? item.next : item.to) ?? next;
        if (item.kind === 'unit') records += item.records.length;
        else
          faults.push({
            kind: item.cut ? 'torn' : 'corrupt',
            position: item.position,
            bytes: item.bytes,
          });
      }
    }
    return { path, bytes, records, first, next, faults };
  } finally {
    await file.close();
  }
}
