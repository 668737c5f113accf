// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitsOf, Minutes, unwrap, type Result } from '#core';
import { SimClock } from '#runtime/sim';
import type { Passkey } from '#store';
import { PasskeyCeremonies, userHandleOf } from './ceremonies.ts';
import { coseAlgorithm } from './cose-key.ts';
import { isOwnOrigin, relyingPartyOf } from './relying-party.ts';
import {
  SoftAuthenticator,
  type Forgery,
  type KeyKind,
} from '../../../../test/support/soft-authenticator.ts';

const account = { id: 17, name: 'li', title: '' };
const party = unwrap(relyingPartyOf('https://iot.example', undefined));
const kinds: readonly KeyKind[] = ['es256', 'eddsa', 'rs256'];

function ceremony(kind: KeyKind = 'es256') {
  const clock = new SimClock();
  const ceremonies = new PasskeyCeremonies({ limits: limitsOf(), clock, hit: () => {} });
  const authenticator = new SoftAuthenticator(kind);
  const register = (forgery?: Forgery) => {
    const options = ceremonies.creationOptions(account, [], party);
    return ceremonies.register(account.id, authenticator.register(options, forgery), party);
  };
  const passkey: Passkey = {
    ...{ ...unwrap(register()), id: 1, account: account.id, name: 'key', created: 0 },
    used: undefined,
  };
  /** With the account known, as a second factor, or by whoever has the key. */
  const assertion = (forgery?: Forgery, known = false, stored = passkey) => {
    const who = known ? { id: account.id, passkeys: [stored] } : undefined;
    const options = ceremonies.requestOptions(who, party);
    const answer = authenticator.assert(options, userHandleOf(account.id), forgery);
    return ceremonies.assert(stored, answer, { party, account: who?.id });
  };
  return { clock, ceremonies, authenticator, register, assertion, passkey };
}

const whyNot = (result: Result<unknown>): string =>
  result.ok ? 'ok' : `${result.fault.code} ${result.fault.at}`;

for (const kind of kinds) {
  test(`a key of kind ${kind} is registered and signs in`, () => {
    const { assertion, passkey } = ceremony(kind);
    assert.equal(passkey.algorithm, coseAlgorithm[kind]);
    assert.deepEqual(assertion(), { ok: true, value: 1 });
    assert.deepEqual(assertion({}, true), { ok: true, value: 2 });
    const broken = assertion({
      signature: (bytes) => Buffer.from(bytes.map((b, i) => (i === 20 ? b ^ 1 : b))),
    });
    assert.equal(whyNot(broken), 'security.passkey-refused signature');
  });
}

test('options ask for a discoverable key that verifies the person, and know no name', () => {
  const { ceremonies, passkey } = ceremony();
  const options = ceremonies.creationOptions(account, [passkey], party);
  assert.partialDeepStrictEqual(options, {
    rp: { id: 'iot.example' },
    attestation: 'none',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: [{ type: 'public-key', id: passkey.credential }],
  });
  assert(!Buffer.from(options.user.id, 'base64url').toString().includes('li'));
  assert.deepEqual(
    options.pubKeyCredParams.map(({ alg }) => alg),
    [-7, -8, -257],
  );
  const request = ceremonies.requestOptions(undefined, party);
  assert.partialDeepStrictEqual(request, { rpId: 'iot.example', userVerification: 'required' });
  assert.deepEqual(request.allowCredentials, []);
});

const forgeries: readonly (readonly [string, Forgery, string])[] = [
  ['another origin', { origin: 'https://evil.example' }, 'origin'],
  ['no encryption', { origin: 'http://iot.example' }, 'origin'],
  ['another port', { origin: 'https://iot.example:8443' }, 'origin'],
  ['a frame of another site', { crossOrigin: true }, 'origin'],
  ['another site', { rpId: 'evil.example' }, 'rpIdHash'],
  ['a challenge of its own', { challenge: 'AAAA' }, 'challenge'],
  ['the person not verified', { flags: 0x41 }, 'flags'],
  ['nobody present', { flags: 0x44 }, 'flags'],
  ['backed up but not eligible', { flags: 0x55 }, 'authenticatorData'],
  ['bytes at the end', { authData: (b) => Buffer.concat([b, b]) }, 'authenticatorData'],
  ['too short', { authData: (b) => b.subarray(0, 36) }, 'authenticatorData'],
];

