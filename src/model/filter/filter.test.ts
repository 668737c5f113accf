// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf, unwrap } from '#core';
import {
  allOf,
  bindFilter,
  compareText,
  evaluateFilter,
  filterFromJson,
  filterLeaves,
} from './index.ts';
import {
  parseFilter,
  pathOf,
  pathSegments,
  printFilter,
  type Filter,
  type FilterValue,
} from './index.ts';

const limits = limitsOf();
const parse = (text: string): Filter => unwrap(parseFilter(text, limits));

function faultOf(text: string): string {
  const result = parseFilter(text, limits);
  assert.ok(!result.ok, `${text} is refused`);
  return `${result.fault.code} ${result.fault.at}`;
}

test('operators, precedence and values', () => {
  assert.deepEqual(
    parse("model = 'urn:x' and (labels.city = 'A' or name ~ 'pump') and properties.floor >= 3"),
    {
      op: 'and',
      items: [
        { op: 'eq', path: 'model', value: 'urn:x' },
        {
          op: 'or',
          items: [
            { op: 'eq', path: 'labels.city', value: 'A' },
            { op: 'contains', path: 'name', value: 'pump' },
          ],
        },
        { op: 'ge', path: 'properties.floor', value: 3 },
      ],
    },
  );
  assert.deepEqual(parse('a = 1 or b = 2 and not c = true'), {
    op: 'or',
    items: [
      { op: 'eq', path: 'a', value: 1 },
      {
        op: 'and',
        items: [
          { op: 'eq', path: 'b', value: 2 },
          { op: 'not', item: { op: 'eq', path: 'c', value: true } },
        ],
      },
    ],
  });
  assert.deepEqual(parse("x not in (-1.5e3, 'it''s', NULL)"), {
    op: 'not',
    item: { op: 'in', path: 'x', values: [-1500, "it's", null] },
  });
  assert.deepEqual(parse("exists(位置.楼层) AND name ^= '泵'"), {
    op: 'and',
    items: [
      { op: 'exists', path: '位置.楼层' },
      { op: 'prefix', path: 'name', value: '泵' },
    ],
  });
  assert.deepEqual(parse('"and"."a.b" != 0'), { op: 'ne', path: '"and"."a.b"', value: 0 });
});

test('a fault names the character', () => {
  assert.equal(faultOf(''), 'model.bad-filter character 0');
  assert.equal(faultOf('a ='), 'model.bad-filter character 3');
  assert.equal(faultOf('a == 1'), 'model.bad-filter character 3');
  assert.equal(faultOf("a = 'x"), 'model.bad-filter character 4');
  assert.equal(faultOf('a = 1 b = 2'), 'model.bad-filter character 6');
  assert.equal(faultOf('(a = 1'), 'model.bad-filter character 6');
  assert.equal(faultOf('a ~ 3'), 'model.bad-filter character 4');
  assert.equal(faultOf('a in ()'), 'model.bad-filter character 6');
  assert.equal(faultOf('a = 1x'), 'model.bad-filter character 5');
  assert.equal(faultOf('a = 1e999'), 'model.bad-filter character 4');
  assert.equal(faultOf('a. = 1'), 'model.bad-filter character 2');
  assert.equal(faultOf('and = 1'), 'model.bad-filter character 0');
  assert.equal(faultOf('a = %'), 'model.bad-filter character 4');
});

test('size and depth are bounded', () => {
  assert.equal(faultOf(`${'('.repeat(16)}a = 1${')'.repeat(16)}`), 'common.limit filter.depthMax');
  assert.ok(parseFilter(`${'('.repeat(15)}a = 1${')'.repeat(15)}`, limits).ok);
  assert.equal(faultOf(`a in (${'1,'.repeat(1_000)}1)`), 'common.limit filter.nodesMax');
  assert.equal(faultOf(`a = '${'x'.repeat(9_000)}'`), 'common.limit filter.charactersMax');
});

test('paths have one canonical text', () => {
  for (const segments of [
    ['a'],
    ['labels', 'a.b'],
    ['in', 'x'],
    ['a', '"'],
    ['', ''],
    ['a', '0'],
  ]) {
    assert.deepEqual(pathSegments(pathOf(segments)), segments);
  }
  assert.equal(pathOf(['labels', 'a.b', 'x']), 'labels."a.b".x');
});

const thing: Readonly<Record<string, FilterValue | readonly FilterValue[]>> = {
  name: 'pump 7',
  floor: 3,
  on: true,
  none: null,
  tags: ['a', 'b'],
  empty: [],
};

