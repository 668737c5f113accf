// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import type { SeededRandom } from '#core';
import type { Fuzz } from '../../../tools/fuzz/port.ts';
import { atomTable } from './atoms.ts';
import { conversion, parseUnit, unitCode, unitLabel } from './index.ts';

const pieces = [
  ...atomTable.map((atom) => atom.code),
  ...[
    'm',
    's',
    'k',
    'da',
    '.',
    '/',
    '(',
    ')',
    '{',
    '}',
    '{x}',
    '2',
    '-1',
    '+3',
    '10*',
    '[',
    ']',
    '°',
    '²',
    ' ',
    '\ud800',
  ],
];

/** Any text is a unit or is refused; what is a unit converts to itself. */
function run(random: SeededRandom): void {
  let text = '';
  for (let i = random.int(12); i > 0; i--) text += random.pick(pieces);
  const parsed = parseUnit(text);
  const code = unitCode(text);
  unitLabel(text);
  if (code.ok) assert.ok(parseUnit(code.value).ok, code.value);
  if (!parsed.ok) assert.match(parsed.fault.at ?? '', /^character \d+$/);
  else assert.ok(conversion(text, text).ok);
}

export const fuzz = { name: 'units', run } satisfies Fuzz;
