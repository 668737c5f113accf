// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Message } from './message.ts';
import { covers } from './policy.ts';
import { RetainedStore } from './retained.ts';
import { topicMatches } from './topic.ts';
import { TopicTree } from './topic-tree.ts';

const level = fc.constantFrom('a', 'b', '', '$x');
const topic = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((t) => t !== '');
const filter = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', '', '+', '$x'), { maxLength: 4 }), fc.boolean())
  .map(([levels, rest]) => (rest ? [...levels, '#'] : levels).join('/'))
  .filter((each) => each !== '');

test('the tree finds what matching each filter by itself finds, also after removals', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(filter),
      fc.array(topic, { minLength: 1 }),
      fc.nat(),
      (filters, topics, seed) => {
        const tree = new TopicTree<string>();
        for (const each of filters) tree.add(each, each);
        const kept = filters.filter((_, i) => (i + seed) % 3 !== 0);
        for (const each of filters) if (!kept.includes(each)) assert(tree.remove(each, each));
        assert.equal(tree.size, kept.length);
        for (const name of topics) {
          const found: string[] = [];
          tree.match(name, (item) => found.push(item));
          const expected = kept.filter((each) => topicMatches(each, name));
          assert.deepEqual(found.toSorted(), expected.toSorted(), name);
        }
      },
    ),
  );
});

test('the retained store finds what matching each topic by itself finds, also after removals', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(topic),
      fc.array(filter, { minLength: 1 }),
      fc.nat(),
      (topics, filters, seed) => {
        const store = new RetainedStore(1_000);
        for (const name of topics) store.set(message(name));
        const kept = topics.filter((_, i) => (i + seed) % 3 !== 0);
        for (const name of topics) if (!kept.includes(name)) store.delete(name);
        assert.equal(store.count, kept.length);
        for (const each of filters) {
          const found = store.find(each, 0).map((found) => found.topic);
          assert.deepEqual(
            found.toSorted(),
            kept.filter((name) => topicMatches(each, name)).toSorted(),
            each,
          );
        }
        for (const name of kept) store.delete(name);
        assert.equal(store.bytes, 0);
      },
    ),
  );
});

test('a filter that covers another matches all that the other matches', () => {
  fc.assert(
    fc.property(filter, filter, fc.array(topic), (outer, inner, topics) => {
      if (!covers(outer, inner)) return;
      for (const name of topics) {
        if (topicMatches(inner, name))
          assert(topicMatches(outer, name), `${outer} ${inner} ${name}`);
      }
    }),
    { numRuns: 2_000 },
  );
});

function message(name: string): Message {
  return {
    ...{
      tenant: 1,
      topic: name,
      payload: Buffer.from('x'),
      qos: 0,
      retain: true,
      properties: undefined,
    },
    ...{
      publisher: { kind: 'anonymous', id: 0, permissions: 0 },
      clientId: '',
      time: 0,
      offset: 0,
    },
    expiresAt: Number.POSITIVE_INFINITY,
  };
}