for (const [what, forgery, at] of forgeries) {
  test(`refused: ${what}`, () => {
    const { register, assertion } = ceremony();
    assert.equal(whyNot(register(forgery)), `security.passkey-refused ${at}`);
    const flags = forgery.flags === undefined ? {} : { flags: forgery.flags & ~0x40 };
    const found = whyNot(assertion({ ...forgery, ...flags }));
    assert.equal(found, `security.passkey-refused ${at}`);
  });
}

test('an answer of the other ceremony is none', () => {
  const { register, assertion } = ceremony();
  assert.equal(whyNot(register({ type: 'webauthn.get' })), 'security.passkey-refused type');
  assert.equal(whyNot(assertion({ type: 'webauthn.create' })), 'security.passkey-refused type');
  assert.equal(whyNot(register({ flags: 0x05 })), 'security.passkey-refused authenticatorData');
});

test('a challenge is good once, for five minutes and for its account', () => {
  const { ceremonies, authenticator, clock, passkey } = ceremony();
  const handle = userHandleOf(account.id);
  const options = ceremonies.requestOptions(undefined, party);
  const answer = authenticator.assert(options, handle);
  const check = (known?: number) =>
    whyNot(ceremonies.assert(passkey, answer, { party, account: known }));
  assert.equal(check(), 'ok');
  assert.equal(check(), 'security.passkey-refused challenge');
  const late = authenticator.assert(ceremonies.requestOptions(undefined, party), handle);
  clock.advance(Minutes(5) + 1);
  const found = ceremonies.assert(passkey, late, { party, account: undefined });
  assert.equal(whyNot(found), 'security.passkey-refused challenge');
  const forAnybody = authenticator.assert(ceremonies.requestOptions(undefined, party), handle);
  const asSecond = ceremonies.assert(passkey, forAnybody, { party, account: account.id });
  assert.equal(whyNot(asSecond), 'security.passkey-refused challenge');
  for (const [id, expected] of [
    [account.id, 'ok'],
    [18, 'security.passkey-refused challenge'],
  ] as const) {
    const bound = ceremonies.requestOptions({ id, passkeys: [passkey] }, party);
    const alone = authenticator.assert(bound, handle);
    const outcome = ceremonies.assert(passkey, alone, { party, account: undefined });
    assert.equal(whyNot(outcome), expected);
  }
  const creation = ceremonies.creationOptions(account, [], party);
  const registered = ceremonies.register(18, authenticator.register(creation), party);
  assert.equal(whyNot(registered), 'security.passkey-refused challenge');
});

test('a counter that does not grow is that of a copy; without counters there is nothing to see', () => {
  const { assertion, passkey } = ceremony();
  const stored = { ...passkey, counter: 9 };
  for (const counter of [0, 8, 9])
    assert.equal(whyNot(assertion({ counter }, false, stored)), 'security.passkey-refused counter');
  assert.deepEqual(assertion({ counter: 10 }, false, stored), { ok: true, value: 10 });
  assert.deepEqual(assertion({ counter: 0 }), { ok: true, value: 0 });
});

test('who signs in without a name is named by the handle of the key', () => {
  const { assertion } = ceremony();
  for (const userHandle of [userHandleOf(18), '', null])
    assert.equal(whyNot(assertion({ userHandle })), 'security.passkey-refused userHandle');
  assert.equal(whyNot(assertion({ userHandle: null }, true)), 'ok');
  assert.equal(
    whyNot(assertion({ userHandle: userHandleOf(18) }, true)),
    'security.passkey-refused userHandle',
  );
});

test('the site is a domain: configured, or the host that was asked', () => {
  for (const host of ['192.0.2.1', '192.0.2.1:8080', '[2001:db8::1]:8080', undefined])
    assert.equal(whyNot(relyingPartyOf(undefined, host)), 'security.passkey-host host');
  const local = unwrap(relyingPartyOf(undefined, 'localhost:8080'));
  assert.equal(local.id, 'localhost');
  assert(isOwnOrigin(local, 'http://localhost:8080'));
  assert(!isOwnOrigin(local, 'http://localhost:9090'));
  const named = unwrap(relyingPartyOf(undefined, 'iot.example'));
  assert(isOwnOrigin(named, 'https://iot.example'));
  assert(!isOwnOrigin(named, 'http://iot.example'));
  assert(!isOwnOrigin(named, 'null'));
  const configured = unwrap(relyingPartyOf('https://iot.example', 'inner:8080'));
  assert(isOwnOrigin(configured, 'https://iot.example'));
  assert(!isOwnOrigin(configured, 'https://inner:8080'));
});
