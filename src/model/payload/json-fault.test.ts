// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonFault } from './json-fault.ts';

test('a fault is where no JSON goes on so', () => {
  const places: Readonly<Record<string, number>> = {
    '': 0,
    ' ': 1,
    '{': 1,
    '[1 2]': 3,
    '[1,,2]': 3,
    '{"a" 1}': 5,
    '{"a":"\\x"}': 7,
    '{"a":"\\u12G4"}': 7,
    nul: 3,
    '{"a":1}}': 7,
    '[}': 1,
    '{]': 1,
    '[1}': 2,
    '{"a":1]': 6,
    '"a': 2,
    '"\\': 2,
    '-': 0,
    '\u00a01': 0,
    '//': 0,
  };
  for (const [text, at] of Object.entries(places)) assert.equal(jsonFault(text).at, at, text);
});

test('JSON cut or changed anywhere has a fault, not before the change of a valid part', () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ' ', '}', ']', ',', ':', '"', '\\', '0', '-', 'n', '\u0001'),
      (json, seed, piece) => {
        const at = seed % (json.length + 1);
        const text = json.slice(0, at) + piece + json.slice(at + 1);
        try {
          JSON.parse(text);
        } catch {
          const fault = jsonFault(text);
          assert.ok(fault.at >= 0 && fault.at <= text.length, text);
          return;
        }
        assert.deepEqual(jsonFault(text), { at: text.length, expected: 'end' });
      },
    ),
    { numRuns: 2_000 },
  );
});
