// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  contextTag,
  readBits,
  readBoolean,
  readDer,
  readFlags,
  readInteger,
  readOid,
  readText,
  readTime,
  tag,
} from './der-reader.ts';
import {
  derBits,
  derBoolean,
  derExplicit,
  derFlags,
  derImplicit,
  derInteger,
  derOctets,
  derOid,
  derSequence,
  derSet,
  derTime,
  derUtf8,
  derValue,
} from './der-writer.ts';
import { fromPem, toPem } from './pem.ts';

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

const value: fc.Arbitrary<Buffer> = fc.letrec<{ value: Buffer }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    bytes(40).map(derInteger),
    bytes(300).map(derOctets),
    bytes(20).map(derBits),
    fc.boolean().map(derBoolean),
    bytes(5).map((content) => derImplicit(6, content)),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => derSequence(...items)),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => derSet(...items)),
    fc.array(tie('value'), { maxLength: 2 }).map((items) => derExplicit(3, ...items)),
  ),
})).value;

test('what is written is read, byte by byte and to the end', () => {
  fc.assert(
    fc.property(value, bytes(4), (written, behind) => {
      const read = readDer(written);
      assert(read !== undefined);
      assert(read.bytes.equals(written));
      assert(
        Buffer.concat(read.children.map((child) => child.bytes)).equals(
          read.children.length === 0 ? Buffer.alloc(0) : read.content,
        ),
      );
      if (behind.length > 0) assert.equal(readDer(Buffer.concat([written, behind])), undefined);
      assert.equal(readDer(written.subarray(0, -1)), undefined);
    }),
  );
});

test('values come back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (number) => {
      const hex = number.toString(16);
      const big = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
      const read = readInteger(readDer(derInteger(big)));
      assert.equal(BigInt(`0x${read?.toString('hex')}`), number);
    }),
  );
  const arcs = fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { maxLength: 8 });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 39 }),
      arcs,
      (a, b, more) => {
        const oid = [a, b, ...more].join('.');
        assert.equal(readOid(readDer(derOid(oid))), oid);
      },
    ),
  );
  const seconds = fc.integer({ min: -631_152_000, max: 253_402_300_799 });
  fc.assert(
    fc.property(seconds, (time) => {
      assert.equal(readTime(readDer(derTime(time * 1_000))), time * 1_000);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(readText(readDer(derUtf8(text))), text.includes('\ufffd') ? undefined : text);
    }),
  );
  fc.assert(
    fc.property(bytes(100), (bits) => {
      assert.deepEqual(readBits(readDer(derBits(bits))), bits);
      assert.deepEqual(fromPem('X', `lead\n${toPem('X', bits)}`), bits.length === 0 ? [] : [bits]);
    }),
  );
  assert.deepEqual([...(readFlags(readDer(derFlags(5, 6))) ?? [])], [5, 6]);
  assert.equal(readBoolean(readDer(derBoolean(true))), true);
});

test('BER that is not DER is refused', () => {
  for (const hex of [
    '',
    '30',
    '3080',
    '30800000',
    '308100',
    '30810100',
    '3082000100',
    '308500000000010000',
    '1f810000',
    '0000',
    '300101',
    '30020201',
    '30030500',
  ]) {
    assert.equal(readDer(Buffer.from(hex, 'hex')), undefined, hex);
  }
  for (const hex of ['0200', '020180', '02020001', '0202ff80']) {
    assert.equal(readInteger(readDer(Buffer.from(hex, 'hex'))), undefined, hex);
  }
  for (const hex of ['0600', '06028001', '060180', '0609ffffffffffffffff7f']) {
    assert.equal(readOid(readDer(Buffer.from(hex, 'hex'))), undefined, hex);
  }
  for (const text of [
    '2602300000Z',
    '260230000000Z',
    '260101000000',
    '261301000000Z',
    '260101240000Z',
    '26010100000aZ',
  ]) {
    assert.equal(readTime(readDer(derValue(tag.utcTime, Buffer.from(text)))), undefined, text);
  }
  assert.equal(readBoolean(readDer(Buffer.from('010101', 'hex'))), undefined);
  assert.equal(readText(readDer(derValue(tag.utf8String, Buffer.of(0xc0, 0x80)))), undefined);
  const deep = Array.from({ length: 40 }).reduce<Buffer>(
    (inner) => derSequence(inner),
    derSequence(),
  );
  assert.equal(readDer(deep), undefined);
  const many = derSequence(...Array.from({ length: 5_000 }, () => derBoolean(true)));
  assert.equal(readDer(many), undefined);
  assert.equal(readDer(derOctets(Buffer.alloc(70_000))), undefined);
  assert.equal(contextTag(3, 'explicit'), 0xa3);
});
