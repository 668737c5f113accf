// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { Hours, limitsOf, Minutes, Seconds } from '#core';
import { systemClock } from '#runtime';
import { RecordingLogger, SimClock } from '#runtime/sim';
import { openRegistry, type NewCredential, type NewThing } from '#store';
import { Administrator } from './administrator.ts';
import { ApiTokens } from './api-tokens.ts';
import { RegistryAuthenticator } from './authenticator.ts';
import { LastUsed } from './last-used.ts';
import type { CredentialAttempt, Revocation } from './port.ts';
import { newToken } from './secret.ts';

const thing = (id: number): NewThing => ({
  id,
  tenant: 1,
  uri: `urn:test:${id}`,
  name: '',
  description: '',
  kind: 'device',
  types: [],
  model: undefined,
  parent: undefined,
  properties: {},
  labels: {},
  lifecycle: 'registered',
  created: 1,
  updated: 1,
});

async function openSecurity() {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-security-'));
  const clock = new SimClock();
  const logger = new RecordingLogger();
  const limits = limitsOf();
  const registry = await openRegistry({
    path: join(directory, 'r.db'),
    logger,
    limits,
    clock: systemClock,
  });
  const hits: string[] = [];
  let asked = 0;
  let meanwhile: (() => Promise<void>) | undefined;
  const counted = {
    ...registry.read,
    credentials: {
      ...registry.read.credentials,
      byHash: async (hash: string) => {
        asked++;
        const found = await registry.read.credentials.byHash(hash);
        const work = meanwhile;
        meanwhile = undefined;
        await work?.();
        return found;
      },
    },
    tokens: {
      ...registry.read.tokens,
      byHash: (hash: string) => {
        asked++;
        return registry.read.tokens.byHash(hash);
      },
    },
  };
  const lastUsed = new LastUsed(registry, clock, logger);
  const authenticator = new RegistryAuthenticator({
    registry: counted,
    limits,
    clock,
    hit: (limit) => hits.push(limit),
  });
  const revoked: Revocation[] = [];
  authenticator.onRevoked((revocation) => revoked.push(revocation));
  await registry.write((tables) => tables.things.insert([thing(1), thing(2)]));
  return {
    directory,
    clock,
    registry,
    authenticator,
    hits,
    revoked,
    lastUsed,
    tokens: new ApiTokens(registry, authenticator, clock),
    asked: () => asked,
    /** Work to do after the next look-up has read and before it answers. */
    duringLookUp: (work: () => Promise<void>): void => {
      meanwhile = work;
    },
    async login(
      username: string | undefined,
      secret: string,
      source = '1.2.3.4',
    ): Promise<unknown> {
      const attempt = { username, password: Buffer.from(secret), source };
      const result = await authenticator.authenticate(attempt);
      return result.ok ? result.value : result.fault.code;
    },
    async credential(of: number, fields: Partial<NewCredential> = {}) {
      const { token, hash } = newToken('device');
      const row: NewCredential = {
        tenant: 1,
        thing: of,
        kind: 'token',
        name: '',
        hash,
        fingerprint: undefined,
        subject: undefined,
        username: undefined,
        created: 1,
        expires: undefined,
        ...fields,
      };
      const id = await registry.write((tables) => tables.credentials.insert(row));
      return { id, token };
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await registry[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const bad = 'security.bad-credentials';

it('a device is let in by its token under its own names only', async () => {
  await using s = await openSecurity();
  const { id, token } = await s.credential(1);
  assert.match(token, /^fsd_[\w-]{43}$/);
  const principal = { kind: 'thing', tenant: 1, thing: 1, credential: id };
  for (const name of ['1', 'urn:test:1', undefined])
    assert.deepEqual(await s.login(name, token), principal);
  for (const name of ['2', 'urn:test:2', '', '01', 'admin'])
    assert.equal(await s.login(name, token), bad);
  assert.equal(await s.login('1', `${token}x`), bad);
  assert.equal(await s.login('1', ''), bad);
  assert.equal((await s.authenticator.authenticate({ source: 'x' })).ok, false);
});

it('an unknown identity and a wrong secret cost the same look-ups and get the same answer', async () => {
  await using s = await openSecurity();
  await s.credential(1);
  const cost = async (name: string): Promise<unknown> => {
    const before = s.asked();
    return [await s.login(name, newToken('device').token), s.asked() - before];
  };
  assert.deepEqual(await cost('1'), [bad, 3]);
  assert.deepEqual(await cost('no such thing'), [bad, 3]);
});

it('what was proved is remembered, and forgotten as soon as it is revoked', async () => {
  await using s = await openSecurity();
  const { id, token } = await s.credential(1);
  await s.login('1', token);
  const before = s.asked();
  await s.login('1', token);
  assert.equal(s.asked(), before);
  await s.registry.write((tables) => tables.credentials.revoke(1, id, 5));
  s.authenticator.revoke({ credential: id });
  assert.deepEqual(s.revoked, [{ credential: id }]);
  assert.equal(await s.login('1', token), bad);
});

it('a login that is under way while its credential is revoked fails', async () => {
  await using s = await openSecurity();
  const { id, token } = await s.credential(1);
  s.duringLookUp(async () => {
    await s.registry.write((tables) => tables.credentials.revoke(1, id, 5));
    s.authenticator.revoke({ credential: id });
  });
  assert.equal(await s.login('1', token), bad);
});

it('disabled things, removed things and expired credentials are not let in', async () => {
  await using s = await openSecurity();
  const one = await s.credential(1);
  const two = await s.credential(2, { expires: s.clock.now() + Minutes(1) });
  assert.notEqual(await s.login('1', one.token), bad);
  assert.notEqual(await s.login('2', two.token), bad);
  s.clock.advance(Minutes(1));
  assert.equal(await s.login('2', two.token), bad);
  await s.registry.write((tables) => tables.things.update(1, 1, { lifecycle: 'disabled' }, 9));
  s.authenticator.refresh(1);
  assert.equal(await s.login('1', one.token), bad);
  await s.registry.write((tables) => tables.things.update(1, 2, { lifecycle: 'active' }, 9));
  s.authenticator.refresh(1);
  assert.notEqual(await s.login('1', one.token), bad);
  await s.registry.write((tables) => tables.things.remove(1, 10));
  s.authenticator.revoke({ thing: 1 });
  assert.equal(await s.login('1', one.token), bad);
});

it('a verified certificate stands for its thing', async () => {
  await using s = await openSecurity();
  const fingerprint = 'ab'.repeat(32);
  await s.credential(2, { kind: 'certificate', hash: undefined, fingerprint });
  const show = async (fields: Partial<CredentialAttempt>): Promise<unknown> => {
    const result = await s.authenticator.authenticate({ source: '1.2.3.4', ...fields });
    return result.ok
      ? result.value.kind === 'thing'
        ? result.value.thing
        : ''
      : result.fault.code;
  };
  assert.equal(await show({ certificate: fingerprint }), 2);
  assert.equal(await show({ certificate: fingerprint, username: 'urn:test:2' }), 2);
  assert.equal(await show({ certificate: fingerprint, username: '1' }), bad);
  assert.equal(await show({ certificate: 'cd'.repeat(32) }), bad);
});

it('an API token opens what its scopes say, until it is revoked', async () => {
  await using s = await openSecurity();
  const { id, token } = await s.tokens.create({ tenant: 1, name: 'ci', scopes: ['read'] });
  assert.match(token, /^fsa_/);
  const base = { kind: 'token', tenant: 1, home: 1, account: undefined };
  const principal = { ...base, token: id, name: 'ci', scopes: ['read'] };
  assert.deepEqual(await s.login('token', token), principal);
  assert.deepEqual(await s.login(undefined, token), principal);
  await s.tokens.revoke(1, id);
  assert.deepEqual(s.revoked, [{ token: id }]);
  assert.equal(await s.login(undefined, token), bad);
});

it('a source that guesses is banned, twice as long each time', async () => {
  await using s = await openSecurity();
  const { token } = await s.credential(1);
  const guess = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await s.login(`thing ${i}`, 'x', 'bad');
  };
  await guess(10);
  assert.equal(await s.login('1', token, 'bad'), 'security.too-many-attempts');
  assert.notEqual(await s.login('1', token, 'good'), 'security.too-many-attempts');
  assert.deepEqual(s.hits, ['auth.failuresPerMinutePerSource']);
  s.clock.advance(Minutes(5));
  assert.notEqual(await s.login('1', token, 'bad'), 'security.too-many-attempts');
  await guess(10);
  s.clock.advance(Minutes(10) - Seconds(1));
  assert.equal(await s.login('1', token, 'bad'), 'security.too-many-attempts');
  s.clock.advance(Seconds(1));
  assert.notEqual(await s.login('1', token, 'bad'), 'security.too-many-attempts');
});

it('an identity that is guessed at from many sources is locked for an hour', async () => {
  await using s = await openSecurity();
  const { token } = await s.credential(1);
  for (let i = 0; i < 20; i++) await s.login('1', 'x', `source ${i}`);
  assert.equal(await s.login('1', token), 'security.too-many-attempts');
  assert.ok(s.hits.includes('auth.failuresPerHourPerIdentity'));
  s.clock.advance(Hours(1));
  assert.notEqual(await s.login('1', token), 'security.too-many-attempts');
  for (let i = 0; i < 20; i++) await s.login('1', 'x', `other ${i}`);
  s.clock.advance(Hours(1));
  assert.notEqual(await s.login('1', token), 'security.too-many-attempts');
});

it('the last use of a credential is noted a little later', async () => {
  await using s = await openSecurity();
  const { token } = await s.credential(1);
  const result = await s.authenticator.authenticate({ password: Buffer.from(token), source: 'x' });
  assert.ok(result.ok);
  s.lastUsed.note(result.value);
  assert.equal((await s.registry.read.credentials.ofThing(1))[0]?.used, undefined);
  await s.lastUsed.write();
  assert.equal((await s.registry.read.credentials.ofThing(1))[0]?.used, s.clock.now());
});

it('the first start makes an administrator that only the owner of the data can read', async () => {
  await using s = await openSecurity();
  const { directory, tokens, authenticator, clock, registry } = s;
  const start = (): Promise<void> =>
    new Administrator({
      ...{ directory, tokens, authenticator, clock, registry, separationOfDuties: false },
    }).start();
  await start();
  const path = join(directory, 'admin.token');
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const token = (await readFile(path, 'utf8')).trim();
  assert.deepEqual(await s.login(undefined, token), {
    kind: 'token',
    tenant: 1,
    home: 1,
    token: 1,
    account: undefined,
    name: 'administrator (admin.token)',
    scopes: ['admin'],
  });
  await start();
  assert.equal((await readFile(path, 'utf8')).trim(), token);
  await writeFile(path, 'nonsense');
  await start();
  assert.notEqual((await readFile(path, 'utf8')).trim(), 'nonsense');
});
