// SPDX-License-Identifier: Apache-2.0
// The wizard of 接入: every command that it shows is run as it stands in a shell.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { root } from '../../../tools/lib/gate.ts';
import { consolePlace, skip, type Watched } from '../../support/console.ts';
import { commandMsMax, makeDevice, run, shell } from '../../support/devices.ts';

const certificates = mkdtempSync(join(tmpdir(), 'fengsui-access-'));
after(() => rmSync(certificates, { recursive: true, force: true }));
const inCertificates = (name: string): string => join(certificates, name);
if (skip === false) makeCertificate();

function makeCertificate(): void {
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', inCertificates('key.pem'), '-out', inCertificates('cert.pem'), '-days', '2'],
      ...['-subj', '/CN=fengsui-test', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ],
    { stdio: 'pipe' },
  );
}

const place = consolePlace([
  'access.mqtt.tls.listen=127.0.0.1:0',
  `access.mqtt.tls.cert=${inCertificates('cert.pem')}`,
  `access.mqtt.tls.key=${inCertificates('key.pem')}`,
]);

const model = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  '@type': 'tm:ThingModel',
  id: 'urn:test:pump-room',
  title: 'Pump room',
  version: { model: '1.0.0' },
  properties: {
    temperature: { type: 'number', unit: 'Cel', minimum: -40, maximum: 85 },
    pump: { type: 'string', enum: ['running', 'stopped'] },
  },
};
let modelIsThere: Promise<unknown> | undefined;

interface Wizard {
  readonly via: 'mqtt' | 'mqtts' | 'mqttHttp' | 'http';
  readonly name: string;
  readonly withModel?: boolean;
  readonly width?: number;
}

/** Goes through the wizard up to the snippets. */
async function wizard({ via, name, withModel = true, width = 1_440 }: Wizard): Promise<Watched> {
  modelIsThere ??= place.call('POST', '/api/v1/models', model);
  await modelIsThere;
  const watched = await place.open('/access', { width });
  const { page } = watched;
  await page.locator(`input[type=radio][value=${via}]`).check({ force: true });
  if (withModel) {
    await page.getByRole('combobox', { name: '物模型' }).fill('pump-ro');
    await page.getByTitle(/^Pump room 1\.0\.0/).click();
  }
  await page.getByLabel('名称').fill(name);
  await page.getByRole('button', { name: '创建设备并生成凭据' }).click();
  await page.getByText('等待首包').waitFor();
  return watched;
}

/** The text of a snippet as somebody would copy it. */
async function snippet({ page }: Watched, title: string): Promise<string> {
  await page.getByRole('tab', { name: title, exact: true }).click();
  const text = page.locator(`pre[aria-label="${title}"]`);
  await text.waitFor();
  return (await text.textContent()) ?? '';
}

/** Every step of the strip is ticked. */
async function stored({ page }: Watched): Promise<void> {
  await page.locator('[data-step=receive][data-state=ok]').waitFor();
  for (const step of ['decode', 'model', 'log', 'store'])
    await page.locator(`[data-step=${step}][data-state=ok]`).waitFor();
  await page.getByText('首包已入库').waitFor();
}

function valuesOf({ page }: Watched, property: string): Locator {
  return page.locator(`tr[data-property=${property}] td`);
}

/** Whether a command works here; in CI it must. */
async function works(command: string, ...args: readonly string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    (error: unknown) => {
      if (process.env['CI'] === 'true') throw error;
      return false;
    },
  );
}

const hasPaho = (): Promise<boolean> => works('/usr/bin/python3', '-c', 'import paho.mqtt');
const hasHeader = (name: string): Promise<boolean> =>
  works('/usr/bin/gcc', '-fsyntax-only', '-include', name, '-xc', '/dev/null');

