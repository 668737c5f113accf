// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import type { Registry } from '../port.ts';
import type { NewAccount, NewGrant, SessionRow } from '../people-rows.ts';
import { refused, type ConformanceTest } from './refused.ts';

const account = (name: string, fields: Partial<NewAccount> = {}): NewAccount => ({
  tenant: 1,
  kind: 'user',
  name,
  title: `${name} of the city`,
  password: undefined,
  passwordTemporary: false,
  language: undefined,
  created: 1,
  ...fields,
});

const session = (hash: string, fields: Partial<SessionRow> = {}): SessionRow => ({
  hash,
  account: undefined,
  token: undefined,
  strong: false,
  source: '::1',
  agent: 'test',
  opened: 1,
  used: 1,
  expires: 100,
  ...fields,
});

const grant = (fields: Partial<NewGrant>): NewGrant => ({
  account: undefined,
  group: undefined,
  role: 'viewer',
  tenant: 1,
  labels: undefined,
  properties: undefined,
  created: 1,
  ...fields,
});

const insert = (registry: Registry, name: string, fields?: Partial<NewAccount>): Promise<number> =>
  registry.write((tables) => tables.accounts.insert(account(name, fields)));

/** Accounts, what proves them, and what they may do. */
export function accountConformance(test: ConformanceTest): void {
  changeConformance(test);
  proofConformance(test);
  grantConformance(test);
}

function changeConformance(test: ConformanceTest): void {
  test('keeps every field of an account and changes what is named', async (registry) => {
    const { read } = registry;
    const id = await insert(registry, 'Zoë', { password: '$p', language: 'zh-CN' });
    const expected = {
      ...account('Zoë', { password: '$p', language: 'zh-CN' }),
      id,
      totp: undefined,
      totpStep: 0,
      recovery: [],
      disabled: false,
      lockedUntil: undefined,
      updated: 1,
      lastLogin: undefined,
      revision: 1,
    };
    assert.deepEqual(await read.accounts.byId(id), expected);
    assert.equal((await read.accounts.byName('ZOË'))?.id, id);
    const update = (revision: number | undefined) =>
      registry.write((tables) =>
        tables.accounts.update(
          id,
          { password: undefined, totp: 'sealed', totpStep: 7, recovery: ['a'], lockedUntil: 50 },
          { now: 9, revision },
        ),
      );
    assert.equal(await update(2), false);
    assert.equal(await update(1), true);
    assert.equal(await update(1), false);
    assert.equal(await update(undefined), true);
    assert.deepEqual(await read.accounts.byId(id), {
      ...expected,
      password: undefined,
      totp: 'sealed',
      totpStep: 7,
      recovery: ['a'],
      lockedUntil: 50,
      updated: 9,
      revision: 3,
    });
    const rest = { title: 't', passwordTemporary: true, disabled: true, lastLogin: 4 };
    await registry.write(async (tables) => {
      await tables.accounts.update(id, rest, { now: 10 });
      await tables.accounts.update(id, { lockedUntil: undefined, language: 'en' }, { now: 11 });
      assert.equal(await tables.accounts.update(99, rest, { now: 10 }), false);
    });
    const now = await read.accounts.byId(id);
    assert.deepEqual(
      [now?.title, now?.passwordTemporary, now?.disabled, now?.lastLogin, now?.lockedUntil],
      ['t', true, true, 4, undefined],
    );
  });

  test('gives a name once, whatever its case, also after the account is gone', async (registry) => {
    const id = await insert(registry, 'Ann');
    await refused(insert(registry, 'aNN', { tenant: 2 }), 'common.conflict');
    await registry.write((tables) => tables.accounts.remove(id));
    assert.equal(await registry.read.accounts.byId(id), undefined);
    assert.equal(await registry.read.accounts.byName('ann'), undefined);
    await refused(insert(registry, 'ann'), 'common.conflict');
    assert.ok((await insert(registry, 'bob')) > id);
  });

  test('lists accounts of tenants by page, kind and search', async (registry) => {
    for (const name of ['ann', 'bea', 'cleo', 'dora']) await insert(registry, name);
    await insert(registry, 'robot', { kind: 'service', title: '机器人' });
    await insert(registry, 'other', { tenant: 2 });
    const { accounts } = registry.read;
    const names = async (query: Partial<Parameters<typeof accounts.list>[0]>) =>
      (await accounts.list({ tenants: [1], limit: 10, ...query })).items.map(({ name }) => name);
    assert.deepEqual(await names({ kind: 'service' }), ['robot']);
    assert.deepEqual(await names({ search: '机' }), ['robot']);
    assert.deepEqual(await names({ search: 'EO' }), ['cleo']);
    assert.deepEqual(await names({ search: '%' }), []);
    assert.deepEqual(await names({ tenants: [2] }), ['other']);
    assert.deepEqual(await names({ tenants: [] }), []);
    const bea = (await accounts.byName('bea'))?.id ?? 0;
    const group = await registry.write(async (tables) => {
      const id = await tables.groups.insert({
        tenant: 1,
        name: 'Night',
        title: '夜班',
        created: 1,
      });
      await tables.groups.setMembers(id, [bea]);
      return id;
    });
    assert.deepEqual(await names({ group }), ['bea']);
    assert.deepEqual(await names({ group, kind: 'service' }), []);
    const page = await accounts.list({ tenants: [1, 2], limit: 4 });
    const rest = await accounts.list({ tenants: [1, 2], limit: 4, cursor: page.cursor });
    assert.deepEqual(
      [...page.items, ...rest.items].map(({ name }) => name),
      ['ann', 'bea', 'cleo', 'dora', 'robot', 'other'],
    );
    assert.equal(rest.cursor, undefined);
  });
}

