// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hashToken, pairHash, shownSecret } from './secret.ts';

it('a pair is a name and a secret, told from each other and from a token', () => {
  const hash = pairHash('pump', 'secret-of-pump');
  assert.match(hash, /^pair:[0-9a-f]{64}$/);
  assert.equal(hash, pairHash('pump', Buffer.from('secret-of-pump')));
  for (const [name, secret] of [
    ['pum', 'psecret-of-pump'],
    ['pumps', 'ecret-of-pump'],
    ['', 'pumpsecret-of-pump'],
    ['pump', 'secret-of-pumps'],
  ] as const) {
    assert.notEqual(pairHash(name, secret), hash);
  }
});

it('of what was shown only its hash is kept, and of a weak secret not even that', () => {
  const secret = Buffer.from('long-enough');
  assert.deepEqual(shownSecret('pump', secret), {
    ...{ username: 'pump', weak: false },
    hash: pairHash('pump', secret),
  });
  assert.equal(shownSecret(undefined, secret)?.hash, hashToken(secret));
  assert.deepEqual(shownSecret('pump', Buffer.from('1234567')), {
    ...{ username: 'pump', weak: true },
    hash: '',
  });
  assert.equal(shownSecret('pump', undefined), undefined);
  assert.equal(shownSecret('pump', Buffer.alloc(0)), undefined);
  assert.equal(shownSecret('x'.repeat(257), secret), undefined);
});
