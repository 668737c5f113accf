// SPDX-License-Identifier: Apache-2.0
// What stands around every page: menu, search, tenant, language, colours, live channel, banners, ways out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { lightOf, consolePlace, skip, type Watched } from '../../support/console.ts';

const place = consolePlace();
const heading = '个人设置';

/** Changes what the server tells of the session. */
async function session(page: Page, change: object): Promise<void> {
  await page.route('**/api/v1/session', async (route: Route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const response = await route.fetch();
    const told: object = await response.json();
    return route.fulfill({ json: { ...told, ...change } });
  });
}

async function profile(options: Parameters<typeof place.open>[1] = {}): Promise<Watched> {
  const watched = await place.open('/profile', options);
  await watched.settled(options.language === 'en' ? 'Profile' : heading);
  return watched;
}

test('an address that needs a session asks for it and stays what it was', { skip }, async () => {
  await using watched = await place.open('/profile?tab=x', { signedIn: false });
  const { page } = watched;
  await page.locator('button[type=submit]').waitFor();
  await watched.shot('login-zh');
  assert.deepEqual(await watched.violations(), []);
  await page.emulateMedia({ colorScheme: 'dark' });
  const { mean } = await lightOf(place, await watched.shot('login-dark'));
  assert(mean < 0.4);
  assert.deepEqual(await watched.violations(), []);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText('Password', { exact: true }).first().waitFor();
  await watched.shot('login-en');
  const words = (await watched.words()).replaceAll('烽燧', '');
  assert.doesNotMatch(words, /\p{Script=Han}|⟦/u);
  assert.deepEqual(watched.faults, []);
  await page.getByText('Token', { exact: true }).click();
  await page.locator('input[type=password]').fill('wrong');
  await page.locator('button[type=submit]').click();
  await page.getByRole('alert').filter({ hasText: 'security.' }).waitFor();
  await page.locator('input[type=password]').fill(place.server.adminToken);
  await page.locator('button[type=submit]').click();
  await watched.settled('Profile');
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/profile?tab=x');
});

test('the one-time link signs in, once, and leaves the address', { skip }, async () => {
  const { link } = await place.call('POST', '/api/v1/session/link');
  await using watched = await place.open(String(link), { signedIn: false });
  await watched.page.locator('[data-live=live]').waitFor();
  assert.equal(new URL(watched.page.url()).search, '');
  await watched.page.reload();
  await watched.page.locator('[data-live=live]').waitFor();
  assert.deepEqual(watched.faults, []);
  await using stranger = await place.open(String(link), { signedIn: false });
  await stranger.page.getByRole('alert').filter({ hasText: 'security.bad-credentials' }).waitFor();
  assert.equal(new URL(stranger.page.url()).search, '');
});

test('Ctrl-K and / search pages and things; arrows and Enter go there', { skip }, async () => {
  await place.call('POST', '/api/v1/things', { name: '7 号泵站' });
  await using watched = await profile();
  const { page } = watched;
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: '搜索' });
  await box.fill('泵站');
  await page.getByRole('option', { name: /7 号泵站/ }).waitFor();
  await watched.shot('search-zh');
  assert.deepEqual(await watched.violations(), []);
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'hidden' });
  await page.locator('#main').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('/');
  await box.fill('泵站');
  await page.getByRole('option', { name: /7 号泵站/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/things\/\d+/);
  assert.deepEqual(watched.faults, []);
});

test('keys in a field are letters', { skip }, async () => {
  await using watched = await profile();
  await watched.page.getByLabel('显示名称').fill('');
  await watched.page.getByLabel('显示名称').pressSequentially('a/b');
  assert.equal(await watched.page.getByRole('combobox', { name: '搜索' }).count(), 0);
  assert.equal(await watched.page.getByLabel('显示名称').inputValue(), 'a/b');
});

test('language and colours change at once and are remembered', { skip }, async () => {
  await using watched = await profile();
  const { page } = watched;
  await page.getByRole('button', { name: 'English' }).click();
  await watched.settled('Profile');
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  await page.getByRole('button', { name: 'Appearance' }).click();
  await page.getByRole('menuitem', { name: 'Dark' }).click();
  await page.locator('html[data-theme=dark]').waitFor();
  await page.reload();
  await watched.settled('Profile');
  await page.locator('html[data-theme=dark]').waitFor();
  const { mean } = await lightOf(place, await watched.shot('profile-en-dark'));
  assert(mean < 0.4);
  assert.deepEqual(watched.faults, []);
});

test('the menu folds, is remembered, and is a drawer on a phone', { skip }, async () => {
  await using watched = await profile();
  const { page } = watched;
  const toggle = page.getByRole('button', { name: '展开或收起菜单' });
  await toggle.click();
  await page.locator('.ant-layout-sider-collapsed').waitFor();
  await page.reload();
  await page.locator('.ant-layout-sider-collapsed').waitFor();
  assert.deepEqual(await watched.violations(), []);
  await page.setViewportSize({ width: 390, height: 844 });
  await toggle.click();
  await page.getByRole('dialog').getByRole('navigation', { name: '主菜单' }).waitFor();
  await watched.shot('menu-phone');
  assert.deepEqual(watched.faults, []);
});

