// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { FaultError, Hours, limitsOf } from '#core';
import { systemClock } from '#runtime';
import { RecordingLogger, SimClock } from '#runtime/sim';
import { openRegistry, type AccountChanges } from '#store';
import { Administrator } from './administrator.ts';
import { ApiTokens } from './api-tokens.ts';
import { RegistryAuthenticator } from './authenticator.ts';

/** A data directory that outlives the processes that open it. */
async function dataDirectory() {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-admin-'));
  const path = join(directory, 'admin.token');
  return {
    directory,
    path,
    read: async () => (await readFile(path, 'utf8')).trim(),
    mode: async () => ((await stat(path)).mode & 0o777).toString(8),
    async [Symbol.asyncDispose](): Promise<void> {
      await rm(directory, { recursive: true });
    },
  };
}

/** One process: the administrator over a fresh authenticator. */
async function startIn(directory: string, separationOfDuties = false) {
  const limits = limitsOf();
  const clock = new SimClock();
  const logger = new RecordingLogger();
  const path = join(directory, 'registry.db');
  const registry = await openRegistry({ path, limits, logger, clock: systemClock });
  const base = { registry: registry.read, limits, clock };
  const authenticator = new RegistryAuthenticator({ ...base, hit: () => {} });
  const tokens = new ApiTokens(registry, authenticator, clock);
  const administrator = new Administrator({
    ...{ directory, tokens, authenticator, clock, registry, separationOfDuties },
  });
  await administrator.start();
  return {
    administrator,
    registry,
    tokens,
    clock,
    async opens(token: string): Promise<boolean> {
      const attempt = { password: Buffer.from(token), source: 'x' };
      return (await authenticator.authenticate(attempt)).ok;
    },
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}

it('the token survives a restart, and nothing else is left in the directory', async () => {
  await using data = await dataDirectory();
  {
    await using _first = await startIn(data.directory);
  }
  const token = await data.read();
  await chmod(data.path, 0o644);
  await writeFile(`${data.path}.new`, 'left by a crash', { mode: 0o644 });
  await using again = await startIn(data.directory);
  assert.equal(await data.read(), token);
  assert.equal(await data.mode(), '600');
  assert.equal(await again.opens(token), true);
  assert.equal((await again.tokens.list(1)).length, 1);
});

it('a lost file gives a new token and ends the old one', async () => {
  await using data = await dataDirectory();
  let old: string;
  {
    await using first = await startIn(data.directory);
    old = await data.read();
    await first.tokens.create({ tenant: 1, name: 'mine', scopes: ['admin'] });
  }
  await rm(data.path);
  await writeFile(`${data.path}.new`, 'left by a crash', { mode: 0o644 });
  await using second = await startIn(data.directory);
  assert.notEqual(await data.read(), old);
  assert.equal(await data.mode(), '600');
  assert.equal(await second.opens(await data.read()), true);
  assert.equal(await second.opens(old), false);
  const valid = (await second.tokens.list(1)).filter((token) => token.revoked === undefined);
  assert.deepEqual(
    valid.map((token) => token.name),
    ['mine', 'administrator (admin.token)'],
  );
  assert.deepEqual(
    (await readdir(data.directory)).filter((name) => name.startsWith('admin')),
    ['admin.token'],
  );
});

it('a token with less than the right of an administrator is replaced', async () => {
  await using data = await dataDirectory();
  let reader: string;
  {
    await using first = await startIn(data.directory);
    ({ token: reader } = await first.tokens.create({ tenant: 1, name: 'r', scopes: ['read'] }));
    await writeFile(data.path, reader);
  }
  await using second = await startIn(data.directory);
  assert.notEqual(await data.read(), reader);
  assert.notEqual(await data.read(), reader);
  assert.equal(await second.opens(await data.read()), true);
});

it('a link opens the first account once, and is void after an hour, after another and with its token', async () => {
  await using data = await dataDirectory();
  await using running = await startIn(data.directory);
  const { administrator, tokens, clock } = running;
  const first = await administrator.newLink();
  const second = await administrator.newLink();
  assert.equal(await administrator.redeem('x'), undefined);
  assert.equal(await administrator.redeem(first), undefined);
  clock.advance(Hours(1));
  assert.equal((await administrator.redeem(second))?.name, 'admin');
  assert.equal(await administrator.redeem(second), undefined);
  const late = await administrator.newLink();
  clock.advance(Hours(1) + 1);
  assert.equal(await administrator.redeem(late), undefined);
  const last = await administrator.newLink();
  const [token] = await tokens.list(1);
  await tokens.revoke(1, token?.id ?? 0);
  assert.equal(await administrator.redeem(last), undefined);
});

it('the first account has its role at the root and nothing that opens it', async () => {
  for (const [separated, role] of [
    [false, 'administrator'],
    [true, 'security-administrator'],
  ] as const) {
    await using data = await dataDirectory();
    let id: number | undefined;
    {
      await using running = await startIn(data.directory, separated);
      const account = await running.administrator.account();
      assert.partialDeepStrictEqual(account, { name: 'admin', tenant: 1, kind: 'user' });
      assert.equal(account?.password, undefined);
      id = account?.id;
      const grants = await running.registry.read.grants.ofAccount(id ?? 0);
      assert.deepEqual(
        grants.map((grant) => [grant.role, grant.tenant]),
        [[role, 1]],
      );
    }
    await using again = await startIn(data.directory, separated);
    assert.equal((await again.administrator.account())?.id, id);
    assert.equal((await again.registry.read.grants.ofAccount(id ?? 0)).length, 1);
  }
});

it('a start prints a link while the first account lacks a password or a second factor', async () => {
  await using data = await dataDirectory();
  await using running = await startIn(data.directory);
  const { administrator, registry } = running;
  const id = (await administrator.account())?.id ?? 0;
  const set = (changes: AccountChanges) =>
    registry.write((tables) => tables.accounts.update(id, changes, { now: 1 }));
  assert.equal(await administrator.needsLink(), true);
  await set({ password: 'x' });
  assert.equal(await administrator.needsLink(), true);
  await set({ totp: 'x' });
  assert.equal(await administrator.needsLink(), false);
  await set({ password: undefined });
  assert.equal(await administrator.needsLink(), true);
  await set({ disabled: true });
  assert.equal(await administrator.needsLink(), false);
  await assert.rejects(administrator.newLink(), FaultError);
  await registry.write((tables) => tables.accounts.remove(id));
  await administrator.start();
  assert.equal(await administrator.account(), undefined);
});
