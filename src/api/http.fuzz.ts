// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { errorCatalogue, type SeededRandom } from '#core';
import { asking, makeStation, stationModel } from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';
import type { Fuzz } from '../../tools/fuzz/port.ts';

const platform = await startPlatform([
  'limits.http.bodyBytesMax=65536',
  'limits.http.importBytesMax=65536',
  'limits.log.tailBytesMax=1048576',
  'limits.bindings.cacheMax=100',
]);
const ask = asking(platform);
const { id } = await makeStation(ask, 'fuzzed');
const thing = `/api/v1/things/${id}`;

const types = [
  'application/json',
  'application/cbor',
  'application/senml+json',
  'application/senml+cbor',
  'text/csv',
  'application/x-ndjson',
  'application/tm+json',
  'text/plain',
  '',
  ';',
] as const;

/** Places and the type that they mostly want. */
const places: readonly (readonly [string, string])[] = [
  [`POST ${thing}/properties`, 'application/json'],
  [`POST ${thing}/properties`, 'application/cbor'],
  [`POST ${thing}/properties`, 'application/senml+json'],
  [`POST ${thing}/properties`, 'application/senml+cbor'],
  [`POST ${thing}/events/flooded`, 'application/json'],
  [`POST ${thing}/events/flooded`, 'application/cbor'],
  ['POST /api/v1/things/import', 'text/csv'],
  ['POST /api/v1/things/import?tokens=true', 'application/x-ndjson'],
  ['POST /api/v1/readings/import', 'text/csv'],
  ['POST /api/v1/readings/import', 'application/x-ndjson'],
  ['POST /api/v1/models', 'application/json'],
  ['POST /api/v1/models/check', 'application/json'],
  ['POST /api/v1/things', 'application/json'],
  [`PATCH ${thing}`, 'application/json'],
  [`PUT ${thing}/desired`, 'application/json'],
  [`POST ${thing}/actions/flush`, 'application/json'],
  [`POST ${thing}/credentials`, 'application/json'],
  ['POST /api/v1/tokens', 'application/json'],
];

const jsonSeeds = [
  { temperature: 21.5, level: 3, open: true, mode: 'auto', setup: { depth: 1 } },
  [{ time: '2026-11-20T08:00:00Z', values: { temperature: 1 } }],
  [{ bn: `urn:fengsui:thing:${id}:`, n: 'temperature', u: 'Cel', v: 1, t: -5 }],
  { name: 'a', model: stationModel.id, labels: { city: 'x' }, parent: id, properties: { a: [1] } },
  { name: 'a', scopes: ['read'], expires: '2099-01-01T00:00:00Z' },
  { input: { seconds: 1 }, timeoutMs: 1_000 },
  { thing: id, property: 'temperature', time: 1_700_000_000_000, value: 1 },
  stationModel,
].map((seed) => JSON.stringify(seed));
const csvSeeds = [
  `name,uri,model,parent,labels.a,properties.b\r\na,,,,x,y\r\n"b, c",urn:x:1,${stationModel.id},${id},,\r\n`,
  `thing,property,time,value\n${id},temperature,2001-01-01T00:00:00Z,1\n${id},open,981173107000,true\n`,
];
const cborSeeds = [
  'a16b74656d7065726174757265f94d60',
  'a26474696d65c11a6afffdff6676616c756573a1656c6576656c01',
  '81a2006b74656d706572617475726502f94d60',
];
const pieces = [
  ...['{', '}', '[', ']', ':', ',', '"', '\\', '\n', '\r\n', '\ufeff', '泵', '\u0000', '\ud800'],
  ...['null', 'true', '1e999', '-0', '99999999999999999999', '0.1', '""', '"__proto__":1', '{}'],
  ...['"constructor":{}', '"uri":"a b"', '"tm:ref":"#/x"', '"type":"array"', '"$ref":"#"', '"x":'],
];

function seedOf(random: SeededRandom, type: string): Buffer {
  if (type.includes('cbor')) return Buffer.from(random.pick(cborSeeds), 'hex');
  if (type === 'text/csv') return Buffer.from(random.pick(csvSeeds));
  const lines = Array.from({ length: 1 + random.int(3) }, () => random.pick(jsonSeeds));
  return Buffer.from(type === 'application/x-ndjson' ? lines.join('\n') : (lines[0] ?? ''));
}

function mutated(random: SeededRandom, seed: Buffer): Buffer {
  let bytes = seed;
  for (let round = random.int(5); round > 0; round--) {
    const at = random.int(bytes.length + 1);
    const until = Math.min(bytes.length, at + random.int(12));
    const insert = insertion(random, bytes);
    bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(until)]);
  }
  return random.int(8) === 0 ? bytes.subarray(0, random.int(bytes.length + 1)) : bytes;
}

function insertion(random: SeededRandom, bytes: Buffer): Uint8Array {
  switch (random.int(5)) {
    case 0:
      return random.bytes(random.int(8));
    case 1:
      return bytes.subarray(random.int(bytes.length + 1));
    case 2:
      return Buffer.from(
        random.pick(pieces).repeat(1 + random.int(random.int(20) === 0 ? 5_000 : 3)),
      );
    case 3:
      return Buffer.from(random.pick(pieces));
    default:
      return Buffer.alloc(0);
  }
}

/** Whatever the body: an answer that is no failure of ours, and a problem of the catalogue where it is refused. */
async function run(random: SeededRandom): Promise<void> {
  const [place, usual] = random.pick(places);
  const type = random.int(10) === 0 ? random.pick(types) : usual;
  const raw = mutated(random, seedOf(random, random.int(10) === 0 ? random.pick(types) : usual));
  const answer = await ask(place, { raw, headers: { 'content-type': type } });
  const { status, headers, text, body } = answer;
  const what = `${place} ${type} ${JSON.stringify(raw.toString('latin1').slice(0, 500))}: ${text}`;
  assert(status >= 200 && status < 500, what);
  if (status < 400) return;
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json/, what);
  assert(Object.hasOwn(errorCatalogue, String(body['code'])), what);
}

export const fuzz: Fuzz = { name: 'http', run, end: async () => platform[Symbol.asyncDispose]() };
