// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { refused, type ConformanceTest } from './refused.ts';
import { sampleThing } from './samples.ts';

/** Certificate authorities and provisioning keys. */
export function admissionConformance(test: ConformanceTest): void {
  test('keeps certificate authorities', async (registry) => {
    const { read } = registry;
    const ca = {
      tenant: 1,
      name: 'plant',
      certificate: 'PEM',
      fingerprint: 'f',
      key: undefined,
      justInTime: 'claim',
      model: 'urn:m',
      created: 1,
    } as const;
    const id = await registry.write((tables) => tables.authorities.insert(ca));
    assert.deepEqual(await read.authorities.byId(id), { ...ca, id, revoked: undefined });
    await refused(
      registry.write((tables) => tables.authorities.insert(ca)),
      'common.conflict',
    );
    await registry.write((tables) => tables.authorities.change(id, { justInTime: 'register' }));
    assert.equal((await read.authorities.byFingerprint('f'))?.model, 'urn:m');
    await registry.write((tables) => tables.authorities.change(id, { model: undefined }));
    const now = await read.authorities.byFingerprint('f');
    assert.deepEqual([now?.justInTime, now?.model], ['register', undefined]);
    assert.equal((await read.authorities.inUse()).length, 1);
    const again = await registry.write(async (tables) => {
      assert.equal(await tables.authorities.revoke(2, id, 5), false);
      assert.equal(await tables.authorities.revoke(1, id, 5), true);
      assert.equal(await tables.authorities.revoke(1, id, 6), false);
      return tables.authorities.insert({ ...ca, key: 'sealed' });
    });
    assert.equal((await read.authorities.byFingerprint('f'))?.key, 'sealed');
    assert.deepEqual(
      (await read.authorities.inUse()).map((row) => row.id),
      [again],
    );
    assert.deepEqual(
      (await read.authorities.ofTenant(1)).map((row) => row.revoked),
      [5, undefined],
    );
  });

  test('ends credentials at a time, and forgets those that are over', async (registry) => {
    const { read } = registry;
    const base = { tenant: 1, thing: 1, name: '', username: undefined, created: 1 } as const;
    const token = (n: number) =>
      ({
        ...{ ...base, kind: 'token' as const, hash: `h${n}`, fingerprint: undefined },
        ...{ subject: undefined, expires: n === 1 ? 50 : undefined },
      }) as const;
    const certificate = (n: number) =>
      ({
        ...{ ...base, kind: 'certificate' as const, hash: undefined, fingerprint: `f${n}` },
        ...{ subject: `ca:1:${n}`, expires: 100 * n },
      }) as const;
    await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1)]);
      for (const n of [1, 2, 3, 4]) await tables.credentials.insert(token(n));
      for (const n of [1, 2]) await tables.credentials.insert(certificate(n));
      assert.equal(await tables.credentials.expire(1, 1, 90), true);
      assert.equal(await tables.credentials.expire(1, 2, 90), true);
      assert.equal(await tables.credentials.expire(2, 3, 90), false);
      assert.equal(await tables.credentials.revoke(1, 3, 40), true);
      assert.equal(await tables.credentials.expire(1, 3, 90), false);
      await tables.credentials.revoke(1, 5, 41);
      await tables.credentials.revoke(1, 6, 42);
    });
    const ends = (await read.credentials.ofThing(1)).map((row) => row.expires);
    assert.deepEqual(ends, [50, 90, undefined, undefined, 100, 200]);
    assert.equal(await read.credentials.isRevoked('f1'), true);
    assert.equal(await read.credentials.isRevoked('f3'), false);
    const subjects = async (prefix: string, limit: number) =>
      (await read.credentials.revokedBySubject(prefix, limit)).map((row) => row.subject);
    assert.deepEqual(await subjects('ca:1:', 10), ['ca:1:2', 'ca:1:1']);
    assert.deepEqual(await subjects('ca:1:', 1), ['ca:1:2']);
    assert.deepEqual(await subjects('ca:11:', 10), []);
    await registry.write((tables) => tables.credentials.forget(1, 1, 150));
    const kept = (await read.credentials.ofThing(1)).map((row) => row.id);
    assert.deepEqual(kept, [3, 4, 6]);
  });

  test('keeps provisioning keys and counts each device once', async (registry) => {
    const { read } = registry;
    const key = {
      tenant: 1,
      model: 'urn:m',
      name: 'batch 7',
      hash: 'h',
      admits: 'listed',
      devicesMax: 10,
      created: 1,
      expires: undefined,
    } as const;
    const id = await registry.write(async (tables) => {
      await tables.things.insert([sampleThing(1), sampleThing(2)]);
      const made = await tables.provisioning.insert(key);
      await tables.provisioning.list(made, ['a', 'b', 'a', 'c']);
      await tables.provisioning.assign(made, 'a', { thing: 1, issued: undefined });
      await tables.provisioning.list(made, ['a', 'd']);
      await tables.provisioning.assign(made, 'a', { thing: 2, issued: 7 });
      await tables.provisioning.assign(made, 'z', { thing: 1, issued: 8 });
      return made;
    });
    const found = await read.provisioning.byHash('h');
    assert.deepEqual(found, { ...key, id, devices: 2, revoked: undefined });
    assert.deepEqual(await read.provisioning.device(id, 'a'), {
      ...{ key: id, serial: 'a', thing: 2, issued: 7 },
    });
    assert.equal((await read.provisioning.device(id, 'b'))?.thing, undefined);
    assert.equal(await read.provisioning.device(id, 'x'), undefined);
    assert.deepEqual(await read.provisioning.byId(id), found);
    const page = await read.provisioning.devices(id, { limit: 3 });
    const rest = await read.provisioning.devices(id, { limit: 3, cursor: page.cursor });
    assert.deepEqual(
      [...page.items, ...rest.items].map(({ serial }) => serial),
      ['a', 'b', 'c', 'd', 'z'],
    );
    assert.equal(rest.cursor, undefined);
    assert.equal(await registry.write((tables) => tables.provisioning.revoke(1, id, 9)), true);
    assert.equal(await read.provisioning.byHash('h'), undefined);
    assert.equal((await read.provisioning.ofTenant(1))[0]?.revoked, 9);
  });
}
