// SPDX-License-Identifier: Apache-2.0
// A person's own account: password, code generator, passkey, sessions, and signing in with each.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { commonChecks } from '../../support/console-checks.ts';
import { consolePlace, skip, type Watched } from '../../support/console.ts';

const place = consolePlace();
const password = 'a long pass phrase 7';

commonChecks(place, {
  name: 'profile',
  path: '/profile',
  heading: { zh: '个人设置', en: 'Profile' },
  guarded: false,
  phone: true,
});

const stepMs = 30_000;

/** The code of a generator now (RFC 6238 with SHA-1, 6 digits, 30 s), or the next where this one was used. */
function codeOf(secret: string, after = 0): { code: string; step: number } {
  const step = Math.max(Math.floor(Date.now() / stepMs), after + 1);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  const code = String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
  return { code, step };
}

function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = '';
  for (const char of text.replaceAll(/[\s=]/g, ''))
    bits += alphabet.indexOf(char).toString(2).padStart(5, '0');
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

async function signOut({ page }: Watched): Promise<void> {
  await page.getByRole('button', { name: /^用户/ }).click();
  await page.getByRole('menuitem', { name: '退出' }).click();
  await page.locator('button[type=submit]', { hasText: '登录' }).waitFor();
}

async function signIn({ page }: Watched): Promise<void> {
  await page.getByLabel('用户名').fill('admin');
  await page.getByRole('textbox', { name: '密码', exact: true }).fill(password);
  await page.locator('button[type=submit]').click();
}

test(
  'password, code generator and recovery codes, from the profile to the next login',
  { skip },
  async () => {
    await using watched = await place.open('/profile');
    const { page } = watched;
    await watched.settled('个人设置');
    await page.getByText('请设置自己的密码').waitFor();
    await page.getByLabel('新密码', { exact: true }).fill(password);
    await page.getByLabel('再次输入新密码').fill('something else');
    await page.getByRole('button', { name: '更改密码' }).click();
    await page.getByText('两次输入不一致').waitFor();
    await page.getByLabel('再次输入新密码').fill(password);
    await page.getByRole('button', { name: '更改密码' }).click();
    await page.getByText('密码已更改').waitFor();
    await page.getByText('请设置自己的密码').waitFor({ state: 'detached' });

    await using other = await place.open('/profile', { signedIn: false });
    await signIn(other);
    await other.settled('个人设置');

    await page.getByRole('button', { name: '启用', exact: true }).click();
    const secret = await page.getByLabel('密钥', { exact: true }).innerText();
    await page.getByRole('img', { name: '动态口令二维码' }).waitFor();
    await watched.shot('profile-totp');
    assert.deepEqual(await watched.violations(), []);
    const { code, step } = codeOf(secret);
    await page.getByLabel('6 位数字').fill(code);
    await page.getByRole('button', { name: '确认启用' }).click();
    const recovery = (await page.getByLabel(/^恢复码只显示这一次/).innerText()).split('\n');
    assert(recovery.length >= 8);
    await page.getByText('管理员须启用第二因素').waitFor({ state: 'detached' });
    assert.deepEqual(watched.faults, []);

    await other.page.reload();
    await other.page.getByRole('button', { name: '进行第二步验证' }).click();
    await other.page.getByRole('button', { name: '改用恢复码' }).click();
    await other.page.getByLabel('恢复码').fill(recovery[1] ?? '');
    await other.page.locator('button[type=submit]', { hasText: '登录' }).click();
    await other.page.getByText('本次登录', { exact: true }).waitFor({ state: 'detached' });
    assert.deepEqual(other.faults, []);

    await signOut(watched);
    await signIn(watched);
    await page.getByLabel(/6 位数字/).fill('000000');
    await page.locator('button[type=submit]').click();
    await page.getByRole('alert').filter({ hasText: 'security.bad-second-factor' }).waitFor();
    await watched.shot('login-second-factor');
    assert.deepEqual(await watched.violations(), []);
    await page.getByLabel(/6 位数字/).fill(codeOf(secret, step).code);
    await page.locator('button[type=submit]').click();
    await watched.settled('个人设置');

    await signOut(watched);
    await signIn(watched);
    await page.getByRole('button', { name: '改用恢复码' }).click();
    await page.getByLabel('恢复码').fill(recovery[0] ?? '');
    await page.locator('button[type=submit]').click();
    await watched.settled('个人设置');
    await page.getByText(`还有 ${recovery.length - 2} 个恢复码`).waitFor();
  },
);

test('a passkey is made and signs in by itself', { skip }, async () => {
  await using watched = await place.open('/profile');
  const { page } = watched;
  // Passkeys belong to names, and a browser takes no address for one.
  const { port } = new URL(place.server.http);
  const { link } = await place.call('POST', '/api/v1/session/link');
  const client = await page.context().newCDPSession(page);
  await client.send('WebAuthn.enable');
  await client.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...({ protocol: 'ctap2', transport: 'internal', hasResidentKey: true } as const),
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  const code = new URL(String(link), place.server.http).search;
  await page.goto(`http://localhost:${port}/profile${code}`);
  await watched.settled('个人设置');
  await page.getByLabel('名称', { exact: true }).fill('laptop');
  await page.getByRole('button', { name: '添加通行密钥' }).click();
  await page.getByRole('button', { name: '删除 laptop' }).waitFor();
  await watched.shot('profile-passkey');
  assert.deepEqual(await watched.violations(), []);
  await signOut(watched);
  await page.getByRole('button', { name: '使用通行密钥' }).click();
  await watched.settled('个人设置');
  await page.getByRole('button', { name: '删除 laptop' }).click();
  await page.getByText('尚无通行密钥').waitFor();
});

test('sessions of other browsers are listed and ended', { skip }, async () => {
  await using here = await place.open('/profile');
  await using there = await place.open('/profile');
  await here.settled('个人设置');
  await there.settled('个人设置');
  await here.page.reload();
  await here.page.getByRole('button', { name: '结束其他所有登录' }).click();
  await here.page
    .getByRole('button', { name: '结束', exact: true })
    .first()
    .waitFor({ state: 'detached' });
  await there.page.reload();
  await there.page.locator('button[type=submit]', { hasText: '登录' }).waitFor();
});
