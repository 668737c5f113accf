// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import {
  AddressRanges,
  forwardedSource,
  isLoopback,
  parseRange,
  plainAddress,
  sourceKey,
} from './address.ts';

test('a source is an IPv4 address or a /64', () => {
  for (const [address, key] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ] as const) {
    assert.equal(sourceKey(address), key);
  }
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress(undefined), 'unknown');
  for (const own of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1']) assert(isLoopback(own));
  for (const other of ['192.0.2.1', '::2', '::ffff:192.0.2.1', '1270::1', 'unknown']) {
    assert(!isLoopback(other));
  }
});

test('ranges are read in one form, and what is none is refused', () => {
  for (const [text, range] of [
    ['192.0.2.1', '192.0.2.1/32'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::ffff:192.0.2.1', '192.0.2.1/32'],
  ] as const) {
    assert.equal(parseRange(text), range);
  }
  for (const none of ['', 'x', '10.0.0.0/33', '0.0.0.0/0', '::/0', '10.0.0.0/8/8', '1.2.3.4/-1']) {
    assert.equal(parseRange(none), undefined, none);
  }
});

test('an address is in its ranges, in whatever form it comes', () => {
  const ranges = new AddressRanges(['10.0.0.0/8', '2001:db8:0:0::/64']);
  for (const inside of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::7', '2001:db8::7%eth0']) {
    assert(ranges.has(inside), inside);
  }
  for (const outside of ['11.1.2.3', '2001:db8:0:1::7', 'unknown', '']) {
    assert(!ranges.has(outside), outside);
  }
  assert(!new AddressRanges([]).has('10.1.2.3'));
});

test('only a trusted peer may say for whom it speaks, and only up to the last that is not trusted', () => {
  const trusted = new AddressRanges(['10.0.0.0/8']);
  for (const [peer, header, source] of [
    ['192.0.2.9', '198.51.100.1', '192.0.2.9'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '203.0.113.5, 198.51.100.1, 10.0.0.2', '198.51.100.1'],
    ['::ffff:10.0.0.1', ['203.0.113.5', '198.51.100.1'], '198.51.100.1'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', 'nonsense', '10.0.0.1'],
    [undefined, '198.51.100.1', 'unknown'],
  ] as const) {
    assert.equal(forwardedSource(peer, header, trusted), source);
  }
});