function proofConformance(test: ConformanceTest): void {
  test('keeps passkeys and federated identities', async (registry) => {
    const { read } = registry;
    const ann = await insert(registry, 'ann');
    const bob = await insert(registry, 'bob');
    const key = {
      account: ann,
      name: 'phone',
      credential: 'c1',
      publicKey: '{}',
      algorithm: -7,
      counter: 0,
      created: 1,
    };
    const id = await registry.write((tables) => tables.passkeys.insert(key));
    assert.deepEqual(await read.passkeys.byCredential('c1'), { ...key, id, used: undefined });
    await refused(
      registry.write((tables) => tables.passkeys.insert({ ...key, account: bob })),
      'common.conflict',
    );
    await registry.write((tables) => tables.passkeys.used(id, 5, 9));
    assert.deepEqual(await read.passkeys.ofAccount(ann), [{ ...key, id, counter: 5, used: 9 }]);
    const identity = { provider: 'p', subject: 's', account: ann, created: 2 };
    await registry.write(async (tables) => {
      assert.equal(await tables.passkeys.remove(bob, id), false);
      assert.equal(await tables.passkeys.remove(ann, id), true);
      await tables.federated.put(identity);
    });
    assert.deepEqual(await read.federated.find('p', 's'), identity);
    assert.equal(await read.federated.find('q', 's'), undefined);
    assert.deepEqual(await read.federated.ofAccount(identity.account), [identity]);
    assert.deepEqual(await read.federated.ofAccount(bob), []);
    await registry.write((tables) => tables.federated.put({ ...identity, account: bob }));
    assert.equal((await read.federated.find('p', 's'))?.account, bob);
  });

  test('keeps sessions until they are over', async (registry) => {
    const { read } = registry;
    const ann = await insert(registry, 'ann');
    const token = await registry.write(async (tables) => {
      const id = await tables.tokens.insert({
        tenant: 1,
        account: ann,
        name: 'cli',
        hash: 't',
        scopes: [],
        created: 1,
        expires: undefined,
      });
      await tables.sessions.insert(session('a', { account: ann, strong: true }));
      await tables.sessions.insert(session('b', { account: ann, opened: 2, expires: 10 }));
      await tables.sessions.insert(session('c', { token: id }));
      return id;
    });
    assert.equal((await read.tokens.byHash('t'))?.account, ann);
    await registry.write((tables) => tables.sessions.used([{ hash: 'a', time: 7 }]));
    assert.deepEqual(
      await read.sessions.byHash('a'),
      session('a', { account: ann, strong: true, used: 7 }),
    );
    assert.deepEqual(
      (await read.sessions.ofAccount(ann)).map(({ hash }) => hash),
      ['a', 'b'],
    );
    await registry.write((tables) => tables.sessions.prune(10));
    assert.equal(await read.sessions.byHash('b'), undefined);
    await registry.write((tables) => tables.sessions.removeOfToken(token));
    assert.equal(await read.sessions.byHash('c'), undefined);
    await registry.write(async (tables) => {
      await tables.sessions.insert(session('d', { account: ann }));
      await tables.sessions.remove(['d', 'nobody']);
    });
    assert.equal((await read.sessions.ofAccount(ann)).length, 1);
    await registry.write((tables) => tables.sessions.removeOfAccount(ann));
    assert.deepEqual(await read.sessions.ofAccount(ann), []);
  });
}

