// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { limitsOf, type SeededRandom } from '#core';
import type { Fuzz } from '../../../tools/fuzz/port.ts';
import { evaluateFilter, parseFilter, printFilter } from './index.ts';

const limits = limitsOf();
const pieces = [
  ...['and', 'or', 'not', 'in', 'exists', 'true', 'null', 'a', 'labels.city', '"a""b"', '温度'],
  ...[
    "'x'",
    "'",
    '"',
    '(',
    ')',
    ',',
    '=',
    '!=',
    '<=',
    '~',
    '^=',
    '-1',
    '0.5e3',
    '.',
    ' ',
    '\u0000',
    '\ud800',
  ],
];

/** Any text is parsed or refused; what is parsed prints to itself and evaluates. */
function run(random: SeededRandom): void {
  let text = '';
  for (let i = random.int(40); i > 0; i--)
    text += random.pick(pieces) + (random.int(3) > 0 ? ' ' : '');
  const parsed = parseFilter(text, limits);
  if (!parsed.ok) {
    assert.match(parsed.fault.at ?? '', /^(?:character \d+|filter\.\w+)$/);
    return;
  }
  assert.deepEqual(parseFilter(printFilter(parsed.value), limits), parsed, text);
  evaluateFilter(parsed.value, () => 'x');
}

export const fuzz = { name: 'filter', run } satisfies Fuzz;
