// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  added,
  nextVersion,
  renamed,
  withType,
  withValue,
} from '../../console/src/pages/models/document.ts';
import { lineOf, parseWithPlaces, placeOf } from '../../console/src/pages/models/json-places.ts';
import { hexOf } from '../../console/src/pages/models/sample.ts';

test('JSON tells where its members stand', () => {
  const text = '{\n  "a/b": [1, {"c~": true}]\n}';
  const parsed = parseWithPlaces(text);
  assert(parsed.ok);
  const { start, end } = placeOf(parsed.places, '/a~1b/1/c~0/not/there');
  assert.equal(text.slice(start, end), '"c~": true');
  assert.deepEqual(lineOf(text, start), { line: 2, column: 15 });
  assert.deepEqual(placeOf(parsed.places, '/none').start, 0);
});

test('what is no JSON is told at its place, as the engine would refuse it', () => {
  const texts = ['', '{', '{"a" 1}', '{"a": 1,}', '[1 2]', '01', '"\\x"', '{} x', 'nul', '[1,]'];
  for (const text of [...texts, '{"a": tru}', '\t{"b":\n"c}']) {
    const parsed = parseWithPlaces(text);
    assert.equal(parsed.ok, false, text);
    assert.throws(() => JSON.parse(text));
  }
  for (const text of ['{"a": -1.5e+3, "b": "\\u00e9\\n", "c": [], "d": {}, "e": null}', ' 1 ']) {
    const parsed = parseWithPlaces(text);
    assert(parsed.ok, text);
    assert.deepEqual(parsed.value, JSON.parse(text));
  }
  assert.deepEqual(parseWithPlaces('{"a": 1,\n}'), { ok: false, at: 9 });
});

test('a document is changed in copies', () => {
  const document = { properties: { a: { type: 'number', unit: 'm' }, b: {} } };
  const titled = withValue(document, ['properties', 'a', 'titles', 'zh'], '甲');
  assert.deepEqual(withValue(titled, ['properties', 'a', 'titles', 'zh'], undefined), document);
  assert.deepEqual(
    Object.keys(Object(renamed(document, 'properties', { from: 'a', to: 'c' })['properties'])),
    [...['c', 'b']],
  );
  assert.equal(renamed(document, 'properties', { from: 'a', to: 'b' }), document);
  assert.equal(added(added({}, 'events').document, 'events').name, 'event2');
  assert.deepEqual(withType({ type: 'number', unit: 'm', title: 'x' }, 'position'), {
    ...{ '@type': 'geo:Point', title: 'x' },
  });
  assert.deepEqual([nextVersion('1.2.3', false), nextVersion('1.2.3-a', true)], ['1.3.0', '2.0.0']);
});

test('hex is taken as people copy it', () => {
  assert.equal(hexOf('0xA1 63:74-65,6D'), 'a16374656d');
  assert.equal(hexOf('a'), undefined);
  assert.equal(hexOf('zz'), undefined);
});