function grantConformance(test: ConformanceTest): void {
  test('keeps roles and grants, of accounts and of groups', async (registry) => {
    const { read } = registry;
    const ann = await insert(registry, 'ann');
    const bob = await insert(registry, 'bob');
    const made = await registry.write(async (tables) => {
      const new_ = { tenant: 1, name: 'ops', title: 'Ops', created: 1 };
      const group = await tables.groups.insert(new_);
      await tables.groups.setMembers(group, [bob, ann, ann]);
      const role = await tables.roles.insert({ ...new_, permissions: ['things.read'] });
      const custom = `role:${role}`;
      const own = await tables.grants.insert(
        grant({ account: ann, role: custom, labels: { city: '深圳' }, properties: ['level'] }),
      );
      const shared = await tables.grants.insert(grant({ group, tenant: 2 }));
      return { group, role, custom, own, shared };
    });
    assert.deepEqual(await read.grants.byId(made.own), {
      ...grant({ account: ann, role: made.custom, labels: { city: '深圳' } }),
      properties: ['level'],
      id: made.own,
    });
    const ids = async (of: number) => (await read.grants.ofAccount(of)).map(({ id }) => id);
    assert.deepEqual(await ids(ann), [made.own, made.shared]);
    assert.deepEqual(await ids(bob), [made.shared]);
    assert.deepEqual(await read.grants.accountsWith('viewer', 2), [ann, bob]);
    assert.deepEqual(await read.grants.accountsWith('viewer', 1), []);
    assert.deepEqual(
      (await read.grants.ofTenants([2])).map(({ id }) => id),
      [made.shared],
    );
    assert.deepEqual(
      (await read.grants.ofGroup(made.group)).map(({ id }) => id),
      [made.shared],
    );
    assert.deepEqual(
      (await read.grants.ofRole(made.custom)).map(({ id }) => id),
      [made.own],
    );
    assert.deepEqual(await read.groups.members(made.group), [ann, bob]);
    assert.deepEqual(await read.groups.ofAccount(bob), [made.group]);
    await refused(
      registry.write((tables) => tables.roles.remove(made.role)),
      'common.conflict',
    );
    await registry.write(async (tables) => {
      assert.equal(await tables.grants.remove(made.own), true);
      assert.equal(await tables.grants.remove(made.own), false);
      await tables.roles.remove(made.role);
      await tables.groups.setMembers(made.group, [bob]);
    });
    assert.equal(await read.roles.byId(made.role), undefined);
    assert.deepEqual(await ids(ann), []);
    await registry.write((tables) => tables.groups.remove(made.group));
    assert.deepEqual(await ids(bob), []);
    assert.equal(await read.grants.byId(made.shared), undefined);
    assert.equal(await read.groups.byId(made.group), undefined);
    const both = registry.write((tables) => tables.grants.insert(grant({})));
    await assert.rejects(both);
  });

  test('lists groups, grants and tokens page by page', async (registry) => {
    const { read } = registry;
    const ann = await insert(registry, 'ann');
    const made = await registry.write(async (tables) => {
      const ids = { groups: [0], grants: [0], tokens: [0] };
      for (const name of ['a', 'b', 'c']) {
        const group = await tables.groups.insert({ tenant: 1, name, title: '', created: 1 });
        ids.groups.push(group);
        ids.grants.push(await tables.grants.insert(grant({ group })));
        const token = { tenant: 1, account: name === 'c' ? undefined : ann, name, hash: name };
        const rest = { scopes: [], created: 1, expires: undefined };
        ids.tokens.push(await tables.tokens.insert({ ...token, ...rest }));
      }
      ids.grants.push(await tables.grants.insert(grant({ account: ann, tenant: 2 })));
      return ids;
    });
    const all = { tenants: [1], limit: 2 };
    for (const [list, ids] of [
      [read.groups.list, made.groups],
      [read.grants.list, made.grants],
      [read.tokens.page, made.tokens],
    ] as const) {
      const first = await list(all);
      const second = await list({ ...all, cursor: first.cursor });
      const [, a, b, c] = ids;
      assert.deepEqual(
        [first, second].map(({ items }) => items.map(({ id }) => id)),
        [[a, b], [c]],
      );
      assert.equal(second.cursor, undefined);
      assert.deepEqual((await list({ ...all, tenants: [7] })).items, []);
      await refused(list({ ...all, cursor: 'nonsense' }), 'store.bad-cursor');
    }
    const both = { tenants: [1, 2], limit: 9 };
    const grants = async (of: object): Promise<readonly number[]> =>
      (await read.grants.list({ ...both, ...of })).items.map(({ id }) => id);
    assert.deepEqual(await grants({ account: ann }), [made.grants[4]]);
    assert.deepEqual(await grants({ group: made.groups[1] }), [made.grants[1]]);
    assert.equal((await read.tokens.page({ ...both, account: ann })).items.length, 2);
    await registry.write((tables) => tables.tokens.revoke(1, made.tokens[1] ?? 0, 5));
    assert.deepEqual(
      (await read.tokens.ofAccount(ann)).map(({ id }) => id),
      [made.tokens[2]],
    );
  });

  test('changes roles and groups, each name once in a tenant', async (registry) => {
    const { read } = registry;
    const role = { tenant: 1, name: 'ops', title: 'Ops', permissions: ['a.b'], created: 1 };
    const id = await registry.write((tables) => tables.roles.insert(role));
    assert.deepEqual(await read.roles.byId(id), { ...role, id, updated: 1, revision: 1 });
    await refused(
      registry.write((tables) => tables.roles.insert(role)),
      'common.conflict',
    );
    const group = { tenant: 1, name: 'ops', title: 'Ops', created: 1 };
    const team = await registry.write((tables) => tables.groups.insert(group));
    await refused(
      registry.write((tables) => tables.groups.insert(group)),
      'common.conflict',
    );
    await registry.write(async (tables) => {
      const change = { permissions: ['a.b', 'c.d'] };
      assert.equal(await tables.roles.update(id, change, { now: 2, revision: 1 }), true);
      assert.equal(await tables.roles.update(id, change, { now: 2, revision: 1 }), false);
      await tables.groups.rename(team, 'Team');
    });
    const expected = { ...role, id, permissions: ['a.b', 'c.d'], updated: 2, revision: 2 };
    assert.deepEqual(await read.roles.ofTenants([1]), [expected]);
    assert.deepEqual(await read.roles.ofTenants([2]), []);
    assert.deepEqual(await read.groups.ofTenants([1, 2]), [{ ...group, id: team, title: 'Team' }]);
  });

  test('takes everything of an account with it', async (registry) => {
    const { read } = registry;
    const ann = await insert(registry, 'ann', { password: '$secret' });
    const group = await registry.write(async (tables) => {
      const id = await tables.groups.insert({ tenant: 1, name: 'g', title: '', created: 1 });
      await tables.groups.setMembers(id, [ann]);
      await tables.grants.insert(grant({ account: ann }));
      await tables.federated.put({ provider: 'p', subject: 's', account: ann, created: 1 });
      const token = await tables.tokens.insert({
        tenant: 1,
        account: ann,
        name: '',
        hash: 't',
        scopes: [],
        created: 1,
        expires: undefined,
      });
      await tables.sessions.insert(session('a', { account: ann }));
      await tables.sessions.insert(session('b', { token }));
      await tables.accounts.remove(ann);
      return id;
    });
    assert.deepEqual(await read.groups.members(group), []);
    assert.deepEqual(await read.grants.ofAccount(ann), []);
    assert.equal(await read.federated.find('p', 's'), undefined);
    assert.equal(await read.tokens.byHash('t'), undefined);
    assert.equal(await read.sessions.byHash('a'), undefined);
    assert.equal(await read.sessions.byHash('b'), undefined);
  });
}
