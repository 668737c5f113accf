// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Framer } from './frame.ts';

/** A PUBLISH of QoS 0 with a payload of `bytes`. */
function packet(bytes: number): Buffer {
  const body = Buffer.concat([Buffer.from('000161', 'hex'), Buffer.alloc(bytes, 0x2e)]);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.of(0x30, ...length), body]);
}

/** All packets that the framer finds in chunks, copied. */
function cut(framer: Framer, chunks: readonly Buffer[]): Buffer[] {
  const found: Buffer[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    while (framer.next()) found.push(Buffer.from(framer.buffer.subarray(framer.start, framer.end)));
  }
  return found;
}

test('packets that lie whole in a chunk are not copied', () => {
  const chunk = Buffer.concat([packet(3), packet(200)]);
  const framer = new Framer(1_000);
  framer.push(chunk);
  assert.ok(framer.next());
  assert.equal(framer.buffer, chunk);
  assert.deepEqual([framer.firstByte, framer.start, framer.end], [0x30, 0, 8]);
  assert.ok(framer.next());
  assert.equal(framer.buffer, chunk);
  assert.deepEqual([framer.start, framer.end], [8, chunk.length]);
  assert.ok(!framer.next());
});

test('any chunking finds the same packets', () => {
  const packets = [2, 0, 121, 122, 123, 124, 125, 300, 16_380, 16_381, 1].map(packet);
  const stream = Buffer.concat(packets);
  for (const size of [1, 2, 3, 7, 64, 1_000, 16_384, stream.length]) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    assert.deepEqual(cut(new Framer(20_000), chunks), packets, `chunks of ${size}`);
  }
});

test('a packet is as long as the limit at most, seen at its header (0x95)', () => {
  const framer = new Framer(100);
  assert.equal(cut(framer, [packet(95)]).length, 1);
  assert.equal(framer.fault, 0);
  framer.push(packet(96).subarray(0, 2));
  assert.ok(!framer.next());
  assert.equal(framer.fault, 0x95);
  framer.push(packet(1));
  assert.ok(!framer.next(), 'a fault is final');
  const other = new Framer(100);
  other.limitTo(1_000);
  assert.equal(cut(other, [packet(500)]).length, 1);
});

test('a remaining length of five bytes is malformed (0x81), however it comes', () => {
  const bytes = Buffer.from('10ffffffff7f', 'hex');
  for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.of(byte))]) {
    const framer = new Framer(400_000_000);
    assert.deepEqual(cut(framer, chunks), []);
    assert.equal(framer.fault, 0x81);
  }
});

test('a required first byte is seen before the rest has come [MQTT-3.1.0-1]', () => {
  const framer = new Framer(100, 0x10);
  framer.push(Buffer.of(0x30));
  assert.ok(!framer.next());
  assert.equal(framer.fault, 0x82);
  assert.equal(framer.clause, '[MQTT-3.1.0-1]');
  const connected = new Framer(100, 0x10);
  assert.equal(cut(connected, [Buffer.from('1000c000', 'hex')]).length, 2);
});

test('memory follows the bytes that came, not the length that was declared', () => {
  const framer = new Framer(268_435_460);
  const before = process.memoryUsage().arrayBuffers;
  framer.push(Buffer.from('30ffffff7f0001', 'hex'));
  assert.ok(!framer.next());
  assert.ok(process.memoryUsage().arrayBuffers - before < 1_000_000);
});

test('the rest of a chunk can be kept when its memory is used again', () => {
  const chunk = Buffer.concat([packet(1), packet(2), packet(3).subarray(0, 4)]);
  const framer = new Framer(100);
  framer.push(chunk);
  assert.ok(framer.next());
  framer.keep();
  chunk.fill(0xff);
  assert.ok(framer.next());
  assert.deepEqual(framer.buffer.subarray(framer.start, framer.end), packet(2));
  assert.ok(!framer.next());
  assert.deepEqual(cut(framer, [packet(3).subarray(4)]), [packet(3)]);
});
