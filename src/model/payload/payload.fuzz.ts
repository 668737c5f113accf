// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import type { SeededRandom } from '#core';
import type { Fuzz } from '../../../tools/fuzz/port.ts';
import { bindingOf, modelOf, now, PayloadBench } from './fixtures.ts';
import type { PayloadType } from './report.ts';

const model = modelOf({
  t: { type: 'number', unit: 'Cel' },
  temperature: { type: 'number', maximum: 125 },
  i: { type: 'integer' },
  on: { type: 'boolean' },
  s: { type: 'string' },
  p: { '@type': 'geo:Point' },
  o: { type: 'object' },
  a: { type: 'array' },
});
const benches = [new PayloadBench(bindingOf(model)), new PayloadBench(bindingOf(model, 'collect'))];
const types: readonly PayloadType[] = ['json', 'cbor', 'senml+json', 'senml+cbor'];

const jsonPieces = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    ' ',
    '"',
    '\\',
    '{"t":',
    '{"temperature":21.5',
    '"on":true',
    '"i":',
    '"s":"x"',
    '"values":{',
  ],
  ...[
    '"time":',
    `"time":${now},`,
    '"2026-11-20T08:00:00Z"',
    '1',
    '-0',
    '1e5',
    '.',
    '0123456789012345678',
    'null',
    'false',
    '\u0000',
  ],
  ...[
    '"n":"t"',
    '"v":1',
    '"bn":"urn:x:"',
    '"u":"K"',
    '"bt":',
    '"t":-1',
    '"vs":',
    '"p":[1,2]',
    '"o":{}',
    '"__proto__":',
    '泵',
    '\ufeff',
  ],
];
const cborSeeds = [
  'a26174f94d60626f6ef5',
  'a26474696d65c11a6afffdff6676616c756573a1617401',
  '83a5216675726e3a783a0061740163436563021818a300626f6e04f50624a2616e6174617607',
  'bf61739f0102ff616fa0ff',
];

/** Any bytes are decoded or refused, in the same way by both paths, and bad bytes leave no row. */
function run(random: SeededRandom): void {
  const type = random.pick(types);
  const body = type.endsWith('cbor') ? cbor(random) : json(random);
  const bench = random.pick(benches);
  // Series of collected properties are given in the order in which they come.
  bench.collected.length = 0;
  const fast = bench.decode(body, type);
  bench.collected.length = 0;
  assert.deepEqual(fast, bench.decode(body, type, 'general'));
  if (fast.fault !== undefined) assert.deepEqual(fast.rows, []);
}

function json(random: SeededRandom): Uint8Array {
  let text = '';
  for (let i = random.int(25); i > 0; i--) text += random.pick(jsonPieces);
  return damaged(random, Buffer.from(text));
}

function cbor(random: SeededRandom): Uint8Array {
  if (random.int(4) === 0) return random.bytes(random.int(40));
  return damaged(random, Buffer.from(random.pick(cborSeeds), 'hex'));
}

function damaged(random: SeededRandom, bytes: Buffer): Uint8Array {
  if (bytes.length === 0 || random.int(2) === 0) return bytes;
  for (let i = random.int(3); i > 0; i--) bytes[random.int(bytes.length)] = random.int(256);
  return random.int(3) === 0 ? bytes.subarray(0, random.int(bytes.length + 1)) : bytes;
}

export const fuzz = { name: 'payload', run } satisfies Fuzz;
