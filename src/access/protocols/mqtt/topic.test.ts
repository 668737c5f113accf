// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isShared,
  isTopicFilter,
  isTopicName,
  parseFilter,
  topicLevels,
  topicMatches,
} from './topic.ts';

test('topic names [MQTT-4.7.3-1] [MQTT-3.3.2-2]', () => {
  for (const name of ['a', '/', 'a//b', '/finance', 'ACCOUNTS payable', '温度', '$SYS/x']) {
    assert.ok(isTopicName(name), name);
  }
  for (const name of ['', '+', 'a/#', 'a+', '\u0000', 'a'.repeat(65_536), '温'.repeat(21_846)]) {
    assert.ok(!isTopicName(name), name.slice(0, 20));
  }
  assert.ok(isTopicName('a'.repeat(65_535)));
});

test('topic filters [MQTT-4.7.1-1] [MQTT-4.7.1-2]', () => {
  for (const filter of [
    '#',
    '+',
    'a/#',
    '+/tennis/#',
    'sport/+/player1',
    '/+',
    '+/+',
    '//',
    '$SYS/#',
  ]) {
    assert.ok(isTopicFilter(filter), filter);
  }
  for (const filter of [
    '',
    'sport/tennis#',
    'sport/tennis/#/ranking',
    'sport+',
    '+a',
    '##',
    '#/',
    'a/+b/c',
    'a\u0000',
  ]) {
    assert.ok(!isTopicFilter(filter), filter);
  }
});

test('shared filters [MQTT-4.8.2-1] [MQTT-4.8.2-2]', () => {
  assert.deepEqual(parseFilter('$share/g/a/+/#'), { group: 'g', filter: 'a/+/#' });
  assert.deepEqual(parseFilter('$share/g//a'), { group: 'g', filter: '/a' });
  assert.deepEqual(parseFilter('$shared/g/a'), { filter: '$shared/g/a' });
  for (const filter of [
    '$share',
    '$share/',
    '$share/g',
    '$share/g/',
    '$share//a',
    '$share/g+/a',
    '$share/#/a',
    '$share/g/a#',
  ]) {
    assert.equal(parseFilter(filter), undefined, filter);
    assert.ok(isShared(filter));
  }
});

/** The standard's own examples, § 4.7.1 to § 4.7.3. */
const matching: [string, string, boolean][] = [
  ['sport/tennis/player1/#', 'sport/tennis/player1', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
  ['sport/tennis/player1/#', 'sport/tennis/player10', false],
  ['sport/#', 'sport', true],
  ['#', 'a/b', true],
  ['#', '/', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['/+', '/finance', true],
  ['+', '/finance', false],
  ['+/monitor/Clients', '$SYS/monitor/Clients', false],
  ['#', '$SYS/x', false],
  ['$SYS/#', '$SYS/monitor', true],
  ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
  ['+/#', '$SYS', false],
  ['ACCOUNTS', 'Accounts', false],
  ['/a', 'a', false],
  ['a/', 'a', false],
  ['a/b', 'a/bc', false],
  ['a/bc', 'a/b', false],
  ['a/+/c', 'a//c', true],
  ['+/#', 'a', true],
  ['a/+/#', 'a/b', true],
  ['a/+/#', 'a', false],
];
for (const [filter, name, expected] of matching) {
  test(`${filter} ${expected ? 'matches' : 'does not match'} ${name}`, () => {
    assert.equal(topicMatches(filter, name), expected);
  });
}

test('levels', () => {
  assert.deepEqual(['a', '/', 'a/b/', ''].map(topicLevels), [1, 2, 3, 1]);
});