test(
  'MQTT: the wizard, then mosquitto_pub as it is shown, ticked off to the store',
  { skip },
  async () => {
    await using watched = await wizard({ via: 'mqtt', name: 'pump 1' });
    const { page } = watched;
    await watched.shot('access-wizard-zh');
    assert.deepEqual(await watched.violations(), []);
    await shell(await snippet(watched, 'mosquitto_pub'), certificates);
    await stored(watched);
    const cells = valuesOf(watched, 'temperature');
    await cells.nth(2).filter({ hasText: '21.5 Cel' }).waitFor();
    assert.equal(await cells.nth(1).innerText(), '21.5');
    assert.equal(await valuesOf(watched, 'pump').nth(2).innerText(), '"running"');
    await watched.shot('access-wizard-stored');
    assert.deepEqual(await watched.violations(), []);
    // What is changed in the message changes in the commands.
    await page.locator('#ac-payload').fill('{"temperature": 30.25}');
    await shell(await snippet(watched, 'curl (HTTP)'), certificates);
    await cells.nth(2).filter({ hasText: '30.25 Cel' }).waitFor();
    await page.locator('#ac-payload').fill('{"temperature": 31');
    await page.getByText('不是合法的 JSON').waitFor();
    assert.deepEqual(watched.faults, []);
  },
);

test('a value that the model refuses says where and what to do', { skip }, async () => {
  await using watched = await wizard({ via: 'mqtt', name: 'pump 2' });
  const { page } = watched;
  await page.locator('#ac-payload').fill('{"temperature": 900}');
  // MQTT 5 tells the client too.
  const told = await shell(await snippet(watched, 'mosquitto_pub'), certificates);
  assert.match(told, /temperature|153|Payload format/i);
  const alert = page.getByRole('alert').filter({ hasText: '/temperature' });
  await alert.waitFor();
  await page.locator('[data-step=model][data-state=failed]').waitFor();
  await watched.shot('access-wizard-refused');
  await page.locator('#ac-payload').fill('{"temperature": 20}');
  await shell(await snippet(watched, 'mosquitto_pub'), certificates);
  await stored(watched);
  await alert.waitFor({ state: 'detached' });
});

