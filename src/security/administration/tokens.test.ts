// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Minutes, Seconds } from '#core';
import { accountOf, nobodysToken, openOffice, refused } from './testing/office.ts';

it('lists and ends tokens: one’s own, and with tokens.manage those of the sub-tree', async () => {
  await using office = await openOffice({ limits: { 'auth.tokensPerAccountMax': 2 } });
  const { tokens } = office.administration;
  const { city, north, town } = office.places;
  const boss = await office.roleAt('boss', 'tenant-administrator', city);
  const dev = await office.roleAt('dev', 'developer', north);
  const other = await office.roleAt('other', 'developer', town);
  const make = async (who: typeof boss): Promise<number> =>
    (await tokens.create(who, { name: 't', scopes: ['things.read'] })).id;
  const [ofBoss, ofDev, ofOther] = [await make(boss), await make(dev), await make(other)];
  await office.grant({ account: accountOf(other) }, 'developer', north);
  const seen = async (who: typeof boss, account?: number): Promise<readonly number[]> =>
    (await tokens.list(who, { limit: 10, account })).items.map(({ id }) => id);
  assert.deepEqual(await seen(boss), [ofBoss, ofDev]);
  assert.deepEqual(await seen(boss, dev.kind === 'user' ? dev.account : 0), [ofDev]);
  assert.deepEqual(await seen(dev), [ofDev]);
  assert.deepEqual(await seen(nobodysToken), [ofBoss, ofDev, ofOther]);
  await refused('security.forbidden', tokens.revoke(dev, ofBoss));
  await refused('common.not-found', tokens.revoke(boss, ofOther));
  await tokens.revoke(boss, ofDev);
  await refused('common.not-found', tokens.revoke(dev, ofDev));
  await tokens.revoke(boss, ofBoss);
  assert.deepEqual(office.revoked, [{ token: ofDev }, { token: ofBoss }]);
  await make(dev);
  await make(dev);
  await refused('common.limit', make(dev));
  const expires = office.clock.now() - 1;
  await refused(
    'common.invalid',
    tokens.create(boss, { name: 't', scopes: ['things.read'], expires }),
  );
});

it('a token that expires ends its connections within a second', async () => {
  await using office = await openOffice();
  const { tokens } = office.administration;
  const expires = office.clock.now() + Minutes(1);
  const made = await tokens.create(nobodysToken, { name: 't', scopes: ['read'], expires });
  const attempt = { password: Buffer.from(made.token), source: '::1' };
  assert.equal((await office.authenticator.authenticate(attempt)).ok, true);
  office.clock.advance(Minutes(1) - Seconds(1));
  assert.deepEqual(office.revoked, []);
  office.clock.advance(Seconds(2));
  assert.deepEqual(office.revoked, [{ token: made.id }]);
  assert.equal((await office.authenticator.authenticate(attempt)).ok, false);
});