test('a role sees only what it may in the menu', { skip }, async () => {
  await using watched = await profile({
    prepare: (page) => session(page, { permissions: [] }),
  });
  assert.equal(
    await watched.page.getByRole('navigation', { name: '主菜单' }).getByRole('link').count(),
    0,
  );
});

test('a chosen tenant goes with every request and with the live channel', { skip }, async () => {
  const seen: string[] = [];
  await using watched = await profile({
    prepare: async (page) => {
      await page.route('**/api/v1/tenants?*', (route) =>
        route.fulfill({ json: { items: [{ id: 77, name: 'District 7' }] } }),
      );
      page.on('websocket', (socket) => seen.push(socket.url()));
    },
  });
  const { page } = watched;
  await page.locator('[data-live=live]').waitFor();
  assert.deepEqual(
    seen.map((url) => new URL(url).search),
    [''],
  );
  await page.getByRole('combobox', { name: '租户' }).click();
  const asked = page.waitForRequest((request) => request.headers()['fengsui-tenant'] === '77');
  await page.getByTitle('District 7').click();
  await asked;
  await page.waitForEvent('websocket', (socket) => socket.url().endsWith('?tenant=77'));
});

test('what is to be mended is counted and told', { skip }, async () => {
  const text = { zh: '备份已过期', en: 'the backup is old' };
  await using watched = await profile({
    prepare: (page) =>
      page.route('**/api/v1/system/issues', (route) =>
        route.fulfill({
          json: { items: [{ code: 'backup.old', severity: 'warning', title: text, fix: text }] },
        }),
      ),
  });
  await watched.page.getByRole('button', { name: '待修复 1 项' }).click();
  await watched.page.getByText('备份已过期').first().waitFor();
  await watched.shot('issues-zh');
  assert.deepEqual(await watched.violations(), []);
  assert.deepEqual(watched.faults, []);
});

test('demo data is said to be so and removed by one click', { skip }, async () => {
  let removed = false;
  await using watched = await profile({
    prepare: async (page) => {
      await page.route('**/api/v1/session', async (route) => {
        const response = await route.fetch();
        const told: object = await response.json();
        await route.fulfill({ json: { ...told, demo: !removed } });
      });
      await page.route('**/api/v1/demo', (route) => {
        removed = route.request().method() === 'DELETE';
        return route.fulfill({ status: 204 });
      });
    },
  });
  const { page } = watched;
  await page.getByText('示范数据').first().waitFor();
  await watched.shot('demo-zh');
  await page.getByRole('button', { name: '一键清除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '一键清除' }).click();
  await page.getByText('示范数据：').waitFor({ state: 'detached' });
  assert(removed);
  assert.deepEqual(watched.faults, []);
});

test('where no WebSocket passes, pages poll and the badge says so', { skip }, async () => {
  await using watched = await profile({
    prepare: (page) => page.routeWebSocket('**/api/v1/live', (socket) => socket.close()),
  });
  await watched.page.locator('[data-live=polling]').waitFor({ timeout: 60_000 });
  await watched.page.getByText('轮询').waitFor();
  assert.deepEqual(watched.faults, []);
});

test('a session that ended elsewhere brings the login to where one is', { skip }, async () => {
  await using watched = await profile();
  const { page } = watched;
  await page.context().clearCookies();
  await page.getByLabel('显示名称').fill('x');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.locator('button[type=submit]', { hasText: '登录' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/profile');
});

test('signing out ends the session for good', { skip }, async () => {
  await using watched = await profile();
  const { page } = watched;
  await page.getByRole('button', { name: /^用户/ }).click();
  await page.getByRole('menuitem', { name: '退出' }).click();
  await page.locator('button[type=submit]', { hasText: '登录' }).waitFor();
  await page.reload();
  await page.locator('button[type=submit]', { hasText: '登录' }).waitFor();
});

test('an address without a page says so', { skip }, async () => {
  await using watched = await place.open('/no/such/page');
  await watched.settled('页面不存在');
  assert.deepEqual(await watched.violations(), []);
  assert.deepEqual(watched.faults, []);
});

test('a page that fails leaves the others alone', { skip }, async () => {
  await using watched = await place.open('/profile', {
    prepare: (page) => page.route('**/api/v1/me', (route) => route.fulfill({ json: { name: {} } })),
  });
  await watched.settled('页面出错');
  await watched.shot('broken-zh');
  await watched.page.getByRole('button', { name: '重新打开' }).waitFor();
  await watched.page.getByRole('navigation', { name: '主菜单' }).waitFor();
});

test('the page of the API lists every route and every error', { skip }, async () => {
  await using watched = await place.open('/docs#security.forbidden', { signedIn: false });
  const { page } = watched;
  await page.locator('#errors tbody tr').first().waitFor();
  const { paths } = await place.call('GET', '/openapi.json');
  const operations = Object.values({ ...Object(paths) }).flatMap((item) =>
    Object.keys(Object(item)),
  );
  assert.equal(await page.locator('#routes details .method').count(), operations.length);
  await page.locator('#filter').fill('history');
  await page.locator('#routes details:visible').first().locator('summary').click();
  await watched.shot('docs');
  assert((await page.locator('#routes details:visible').count()) < 8);
  assert.deepEqual(watched.faults, []);
});
