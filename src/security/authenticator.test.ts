// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { limitsOf, type LimitName } from '#core';
import { SimClock } from '#runtime/sim';
import type { ApiToken, CredentialMatch, RegistryReads } from '#store';
import { RegistryAuthenticator } from './authenticator.ts';
import type { CredentialAttempt } from './port.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function credential(id: number, fields: Partial<CredentialMatch>): CredentialMatch {
  return {
    id,
    tenant: 1,
    thing: id,
    thingUri: `urn:test:${id}`,
    lifecycle: 'active',
    kind: 'token',
    name: '',
    hash: undefined,
    fingerprint: undefined,
    subject: undefined,
    username: undefined,
    created: 0,
    expires: undefined,
    revoked: undefined,
    used: undefined,
    ...fields,
  };
}

/** A registry of lists that counts what it is asked, and answers when it is told to. */
function bench(overrides: Partial<Record<LimitName, number>> = {}) {
  const credentials: CredentialMatch[] = [];
  const tokens: ApiToken[] = [];
  const waiting: (() => void)[] = [];
  const state = { asked: 0, slow: false };
  const answer = async <T>(found: T): Promise<T> => {
    state.asked++;
    if (state.slow) await new Promise<void>((resolve) => waiting.push(resolve));
    return found;
  };
  const nobody = (): Promise<undefined> => Promise.resolve(undefined);
  const registry: Pick<RegistryReads, 'credentials' | 'tokens'> = {
    credentials: {
      byHash: (hash) => answer(credentials.find((row) => row.hash === hash)),
      byFingerprint: (fingerprint) =>
        answer(credentials.find((row) => row.fingerprint === fingerprint)),
      bySubject: nobody,
      ofThing: () => Promise.resolve([]),
      isRevoked: () => Promise.resolve(false),
      revokedBySubject: () => Promise.resolve([]),
    },
    tokens: {
      byHash: (hash) => answer(tokens.find((row) => row.hash === hash)),
      byId: nobody,
      list: () => Promise.resolve([]),
      ofAccount: () => Promise.resolve([]),
      page: () => Promise.resolve({ items: [], cursor: undefined }),
    },
  };
  const clock = new SimClock();
  const base = { registry, limits: limitsOf(overrides), clock };
  const authenticator = new RegistryAuthenticator({ ...base, hit: () => {} });
  const login = async (attempt: Partial<CredentialAttempt>): Promise<unknown> => {
    const result = await authenticator.authenticate({ source: 'x', ...attempt });
    if (!result.ok) return result.fault.code;
    return result.value.kind === 'thing' ? result.value.thing : result.value.kind;
  };
  const release = (): void => {
    for (const resume of waiting.splice(0)) resume();
  };
  return { credentials, tokens, state, authenticator, login, release };
}

const bad = 'security.bad-credentials';

it('the bytes of a certificate, which are public, are not a password', async () => {
  const { credentials, login } = bench();
  credentials.push(credential(1, { kind: 'certificate', fingerprint: hashOf('DER') }));
  assert.equal(await login({ certificate: hashOf('DER') }), 1);
  assert.equal(await login({ certificate: hashOf('DER') }), 1);
  assert.equal(await login({ password: bytes('DER') }), bad);
});

it('an API token proves no name, so it clears no failures of one', async () => {
  const { tokens, credentials, login } = bench({ 'auth.failuresPerMinutePerSource': 1_000 });
  const base = {
    tenant: 1,
    account: undefined,
    name: '',
    created: 0,
    expires: undefined,
    revoked: undefined,
  };
  tokens.push({ ...base, id: 1, hash: hashOf('app'), scopes: ['read'], used: undefined });
  credentials.push(credential(1, { hash: hashOf('secret') }));
  for (let i = 0; i < 19; i++) await login({ username: '1', password: bytes('guess') });
  assert.equal(await login({ username: '1', password: bytes('app') }), 'token');
  await login({ username: '1', password: bytes('guess') });
  const locked = await login({ username: '1', password: bytes('secret') });
  assert.equal(locked, 'security.too-many-attempts');
});

it('so many proofs are remembered, the oldest is looked up again', async () => {
  const { credentials, login, state } = bench({ 'auth.rememberedMax': 2 });
  for (const id of [1, 2, 3]) credentials.push(credential(id, { hash: hashOf(`${id}`) }));
  for (const id of [1, 2, 3, 3, 2]) assert.equal(await login({ password: bytes(`${id}`) }), id);
  assert.equal(state.asked, 3);
  await login({ password: bytes('1') });
  assert.equal(state.asked, 4);
});

it('a change during a look-up makes only what it concerns be read again', async () => {
  const { credentials, login, state, authenticator, release } = bench();
  credentials.push(credential(1, { hash: hashOf('a') }), credential(2, { hash: hashOf('b') }));
  state.slow = true;
  const one = login({ username: 'urn:test:1', password: bytes('a') });
  const two = login({ password: bytes('b') });
  await new Promise((resolve) => setImmediate(resolve));
  credentials[0] = credential(1, { hash: hashOf('a'), thingUri: 'urn:new' });
  authenticator.refresh(1);
  state.slow = false;
  release();
  assert.equal(await two, 2);
  assert.equal(await one, bad);
  assert.equal(state.asked, 3);
  assert.equal(await login({ username: 'urn:new', password: bytes('a') }), 1);
  assert.equal(state.asked, 3);
});

it('a look-up that fails is not held against the client, and leaves nothing behind', async () => {
  const { credentials, login, state, authenticator } = bench();
  const broken = credential(1, { hash: hashOf('a') });
  credentials.push(broken);
  const { find } = credentials;
  credentials.find = () => {
    throw new Error('registry closed');
  };
  for (let i = 0; i < 50; i++) await assert.rejects(login({ password: bytes('a') }));
  credentials.find = find;
  authenticator.revoke({ thing: 9 });
  assert.equal(await login({ password: bytes('a') }), 1);
  assert.equal(state.asked, 1);
});
