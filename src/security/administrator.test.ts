// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { Hours, limitsOf } from '#core';
import { systemClock } from '#runtime';
import { RecordingLogger, SimClock } from '#runtime/sim';
import { openRegistry } from '#store';
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
async function startIn(directory: string) {
  const limits = limitsOf();
  const clock = new SimClock();
  const logger = new RecordingLogger();
  const path = join(directory, 'registry.db');
  const registry = await openRegistry({ path, limits, logger, clock: systemClock });
  const base = { registry: registry.read, limits, clock };
  const authenticator = new RegistryAuthenticator({ ...base, hit: () => {} });
  const tokens = new ApiTokens(registry, authenticator, clock);
  const administrator = new Administrator({ directory, tokens, authenticator, clock });
  await administrator.start();
  return {
    administrator,
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
  const principal = second.administrator.redeem(second.administrator.newLink());
  assert.deepEqual(principal?.kind === 'token' && principal.scopes, ['admin']);
});

it('a link is void once its token is revoked, after an hour, and after another link', async () => {
  await using data = await dataDirectory();
  await using running = await startIn(data.directory);
  const { administrator, tokens, clock } = running;
  const first = administrator.newLink();
  const second = administrator.newLink();
  assert.equal(administrator.redeem(first), undefined);
  clock.advance(Hours(1));
  const principal = administrator.redeem(second);
  assert.equal(principal?.kind, 'token');
  const late = administrator.newLink();
  clock.advance(Hours(1) + 1);
  assert.equal(administrator.redeem(late), undefined);
  const last = administrator.newLink();
  const [token] = await tokens.list(1);
  await tokens.revoke(1, token?.id ?? 0);
  assert.equal(administrator.redeem(last), undefined);
});
