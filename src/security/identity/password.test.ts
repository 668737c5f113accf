// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultError, limitsOf, type LimitName } from '#core';
import { passwordFault } from './password-rules.ts';
import { Passwords } from './password.ts';

const quick = { ln: 4, r: 8, p: 1 };

function passwords(cost = quick, overrides: Parameters<typeof limitsOf>[0] = {}) {
  const hits: LimitName[] = [];
  const limits = limitsOf(overrides);
  return { hits, of: new Passwords({ limits, cost, hit: (limit) => hits.push(limit) }) };
}

test('a password is right, wrong, or right but stored at a lower cost', async () => {
  const { of } = passwords();
  const stored = await of.hash('correct horse');
  assert.match(stored, /^\$scrypt\$ln=4,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  assert.notEqual(await of.hash('correct horse'), stored);
  assert.equal(await of.verify('correct horse', stored), 'right');
  assert.equal(await of.verify('correct horsf', stored), 'wrong');
  assert.equal(await of.verify('correct horse', undefined), 'wrong');
  assert.equal(await passwords({ ...quick, ln: 5 }).of.verify('correct horse', stored), 'weak');
  assert.equal(await passwords({ ...quick, ln: 3 }).of.verify('correct horse', stored), 'right');
});

test('the same letters in another normal form are the same password', async () => {
  const { of } = passwords();
  assert.equal(await of.verify('pass\u0065\u0301', await of.hash('pass\u00e9')), 'right');
});

test('what is stored wrongly is no password, and costs no more than one', async () => {
  const { of } = passwords();
  const stored = await of.hash('x');
  for (const bad of [
    '',
    'x',
    stored.replace('ln=4', 'ln=40'),
    stored.replace('ln=4', 'ln=21'),
    stored.replace('r=8', 'r=0'),
    stored.replace('p=1', 'p=99'),
    stored.slice(0, -1),
    `${stored}=`,
  ])
    assert.equal(await of.verify('x', bad), 'wrong', bad);
});

test('a flood waits in a bounded queue, and all that is let in is answered', async () => {
  const { of, hits } = passwords(quick, {
    'auth.passwordHashesMax': 1,
    'auth.passwordQueueMax': 3,
  });
  const answers = await Promise.allSettled(Array.from({ length: 10 }, () => of.hash('x')));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer] : []));
  assert.equal(answers.length - refused.length, 4);
  for (const { reason } of refused)
    assert(reason instanceof FaultError && reason.fault.code === 'common.limit');
  assert.equal(hits.length, 6);
  assert.equal(await of.verify('x', await of.hash('x')), 'right');
});

test('a new password is long, not the name, and none that everybody has', () => {
  const limits = limitsOf();
  const owner = { name: 'wang.fang', title: '王芳' };
  const detail = (password: string) => passwordFault(password, owner, limits)?.detail;
  for (const good of [
    'correct horse battery',
    'bridge-lamp-river',
    '四季平安福满人间万里长城',
    'Xk3!pQz9Lm2v',
    'wang.fang likes rivers',
    'password of the moon',
  ])
    assert.equal(detail(good), undefined, good);
  for (const [bad, why] of [
    ['short', /^shorter than 12/],
    ['x'.repeat(257), /^longer than 256/],
    ['wang.fang2026!', /name/],
    ['WANG.FANGwang.fang', /name/],
    ['aaaaaaaaaaaaaaaa', /few different/],
    ['abababababababab', /few different/],
    ['1234567890123', /sequence|common/],
    ['abcdefghijklmn', /sequence/],
    ['password1234', /common/],
    ['P@ssw0rd!2026', /common/],
    ['Administrator2026', /common/],
    ['qwertyuiop123', /common/],
    ['admin-admin-2026', /common/],
    ['202611201234', /common|few/],
  ] as const)
    assert.match(detail(bad) ?? 'nothing', why, bad);
});