/** A folder in which the programs of a snippet find their packages. */
async function workshop(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'fengsui-snippet-'));
  await symlink(join(root, 'node_modules'), join(path, 'node_modules'));
  await copyFile(inCertificates('cert.pem'), join(path, 'fengsui-ca.pem'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

for (const via of ['mqtt', 'mqtts', 'mqttHttp', 'http'] as const) {
  test(
    `${via}: every snippet runs as it is shown where its program is there`,
    { skip },
    async (t) => {
      await using watched = await wizard({ via, name: `each ${via}` });
      const { page } = watched;
      await using here = await workshop();
      if (via === 'mqtts') {
        const downloading = page.waitForEvent('download');
        await page.getByRole('button', { name: /fengsui-ca\.pem/ }).click();
        await (await downloading).saveAs(join(here.path, 'fengsui-ca.pem'));
        const saved = await readFile(join(here.path, 'fengsui-ca.pem'), 'utf8');
        assert.equal(saved.trim(), (await readFile(inCertificates('cert.pem'), 'utf8')).trim());
      }
      let value = 20;
      const send = async (
        title: string,
        start: (text: string) => Promise<unknown>,
      ): Promise<void> => {
        value += 0.25;
        await page.locator('#ac-payload').fill(JSON.stringify({ temperature: value }));
        await start(await snippet(watched, title));
        const shown = valuesOf(watched, 'temperature')
          .nth(2)
          .filter({ hasText: `${value} Cel` });
        await shown.waitFor().catch((error: unknown) => {
          throw new Error(`${via} ${title}: the value did not come`, { cause: error });
        });
      };
      const program = (name: string, interpreter: string) => async (text: string) => {
        await writeFile(join(here.path, name), text);
        return run(interpreter, [name], { cwd: here.path, timeout: commandMsMax });
      };
      const inShell = (text: string): Promise<string> => shell(text, here.path);
      if (via === 'http') await send('curl', inShell);
      else await send('curl (HTTP)', inShell);
      if (via === 'mqtt' || via === 'mqtts') await send('mosquitto_pub', inShell);
      await send('Node.js', program('first.mjs', process.execPath));
      if (via === 'http' || (await hasPaho()))
        await send('Python', program('first.py', '/usr/bin/python3'));
      else t.diagnostic('python3-paho-mqtt is missing: the Python snippet was not run');
      const library = via === 'http' ? 'curl/curl.h' : 'MQTTClient.h';
      if (await hasHeader(library)) {
        const link =
          via === 'http' ? '-lcurl' : via === 'mqtts' ? '-lpaho-mqtt3cs' : '-lpaho-mqtt3c';
        await send(via === 'http' ? 'C (libcurl)' : 'C (Paho)', async (text) => {
          await writeFile(join(here.path, 'first.c'), text);
          return shell(`gcc -Wall -Werror first.c ${link} -o first && ./first`, here.path);
        });
      } else t.diagnostic(`${library} is missing: the C snippet was not run`);
      await stored(watched);
      assert.deepEqual(watched.faults, []);
    },
  );
}

test(
  'without a model the first packet is collected; the browser sends it, on a phone',
  { skip },
  async () => {
    await using watched = await wizard({
      ...{ via: 'http', name: 'no model', withModel: false, width: 390 },
    });
    const { page } = watched;
    await page.getByRole('button', { name: '替我发一条' }).click();
    await page.getByText('已发送，1 个读数被接收').waitFor();
    await stored(watched);
    await valuesOf(watched, 'temperature').nth(2).filter({ hasText: '21.5' }).waitFor();
    await watched.shot('access-wizard-phone');
    const width = await page.evaluate('document.documentElement.scrollWidth');
    assert(Number(width) <= 390, `${String(width)} pixels wide`);
    assert.deepEqual(await watched.violations(), []);
  },
);

test('nothing comes: after half a minute the diagnosis runs by itself', { skip }, async () => {
  await using watched = await wizard({ via: 'mqtt', name: 'silent' });
  const { page } = watched;
  const checks = page.getByRole('list', { name: '逐项检查' });
  await checks.waitFor({ timeout: 45_000 });
  await page.getByRole('alert').filter({ hasText: '首先要处理' }).waitFor();
  await checks.locator('[data-state=fail]').first().waitFor();
  await watched.shot('access-diagnosis');
  assert.deepEqual(await watched.violations(), []);
  assert.deepEqual(watched.faults, []);
});

test(
  'a known device gets one more credential, and a wrong one of its own is told at once',
  { skip },
  async () => {
    const { id, token } = await makeDevice(place, 'known');
    await using watched = await place.open(`/access?thing=${id}&via=http`);
    const { page } = watched;
    await page.getByText(`known · `).waitFor();
    await page.getByRole('button', { name: '生成凭据' }).click();
    await page.getByText('等待首包').waitFor();
    await page.locator('[data-live=live]').waitFor();
    const command = await snippet(watched, 'curl');
    assert(!command.includes(token), 'another one');
    const named = `/api/v1/things/${id}/properties`;
    const wrong = command
      .replace(/\/api\/v1\S*properties/, named)
      .replace(/fsd_[\w-]+/, 'wrong-secret-of-it');
    await shell(wrong, certificates);
    await page.getByRole('alert').filter({ hasText: '被拒' }).waitFor();
    await shell(command, certificates);
    await stored(watched);
    await page.getByRole('alert').filter({ hasText: '被拒' }).waitFor({ state: 'detached' });
    // The token is shown once, but not lost by looking elsewhere.
    await page.getByRole('tab', { name: '监听' }).click();
    await page.getByRole('tab', { name: '接入向导' }).click();
    assert.equal(await snippet(watched, 'curl'), command);
    assert.deepEqual(watched.faults, []);
  },
);
