// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownerKinds, type Message, type Owner } from './message.ts';
import type { Operation, SubscriptionRecord } from './operations.ts';
import type { Properties, QoS } from './packets.ts';
import { decodeMessage, decodeOperation, encodeMessage, encodeOperation } from './records.ts';

/** `fc.record` with ordinary objects. */
function plain<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record<T>(model, { noNullPrototype: true });
}

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
const time = fc.integer({ min: 0, max: 2 ** 45 });
const qos = fc.constantFrom<QoS[]>(0, 1, 2);
const owner: fc.Arbitrary<Owner> = plain({
  kind: fc.constantFrom(...ownerKinds),
  id: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  permissions: fc.integer({ min: 0, max: 31 }),
});
const properties: fc.Arbitrary<Properties | undefined> = fc.option(
  fc.record(
    {
      payloadFormatIndicator: fc.constantFrom(0, 1),
      contentType: text,
      responseTopic: text,
      correlationData: bytes,
      userProperties: fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 4 }),
    },
    { requiredKeys: ['contentType'], noNullPrototype: true },
  ),
  { nil: undefined },
);
const message: fc.Arbitrary<Message> = plain({
  ...{ tenant: fc.nat(), topic: text, payload: bytes, qos, retain: fc.boolean(), properties },
  ...{ publisher: owner, clientId: text, time, offset: fc.nat() },
  expiresAt: fc.oneof(time, fc.constant(Number.POSITIVE_INFINITY)),
});
const subscription: fc.Arbitrary<SubscriptionRecord> = plain({
  ...{ filter: text, match: text, group: text, own: fc.boolean(), qos, noLocal: fc.boolean() },
  ...{ retainAsPublished: fc.boolean(), retainHandling: fc.constantFrom(0, 1, 2) },
  identifier: fc.integer({ min: 0, max: 268_435_455 }),
});
const will = fc.option(
  plain({
    ...{ topic: text, payload: bytes, qos, retain: fc.boolean() },
    properties: plain({
      contentType: text,
      willDelayInterval: fc.integer({ min: 1, max: 0xffffffff }),
    }),
  }),
  { nil: undefined },
);
const base = { time, tenant: fc.nat(), clientId: text };
const packetIds = fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 5 });
const offsets = fc.array(fc.nat(), { maxLength: 5 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  plain({
    ...{ ...base, op: fc.constant('opened' as const), owner, cleanStart: fc.boolean(), will },
    ...{ stored: fc.boolean(), expiryMs: time },
  }),
  plain({
    ...{ ...base, op: fc.constant('closed' as const), epoch: fc.nat(), expiryMs: time },
    normal: fc.boolean(),
  }),
  plain({ ...base, op: fc.constant('removed' as const) }),
  plain({ ...base, op: fc.constant('subscribed' as const), subscriptions: fc.array(subscription) }),
  plain({ ...base, op: fc.constant('unsubscribed' as const), filters: fc.array(text) }),
  plain({
    ...base,
    op: fc.constantFrom('acknowledged' as const, 'received', 'incoming', 'released'),
    packetIds,
  }),
  plain({ ...base, op: fc.constantFrom('assigned' as const, 'taken'), filter: text, offsets }),
  plain({ ...base, op: fc.constant('willDone' as const), epoch: fc.nat() }),
  plain({ ...base, op: fc.constant('forgotten' as const), topics: fc.array(text) }),
);

test('a message record gives the message back', () => {
  fc.assert(
    fc.property(message, (original) => {
      const decoded = decodeMessage(encodeMessage(original), original.offset);
      assert(decoded.ok);
      assert.deepEqual(decoded.value, original);
    }),
  );
});

test('a session record gives the operation and its origin back', () => {
  fc.assert(
    fc.property(operation, fc.nat(), fc.nat(), (original, process, number) => {
      const decoded = decodeOperation(encodeOperation(original, { process, number }));
      assert(decoded.ok);
      assert.deepEqual(decoded.value, { origin: { process, number }, operation: original });
    }),
  );
});

test('bytes that are no record are a fault, never a throw', () => {
  fc.assert(
    fc.property(operation, fc.nat(), fc.integer({ min: 0, max: 255 }), (original, at, byte) => {
      const record = encodeOperation(original, { process: 1, number: 1 });
      record[at % record.length] = byte;
      decodeOperation(record);
      decodeOperation(record.subarray(0, at % record.length));
      decodeMessage(record, 0);
    }),
  );
});
