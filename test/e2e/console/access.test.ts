// SPDX-License-Identifier: Apache-2.0
// 接入 in a real browser: the common checks of each tab, the inbox, packets, bans, listeners. The wizard has its own file.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import mqtt from 'mqtt';
import type { Locator } from 'playwright-core';
import { commonChecks } from '../../support/console-checks.ts';
import { consolePlace, skip } from '../../support/console.ts';
import { makeDevice, shell, type Device } from '../../support/devices.ts';

const place = consolePlace([
  // The inspector is to be flooded by the server, not spared.
  'limits.live.ratePerSecondMax=4000',
  'limits.mqtt.publishesPerSecond=100000',
  'limits.mqtt.publishBurst=100000',
]);
const heading = { zh: '接入', en: 'Access' };

for (const tab of ['connect', 'listeners', 'inbox', 'packets', 'bans']) {
  const lists: Record<string, readonly string[]> = {
    listeners: ['listeners'],
    inbox: ['diagnosis', 'certificate-claims'],
    packets: [],
    bans: ['bans'],
  };
  const emptyLists = lists[tab];
  commonChecks(place, {
    name: `access-${tab}`,
    path: `/access?tab=${tab}`,
    heading,
    guarded: true,
    ready: ({ page }) => page.locator(`[role=tabpanel][id$=${tab}]`).waitFor(),
    ...(emptyLists === undefined ? {} : { emptyLists }),
    ...(tab === 'connect' ? { phone: true } : {}),
  });
}

const httpUrl = (): string => `${place.server.http}/api/v1/things/me/properties`;

test(
  'a wrong token is in the inbox with its reason, and a claim makes the same command work',
  { skip },
  async () => {
    await using watched = await place.open('/access?tab=inbox');
    const { page } = watched;
    await watched.settled('接入');
    const command = `curl -sS -o /dev/null -w '%{http_code}' -X POST ${httpUrl()} -H 'Authorization: Bearer a-secret-made-at-the-factory-0042' -H 'Content-Type: application/json' --data '{"level":4}'`;
    assert.equal(await shell(command, tmpdir()), '401');
    const row = page
      .getByRole('row')
      .filter({ hasText: '127.0.0.1' })
      .filter({ hasText: '没有这个名称的设备' });
    await row.first().waitFor();
    await watched.shot('access-inbox-row');
    assert.deepEqual(await watched.violations(), []);
    await row.first().click();
    await page.getByRole('dialog').getByText('access.unknown-identity').waitFor();
    await watched.shot('access-inbox-detail');
    await page.keyboard.press('Escape');
    await row.first().getByRole('button', { name: '认领' }).click();
    const dialogue = page.getByRole('dialog').filter({ hasText: '认领为设备' });
    await dialogue.getByLabel('名称').fill('claimed tank');
    await dialogue.getByRole('button', { name: '认领' }).click();
    await dialogue.getByText('已认领').waitFor();
    await watched.shot('access-claimed');
    assert.deepEqual(await watched.violations(), []);
    assert.equal(await shell(command, tmpdir()), '200');
    assert.deepEqual(watched.faults, []);
  },
);

test('the inbox takes its filters from the address', { skip }, async () => {
  await shell(
    `curl -s -X POST ${httpUrl()} -d x -H 'Authorization: Bearer another-wrong-token-1'`,
    tmpdir(),
  );
  const path = '/access?tab=inbox&step=auth&withinMs=600000&protocol=http&source=127.0.0.1';
  await using watched = await place.open(path);
  const { page } = watched;
  await watched.settled('接入');
  await page.getByRole('row').filter({ hasText: '127.0.0.1' }).first().waitFor();
  await page.getByPlaceholder('来源地址').fill('192.0.2.77');
  await page.getByText('没有符合条件的记录').waitFor();
  assert.match(page.url(), /source=192\.0\.2\.77/);
  await page.getByRole('button', { name: '清除筛选' }).click();
  await page.getByRole('row').filter({ hasText: '127.0.0.1' }).first().waitFor();
});

const options = ({ id, token }: Device) => ({
  ...{ username: String(id), password: token, reconnectPeriod: 0, protocolVersion: 5 as const },
});

test(
  'a packet: bytes, meaning and way side by side; a malformed one names its byte',
  { skip },
  async () => {
    const own = await makeDevice(place, 'inspected');
    await using watched = await place.open(`/access?tab=packets&thing=${own.id}`);
    const { page } = watched;
    await watched.settled('接入');
    await page.getByRole('button', { name: '开始检视' }).first().click();
    await page.getByText('正在等待报文').waitFor();
    const { host, port } = place.server.mqtt;
    const client = await mqtt.connectAsync(`mqtt://${host}:${port}`, options(own));
    await client.publishAsync('things/me/properties', '{"level": 7}', { qos: 1 });
    const published = page.getByRole('option').filter({ hasText: 'PUBLISH' });
    await published.first().waitFor();
    await page.keyboard.press('j');
    await published.first().click();
    const detail = page.getByRole('region', { name: '报文详情' });
    assert.match(await detail.getByLabel('解码', { exact: true }).innerText(), /"level": 7/);
    const hex = await detail.getByLabel('原始字节').innerText();
    assert(hex.includes(Buffer.from('{"le').toString('hex').match(/../g)?.join(' ') ?? '?'));
    for (const step of ['receive', 'auth', 'decode', 'model', 'log', 'store'])
      await detail.locator(`[data-step=${step}][data-state=ok]`).waitFor();
    await watched.shot('access-packets-detail');
    assert.deepEqual(await watched.violations(), []);
    await client.endAsync();

    await page.keyboard.press('p');
    await page.goto(`${place.server.http}/access?tab=packets&protocol=mqtt&follow=1`);
    await page.getByText('正在等待报文').waitFor();
    await page.locator('[data-live=live]').waitFor();
    // A CONNECT of which the name of the protocol is not one.
    const socket = connect(port, host);
    socket.on('error', () => undefined);
    socket.end(Buffer.from([0x10, 0x0c, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x58, 4, 2, 0, 60, 0, 0]));
    const bad = page.getByRole('option').filter({ hasText: '异常' });
    await bad.first().waitFor();
    await page.getByLabel('只看异常').check();
    await bad.first().click();
    await page
      .getByRole('alert')
      .filter({ hasText: /byte \d+/ })
      .waitFor();
    await page.locator('mark').waitFor();
    await watched.shot('access-packets-malformed');
    await page.getByRole('tab', { name: '未识别接入' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: /byte \d+/ })
      .first()
      .waitFor();
    assert.deepEqual(watched.faults, []);
  },
);

