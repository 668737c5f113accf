// SPDX-License-Identifier: Apache-2.0
import { limitsOf } from '#core';
import type { Bench } from '../../../bench/main.ts';
import { BatchBuilder } from '../batch.ts';
import { PropertyDecoder } from './decoder.ts';
import { bindingOf, modelOf, now } from './fixtures.ts';
import type { PayloadType, PropertyPayload } from './report.ts';

const model = modelOf({
  temperature: { type: 'number', minimum: -40, maximum: 125, unit: 'Cel' },
  humidity: { type: 'number', minimum: 0, maximum: 100, unit: '%' },
  on: { type: 'boolean' },
  mode: { type: 'string' },
  place: { '@type': 'geo:Point' },
});

const payloads: readonly (readonly [string, PayloadType, string | Buffer])[] = [
  ['two numbers', 'json', '{"temperature":21.5,"humidity":60.2}'],
  ['two numbers, spaced', 'json', '{ "temperature": 21.5, "humidity": 60.2 }'],
  [
    'ISO time, two numbers',
    'json',
    '{"time":"2026-11-20T08:00:00Z","values":{"temperature":21.5,"humidity":60.2}}',
  ],
  ['ms time, two numbers', 'json', `{"time":${now},"values":{"temperature":21.5,"humidity":60.2}}`],
  ['number, boolean, string', 'json', '{"temperature":21.5,"on":true,"mode":"auto"}'],
  ['general: number, position', 'json', '{"temperature":21.5,"place":[121.5,31.2]}'],
  [
    'CBOR, two numbers',
    'cbor',
    Buffer.from('a26b74656d7065726174757265f94d606868756d6964697479f95388', 'hex'),
  ],
  [
    'SenML, two numbers',
    'senml+json',
    '[{"bn":"urn:x:","n":"temperature","u":"Cel","v":21.5},{"n":"humidity","v":60.2}]',
  ],
];

/** Millions of messages a second on one core. */
function rate(contentType: PayloadType, body: string | Buffer): number {
  const decoder = new PropertyDecoder(limitsOf(), () => 0);
  const batch = new BatchBuilder(65_536);
  const text = Buffer.from(body);
  // Messages follow each other in one chunk, as from a socket.
  const bytes = Buffer.concat(Array.from({ length: 500 }, () => text));
  const payload: PropertyPayload = {
    bytes,
    start: 0,
    end: 0,
    contentType,
    binding: bindingOf(model),
    batch,
    now,
  };
  const empty = batch.mark();
  const until = (ms: number): number => {
    const start = performance.now();
    let messages = 0;
    while (performance.now() - start < ms) {
      for (let at = 0; at < bytes.length; at += text.length) {
        payload.start = at;
        payload.end = at + text.length;
        if (decoder.decode(payload).accepted === 0) throw new Error('refused');
      }
      messages += 500;
      batch.rollback(empty);
    }
    return messages / (performance.now() - start) / 1_000;
  };
  until(300);
  return Number(until(1_000).toFixed(2));
}

function run(): Promise<Readonly<Record<string, unknown>>> {
  const rates = payloads.map(([name, type, body]) => [`${name}, M messages/s`, rate(type, body)]);
  return Promise.resolve(Object.fromEntries(rates));
}

export const bench = { name: 'payload', run } satisfies Bench;
