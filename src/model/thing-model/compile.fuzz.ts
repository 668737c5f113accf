// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { limitsOf, type SeededRandom } from '#core';
import type { Fuzz } from '../../../tools/fuzz/port.ts';
import { checkValue } from '../values.ts';
import { checkVersionChange } from './change.ts';
import { compileAmong, thingModel } from './fixtures.ts';
import { valueAt } from './json.ts';

const limits = limitsOf({ 'model.nodesMax': 2_000, 'model.patternStatesMax': 300 });
const keywords = [
  ...[
    'type',
    'unit',
    'minimum',
    'maximum',
    'multipleOf',
    'pattern',
    'enum',
    'const',
    'oneOf',
    'items',
    'properties',
  ],
  ...[
    'required',
    'format',
    'minLength',
    'maxItems',
    '@type',
    'tm:ref',
    'title',
    'titles',
    'readOnly',
    'links',
    'forms',
  ],
  ...[
    'actions',
    'events',
    'input',
    'data',
    'version',
    'id',
    'tm:optional',
    'a',
    '__proto__',
    'constructor',
    'x/y~z',
  ],
];
const scalars: readonly unknown[] = [
  ...[
    'number',
    'integer',
    'string',
    'object',
    'array',
    'boolean',
    'null',
    'geo:Point',
    'Cel',
    'kWh',
    '^(a|a)*$',
    '(',
    '{{X}}',
  ],
  ...[
    '#/properties/a',
    'urn:other#/properties/a',
    '/properties/a',
    'date-time',
    '1.2.3',
    'urn:x:y',
    'tm:extends',
    'urn:other',
  ],
  ...[0, 1, -1, 2.5, 1e300, Number.NaN, true, false, null, undefined, '\ud800'],
];

function tree(random: SeededRandom, depth: number): unknown {
  const kind = random.int(depth > 5 ? 2 : 6);
  if (kind < 2) return scalars[random.int(scalars.length)];
  if (kind === 2) return Array.from({ length: random.int(4) }, () => tree(random, depth + 1));
  const entries = Array.from({ length: random.int(6) }, () => [
    random.pick(keywords),
    tree(random, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function schema(random: SeededRandom): unknown {
  const made = tree(random, 3);
  const type = random.pick(['number', 'string', 'object', 'array', 'boolean']);
  return typeof made === 'object' && made !== null && !Array.isArray(made) && random.int(4) > 0
    ? { ...made, type }
    : made;
}

/** Any document compiles or is refused at places that are in it; what compiles is canonical and checks any value. */
function run(random: SeededRandom): void {
  const properties = Object.fromEntries(
    ['a', 'b', 'c'].slice(random.int(3)).map((name) => [name, schema(random)]),
  );
  const members = random.int(3) === 0 ? tree(random, 0) : {};
  const document = thingModel({ properties, ...(typeof members === 'object' ? members : {}) });
  const result = compileAmong(document, limits, { 'urn:other': tree(random, 1) });
  if (!result.ok) {
    assert.ok(result.faults.length > 0);
    for (const { at = '' } of result.faults) {
      const parent = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
      if (!Object.hasOwn(document, 'links'))
        assert.notEqual(valueAt(document, parent), undefined, at);
    }
    return;
  }
  const again = compileAmong(JSON.parse(result.document), limits);
  assert.ok(again.ok, JSON.stringify(again));
  assert.equal(again.document, result.document);
  assert.deepEqual(checkVersionChange(result.document, again.document).differences, []);
  for (const slot of result.model.properties) checkValue(slot, tree(random, 3));
  for (const action of result.model.actions.values()) action.checkInput(tree(random, 3));
  for (const event of result.model.events.values()) event.checkData(tree(random, 3));
}

export const fuzz = { name: 'thing-model', run } satisfies Fuzz;