/** Waits until the last number of a text is greater. */
async function more(counter: Locator, least: number): Promise<void> {
  for (;;) {
    const count = Number(/(\d+)\D*$/.exec((await counter.textContent()) ?? '')?.[1] ?? 0);
    if (count > least) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test(
  'two thousand messages a second: the page answers, and says what it left out',
  { skip },
  async () => {
    const own = await makeDevice(place, 'flood');
    await using watched = await place.open(`/access?tab=packets&thing=${own.id}&follow=1`);
    const { page } = watched;
    await watched.settled('接入');
    await page.getByText('正在等待报文').waitFor();
    await page.locator('[data-live=live]').waitFor();
    const { host, port } = place.server.mqtt;
    const client = await mqtt.connectAsync(`mqtt://${host}:${port}`, options(own));
    let sent = 0;
    const flood = setInterval(() => {
      for (let i = 0; i < 40; i++) client.publish('things/me/properties', `{"level": ${sent++}}`);
    }, 20);
    try {
      await more(page.locator('[data-count=taken]'), 6_000);
      // A field takes what is typed, and the keys walk.
      await page.getByPlaceholder('客户端标识').fill('');
      await page.getByRole('radiogroup', { name: '方向' }).getByText('上行').click();
      await page.getByLabel('只看异常').check();
      await page.getByLabel('只看异常').uncheck();
      await page.locator('h1').click();
      await page.keyboard.press('j');
      await page.getByText('画面已暂停').waitFor();
      await page.getByRole('region', { name: '报文详情' }).waitFor();
      await page.keyboard.press('j');
      assert.equal(await page.getByRole('option', { selected: true }).count(), 1);
      assert((await page.getByRole('option').count()) < 200, 'only what is in sight is drawn');
      await more(page.locator('[data-count=dropped]'), 0);
      await watched.shot('access-packets-flood');
      const downloading = page.waitForEvent('download');
      await page.getByRole('button', { name: '下载 NDJSON' }).click();
      const file = await (await downloading).path();
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      assert(lines.length > 100);
      const first: { readonly direction?: unknown } = JSON.parse(lines[0] ?? '');
      assert.equal(first.direction, 'in');
    } finally {
      clearInterval(flood);
      client.end(true);
    }
    await page.getByRole('button', { name: '清空' }).click();
    assert.deepEqual(watched.faults, []);
  },
);

test('a ban is made, listed and lifted', { skip }, async () => {
  await using watched = await place.open('/access?tab=bans');
  const { page } = watched;
  await watched.settled('接入');
  await page.getByRole('button', { name: '添加封禁' }).click();
  const dialogue = page.getByRole('dialog');
  await dialogue.getByLabel('对象').fill('127.0.0.1');
  await dialogue.getByRole('button', { name: '封禁' }).click();
  await dialogue.getByRole('alert').filter({ hasText: 'access.own-address' }).waitFor();
  await dialogue.getByLabel('对象').fill('192.0.2.0/24');
  await dialogue.getByLabel('原因').fill('port scan');
  await watched.shot('access-ban');
  assert.deepEqual(await watched.violations(), []);
  await dialogue.getByRole('button', { name: '封禁' }).click();
  const row = page.getByRole('row').filter({ hasText: '192.0.2.0/24' });
  await row.waitFor();
  await row.getByText('port scan').waitFor();
  await watched.shot('access-bans-row');
  await row.getByRole('button', { name: '解除' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '解除' }).click();
  await row.waitFor({ state: 'detached' });
});

test('listeners: each with its address, connections lead to their list', { skip }, async () => {
  const own = await makeDevice(place, 'listed');
  const { host, port } = place.server.mqtt;
  const client = await mqtt.connectAsync(`mqtt://${host}:${port}`, options(own));
  try {
    await using watched = await place.open('/access?tab=listeners');
    const { page } = watched;
    await watched.settled('接入');
    const row = page.getByRole('row').filter({ hasText: `127.0.0.1:${port}` });
    await row.waitFor();
    await page.getByRole('button', { name: /^如何更改 mqtts$/ }).click();
    await page.getByText('FENGSUI_ACCESS__MQTT__TLS__LISTEN').waitFor();
    await watched.shot('access-listeners-change');
    assert.deepEqual(await watched.violations(), []);
    await page.keyboard.press('Escape');
    await row.getByRole('link').click();
    await watched.settled('当前连接');
    await page
      .getByRole('row')
      .filter({ hasText: `#${own.id}` })
      .waitFor();
  } finally {
    client.end(true);
  }
});
