// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeBase32 } from './base32.ts';
import { hashRecoveryCode, newRecoveryCodes, useRecoveryCode } from './recovery.ts';
import { matchTotp, newTotpSecret, totpCode, totpStep, totpUri } from './totp.ts';

const secret = Buffer.from('12345678901234567890');

test('codes are those of RFC 6238 appendix B', () => {
  for (const [seconds, code] of [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const) {
    assert.equal(totpCode(secret, totpStep(seconds * 1_000), 8), code);
  }
});

test('codes are those of RFC 4226 appendix D', () => {
  const codes = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583'];
  codes.forEach((code, step) => assert.equal(totpCode(secret, step), code));
});

test('a code is taken one step before and after its own, and once', () => {
  const now = 1_000 * 30_000 + 15_000;
  const match = (step: number, last = 0) =>
    matchTotp(secret, totpCode(secret, step), { now, last });
  assert.deepEqual(
    [998, 999, 1_000, 1_001, 1_002].map((step) => match(step)),
    [undefined, 999, 1_000, 1_001, undefined],
  );
  assert.equal(match(1_000, 1_000), undefined);
  assert.equal(match(999, 1_000), undefined);
  assert.equal(match(1_001, 1_000), 1_001);
  const code = totpCode(secret, 1_000);
  assert.equal(matchTotp(secret, `${code.slice(0, 3)} ${code.slice(3)}`, { now, last: 0 }), 1_000);
  for (const bad of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
    assert.equal(matchTotp(secret, bad, { now, last: 0 }), undefined);
});

test('the URI names issuer and account, with the secret in base 32', () => {
  for (const [text, encoded] of [
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ] as const)
    assert.equal(encodeBase32(Buffer.from(text)), encoded);
  const uri = totpUri(secret, 'li na', '烽燧 Fengsui');
  const { protocol, host, pathname, searchParams } = new URL(uri);
  assert.deepEqual([protocol, host], ['otpauth:', 'totp']);
  assert.equal(decodeURIComponent(pathname), '/烽燧 Fengsui:li na');
  assert.equal(searchParams.get('secret'), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  assert.equal(searchParams.get('issuer'), '烽燧 Fengsui');
  assert(!uri.includes('+'));
  assert.equal(newTotpSecret().length, 20);
});

test('a recovery code is good once, however it is written', () => {
  const { codes, hashes } = newRecoveryCodes();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) assert.match(code, /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
  const [first = '', second = ''] = codes;
  const left = useRecoveryCode(hashes, ` ${first.toUpperCase().replaceAll('-', ' ')}`);
  assert.equal(left?.length, 9);
  assert.equal(useRecoveryCode(left, first), undefined);
  assert.equal(useRecoveryCode(left, second)?.length, 8);
  assert.equal(useRecoveryCode(hashes, ''), undefined);
  assert(!hashes.includes(first) && hashes.includes(hashRecoveryCode(first)));
});
