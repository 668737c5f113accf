// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatTime, parseTime } from './time.ts';

test('times of RFC 3339', () => {
  assert.equal(parseTime('1970-01-01T00:00:00Z'), 0);
  assert.equal(parseTime('2026-11-20T08:00:00Z'), 1_795_161_600_000);
  assert.equal(parseTime('2026-11-20T16:00:00.5+08:00'), 1_795_161_600_500);
  assert.equal(parseTime('2026-11-20T16:00:00+0800'), 1_795_161_600_000);
  assert.equal(parseTime('2026-11-20t07:30:00.123456789-00:30'), 1_795_161_600_123);
  assert.equal(parseTime('1969-12-31T23:59:59.999Z'), -1);
  assert.equal(parseTime('0000-01-01T00:00:00Z'), -62_167_219_200_000);
  assert.equal(parseTime('9999-12-31T23:59:59.999Z'), 253_402_300_799_999);
  assert.equal(parseTime('2000-02-29T00:00:00Z'), 951_782_400_000);
  // RFC 3339 § 5.7: a leap second.
  assert.equal(parseTime('1990-12-31T23:59:60Z'), 662_688_000_000);
});

test('anything else is no time', () => {
  const texts = [
    '',
    '2026-11-20',
    '2026-11-20T08:00:00',
    '2026-11-20T08:00Z',
    '2026-11-20 08:00:00Z',
    '20261120T080000Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-20T24:00:00Z',
    '2026-11-20T08:60:00Z',
    '2026-11-20T08:00:61Z',
    '2026-11-20T08:00:00.Z',
    '2026-11-20T08:00:00,5Z',
    '2026-11-20T08:00:00Zx',
    '2026-11-20T08:00:00+8:00',
    '2026-11-20T08:00:00+24:00',
    '2026-11-20T08:00:00+08:60',
    '2026-11-20T08:00:00+08:',
    '2026-11-20T08:00:00+08',
    '+2026-11-20T08:00:00Z',
    '２０26-11-20T08:00:00Z',
    '2026-11-20T08:00:00-',
    '2026-11-2OT08:00:00Z',
    '1795161600000',
  ];
  for (const text of texts) assert.ok(Number.isNaN(parseTime(text)), text);
});

test('as the engine reads and writes them', () => {
  const time = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
  fc.assert(
    fc.property(time, fc.integer({ min: -1_439, max: 1_439 }), (ms, offset) => {
      const iso = new Date(ms).toISOString();
      assert.equal(parseTime(iso), ms);
      assert.equal(formatTime(ms), iso.replace('.000Z', 'Z'));
      const size = Math.abs(offset);
      const [hours, minutes] = [Math.floor(size / 60), size % 60].map((part) =>
        String(part).padStart(2, '0'),
      );
      const shifted = iso.replace('Z', `${offset < 0 ? '-' : '+'}${hours}:${minutes}`);
      assert.equal(parseTime(shifted), ms - offset * 60_000);
    }),
  );
});