const truths: readonly (readonly [string, boolean])[] = [
  ["name ~ 'ump'", true],
  ["name ~ 'UMP'", false],
  ["name ^= 'pump'", true],
  ['floor >= 3 and floor < 4', true],
  ["floor > '2'", false],
  ['on = true', true],
  ['on > false', false],
  ['missing = null', true],
  ['missing != 1', true],
  ['missing != null', false],
  ['missing < 1', false],
  ['not missing < 1', true],
  ['missing in (null)', true],
  ['none = null', true],
  ['exists(none)', false],
  ['exists(floor)', true],
  ['exists(empty)', false],
  ['empty = null', true],
  ["tags = 'b'", true],
  ["tags != 'b'", false],
  ["tags in ('c', 'a')", true],
  ["name < 'pump 8' and name >= 'pump 7'", true],
];

for (const [text, wanted] of truths) {
  test(`${text} is ${wanted}`, () => {
    assert.equal(
      evaluateFilter(parse(text), (path) => thing[path]),
      wanted,
    );
  });
}

test('text compares as its UTF-8 bytes do', () => {
  const texts = ['', 'a', 'ab', 'é', '\uFFFD', '😀', '泵', '\uE000', '\u{10FFFF}'];
  for (const a of texts) {
    for (const b of texts) {
      assert.equal(
        Math.sign(compareText(a, b)),
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
        `${a} ${b}`,
      );
    }
  }
});

test('binding checks fields and types, and reads times', () => {
  const types = new Map([
    ['created', 'time'],
    ['floor', 'number'],
    ['name', 'string'],
    ['labels.x', 'any'],
  ] as const);
  const typeOf = (path: string): 'time' | 'number' | 'string' | 'any' | undefined =>
    [...types].find(([known]) => known === path)?.[1];
  const bind = (text: string): unknown => {
    const bound = bindFilter(parse(text), typeOf);
    return bound.ok ? bound.value : `${bound.fault.code} ${bound.fault.at}`;
  };
  assert.deepEqual(bind("created >= '1970-01-01T00:00:01Z'"), {
    op: 'ge',
    path: 'created',
    value: 1_000,
  });
  assert.deepEqual(bind("not created in ('1970-01-01T00:00:01+00:01', null)"), {
    op: 'not',
    item: { op: 'in', path: 'created', values: [-59_000, null] },
  });
  assert.equal(bind("created >= 'yesterday'"), 'model.filter-type created');
  assert.equal(bind("floor = '3'"), 'model.filter-type floor');
  assert.equal(bind("floor ~ '3'"), 'model.filter-type floor');
  assert.equal(bind("name = 'a' and other = 1"), 'model.unknown-field other');
  assert.deepEqual(bind('labels.x = 1'), { op: 'eq', path: 'labels.x', value: 1 });
});

test('JSON is read with the place of a fault', () => {
  const filter = parse("a = 1 and not (b in (1, 'x') or exists(c)) and d ^= 'e'");
  assert.deepEqual(unwrap(filterFromJson(JSON.parse(JSON.stringify(filter)), limits)), filter);
  const at = (value: unknown): string | undefined => {
    const result = filterFromJson(value, limits);
    assert.ok(!result.ok);
    return result.fault.at;
  };
  assert.equal(at(null), '');
  assert.equal(at({ op: 'and', items: [] }), '/items');
  assert.equal(
    at({ op: 'or', items: [filter, { op: 'eq', path: 'a b', value: 1 }] }),
    '/items/1/path',
  );
  assert.equal(at({ op: 'not', item: { op: 'eq', path: 'a', value: {} } }), '/item/value');
  assert.equal(at({ op: 'in', path: 'a', values: [[]] }), '/values');
  assert.equal(at({ op: 'like', path: 'a', value: 'x' }), '/op');
  assert.equal(at({ op: 'eq', path: 'a', value: Number.NaN }), '/value');
});

test('conjunction and leaves', () => {
  const a = parse('a = 1');
  const b = parse('b = 1 or not c = 2');
  assert.equal(allOf(), undefined);
  assert.equal(allOf(undefined, a), a);
  const both = allOf(a, undefined, b);
  assert.ok(both !== undefined);
  assert.deepEqual(
    [...filterLeaves(both)].map((leaf) => leaf.path),
    ['a', 'b', 'c'],
  );
  assert.equal(printFilter(both), 'a = 1 and (b = 1 or not c = 2)');
});
