// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FaultError, Minutes } from '#core';
import type { Thing } from '#store';
import type { DeviceCredentials } from './credentials.ts';
import { newPlace, openPlatform, removePlace, type Platform } from './testing/platform.ts';

interface Bench {
  readonly platform: Platform;
  readonly credentials: DeviceCredentials;
  readonly thing: Thing;
  readonly other: Thing;
  readonly advance: (ms: number) => void;
  login(token: string, username?: string): Promise<unknown>;
}

function test(title: string, work: (bench: Bench) => Promise<void>): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place);
      const { authenticator, things, credentials } = platform;
      const thing = await things.create(1, { name: 'one', uri: 'urn:test:one' });
      const other = await things.create(1, { name: 'other' });
      const login = async (token: string, username?: string): Promise<unknown> => {
        const attempt = { username, password: Buffer.from(token), source: 'x' };
        const result = await authenticator.authenticate(attempt);
        return result.ok && result.value.kind === 'thing' ? result.value.thing : false;
      };
      const advance = (ms: number): void => place.clock.advance(ms);
      await work({ platform, credentials, thing, other, advance, login });
    } finally {
      await removePlace(place);
    }
  });
}

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => error instanceof FaultError && error.fault.code === code);
}

test('a token is rotated without a gap', async ({ credentials, thing, other, login }) => {
  const first = await credentials.createToken(thing, { name: 'first' });
  const second = await credentials.createToken(thing, {});
  assert.equal(first.username, String(thing.id));
  assert.equal(await login(first.token, first.username), thing.id);
  assert.equal(await login(second.token, 'urn:test:one'), thing.id);
  await refused(credentials.revoke(other, first.id), 'common.not-found');
  assert.equal(await login(first.token), thing.id);
  await credentials.revoke(thing, first.id);
  assert.equal(await login(first.token), false);
  assert.equal(await login(second.token), thing.id);
  await refused(credentials.revoke(thing, first.id), 'common.not-found');
  const rows = await credentials.list(thing);
  assert.deepEqual(
    rows.map(({ name, revoked }) => [name, revoked !== undefined]),
    [
      ['first', true],
      ['', false],
    ],
  );
  assert.ok(!JSON.stringify(rows).includes(second.token));
});

test('a token ends when it expires', async ({ credentials, thing, advance, login }) => {
  const expires = thing.created + Minutes(1);
  const { token } = await credentials.createToken(thing, { expires });
  advance(Minutes(1) - 1);
  assert.equal(await login(token), thing.id);
  advance(1);
  assert.equal(await login(token), false);
});

test('tokens of many things come in their order', async ({ credentials, thing, other, login }) => {
  const tokens = await credentials.createTokens(1, [other.id, thing.id]);
  assert.deepEqual(await Promise.all(tokens.map((token) => login(token))), [other.id, thing.id]);
});

test('a certificate belongs to one thing', async ({ platform, credentials, thing, other }) => {
  const fingerprint = 'AB:'.repeat(31) + 'AB';
  const { id } = await credentials.addCertificate(thing, { fingerprint });
  const shown = { certificate: 'ab'.repeat(32), source: 'x' };
  assert.equal((await platform.authenticator.authenticate(shown)).ok, true);
  await refused(credentials.addCertificate(other, { fingerprint }), 'common.conflict');
  for (const wrong of ['', 'ab', 'zz'.repeat(32), 'ab'.repeat(33)])
    await refused(credentials.addCertificate(other, { fingerprint: wrong }), 'common.invalid');
  await credentials.revoke(thing, id);
  assert.equal((await platform.authenticator.authenticate(shown)).ok, false);
  await credentials.addCertificate(other, { fingerprint });
});

test('a change of a thing is seen at once by its next login', async (bench) => {
  const { platform, credentials, thing, login } = bench;
  const { token } = await credentials.createToken(thing, {});
  const gone: unknown[] = [];
  platform.authenticator.onRevoked((revocation) => gone.push(revocation));
  const edit = (fields: Parameters<typeof platform.things.update>[2]) =>
    platform.things.update(1, thing.id, fields);
  assert.equal(await login(token, 'urn:test:one'), thing.id);
  await edit({ uri: 'urn:test:renamed' });
  assert.equal(await login(token, 'urn:test:one'), false);
  assert.equal(await login(token, 'urn:test:renamed'), thing.id);
  assert.deepEqual(gone, []);
  for (const lifecycle of ['disabled', 'retired'] as const) {
    await edit({ lifecycle });
    assert.equal(await login(token), false);
    assert.deepEqual(gone.splice(0), [{ thing: thing.id }]);
    await edit({ lifecycle: 'active' });
    assert.equal(await login(token), thing.id);
  }
  await platform.things.remove(1, thing.id);
  assert.equal(await login(token), false);
  assert.deepEqual(gone, [{ thing: thing.id }]);
  assert.notEqual((await credentials.list(thing))[0]?.revoked, undefined);
});

test('a rotated token is valid until the overlap is over, then its connections end', async (bench) => {
  const { platform, credentials, thing, other, advance, login } = bench;
  const ended: (number | undefined)[] = [];
  platform.authenticator.onRevoked(({ credential }) => ended.push(credential));
  const old = await credentials.createToken(thing, { name: 'pump' });
  assert.equal(await login(old.token), thing.id);
  await refused(credentials.rotate(other, old.id, { overlapMs: 0 }), 'common.not-found');
  const made = await credentials.rotate(thing, old.id, { overlapMs: Minutes(1) });
  assert(made.token !== undefined && made.token !== old.token);
  assert.equal(await login(old.token), thing.id);
  assert.equal(await login(made.token), thing.id);
  advance(Minutes(1) - 1);
  assert.equal(await login(old.token), thing.id);
  assert.deepEqual(ended, []);
  advance(1_000);
  assert.equal(await login(old.token), false);
  assert.deepEqual(ended, [old.id]);
  assert.equal(await login(made.token), thing.id);
  await refused(credentials.rotate(thing, old.id, { overlapMs: 0 }), 'common.not-found');
  const atOnce = await credentials.rotate(thing, made.id, { overlapMs: 0 });
  assert.equal(await login(made.token), false);
  assert.equal(await login(atOnce.token ?? ''), thing.id);
  const rows = await credentials.list(thing);
  assert.deepEqual(rows.at(-1)?.name, 'pump');
});

test('valid credentials of a thing are bounded, and what is over is forgotten', async (bench) => {
  const { credentials, thing, advance } = bench;
  for (let i = 0; i < 10; i++) await credentials.createToken(thing, {});
  await refused(credentials.createToken(thing, {}), 'common.limit');
  const [oldest] = await credentials.list(thing);
  assert(oldest !== undefined);
  await refused(credentials.rotateOwn(thing, oldest.id, { overlapMs: 0 }), 'common.limit');
  await credentials.revoke(thing, oldest.id);
  let { id } = await credentials.createToken(thing, {});
  for (const row of await credentials.list(thing)) {
    if (row.revoked === undefined && row.id !== id) await credentials.revoke(thing, row.id);
  }
  for (let i = 0; i < 50; i++) {
    advance(60_000);
    ({ id } = await credentials.rotateOwn(thing, id, { overlapMs: 0 }));
  }
  assert((await credentials.list(thing)).length < 30);
  const months = 40 * 86_400_000;
  await refused(credentials.rotate(thing, id, { overlapMs: months }), 'common.limit');
});
