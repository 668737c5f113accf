// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FaultError, limitsOf } from '#core';
import { systemClock } from '#runtime';
import { RecordingLogger } from '#runtime/sim';
import { openRegistry } from '#store';
import { SecretBox, type CryptoSuite } from './secret-box.ts';

async function workshop() {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-secret-'));
  const path = join(directory, 'registry.sqlite');
  const logger = new RecordingLogger();
  const registry = await openRegistry({ path, limits: limitsOf(), logger, clock: systemClock });
  return {
    key: join(directory, 'secret.key'),
    open: (suite: CryptoSuite = 'international') => SecretBox.open({ directory, suite, registry }),
    async [Symbol.asyncDispose](): Promise<void> {
      await registry[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

const refusal = (error: unknown): boolean =>
  error instanceof FaultError && error.fault.code === 'security.secret-key';

test('what is sealed is opened for the same purpose only, with either suite, after a change of suite', async () => {
  await using place = await workshop();
  const secret = Buffer.from('烽燧');
  const first = await place.open();
  const aes = first.seal('totp 1', secret);
  assert.match(aes, /^aes-256-gcm\.1\./);
  assert.notEqual(first.seal('totp 1', secret), aes);
  const second = await place.open('sm');
  const sm = second.seal('totp 1', secret);
  assert.match(sm, /^sm4-gcm\.1\./);
  const third = await place.open();
  for (const box of [second, third])
    for (const sealed of [aes, sm]) {
      assert.deepEqual(box.open('totp 1', sealed), secret);
      assert.throws(() => box.open('totp 2', sealed), refusal);
    }
  assert.equal(((await stat(place.key)).mode & 0o777).toString(8), '600');
});

test('a changed bit, a short text and another algorithm are refused', async () => {
  await using place = await workshop();
  const box = await place.open();
  const sealed = box.seal('ca 1', Buffer.from('key'));
  for (let at = 0; at < sealed.length - 1; at++) {
    const other = sealed.charAt(at) === 'A' ? 'B' : 'A';
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1);
    assert.throws(() => box.open('ca 1', changed), refusal, changed);
    assert.throws(() => box.open('ca 1', sealed.slice(0, at)), refusal);
  }
  assert.throws(() => box.open('ca 1', sealed.replace('aes-256-gcm', 'aes-256-cbc')), refusal);
});

test('a new version of the key seals, and the old one still opens', async () => {
  await using place = await workshop();
  const old = (await place.open()).seal('x', Buffer.from('1'));
  const text = await readFile(place.key, 'utf8');
  await writeFile(place.key, `${text}2 ${Buffer.alloc(32, 7).toString('base64url')}\n`);
  const box = await place.open();
  assert.equal(box.open('x', old).toString(), '1');
  assert.match(box.seal('x', Buffer.from('2')), /^aes-256-gcm\.2\./);
});

test('a lost, exchanged or damaged key is a fault at start', async () => {
  await using place = await workshop();
  await place.open();
  const text = await readFile(place.key, 'utf8');
  await rm(place.key);
  await assert.rejects(place.open(), refusal);
  await writeFile(place.key, `1 ${Buffer.alloc(32, 7).toString('base64url')}\n`);
  await assert.rejects(place.open(), refusal);
  for (const bad of ['', 'nonsense\n', '1 short\n']) {
    await writeFile(place.key, bad);
    await assert.rejects(place.open(), refusal, bad);
  }
  await writeFile(place.key, text);
  await place.open();
});
