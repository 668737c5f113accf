// SPDX-License-Identifier: Apache-2.0
// The live page and the page of the API in a real browser, over a real server with a real MQTT device.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import mqtt from 'mqtt';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startServer, type RunningServer } from '../../tools/support/server.ts';

const executablePath = '/usr/bin/chromium';
const artefacts = join(import.meta.dirname, '..', '..', 'artefacts');
const missing = !existsSync(executablePath);
const skip = missing && process.env['CI'] !== 'true' ? `${executablePath} is missing` : false;
const waitMs = 15_000;

let data = '';
let server: RunningServer;
let browser: Browser;

before(async () => {
  if (skip !== false) return;
  data = await mkdtemp(join(tmpdir(), 'fengsui-page-'));
  await mkdir(artefacts, { recursive: true });
  server = await startServer({ data });
  browser = await chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
});

after(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
  if (data !== '') await rm(data, { recursive: true, force: true });
});

/** A page that fails the test for whatever goes wrong in it. */
class Watched implements AsyncDisposable {
  readonly page: Page;
  /** Errors of the console, of scripts and of the content security policy, and requests to elsewhere. */
  readonly faults: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.faults.push(message.text());
    });
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('request', (request) => {
      const { host } = new URL(request.url());
      if (host !== new URL(server.http).host) this.faults.push(`request to ${request.url()}`);
    });
  }

  static async open(path: string, options: object = {}): Promise<Watched> {
    const context = await browser.newContext({ locale: 'zh-CN', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(waitMs);
    const watched = new Watched(page);
    await page.goto(server.http + path);
    return watched;
  }

  text(selector: string): Promise<string> {
    return this.page.locator(selector).innerText();
  }

  /** Waits until a figure is above zero. */
  async positive(selector: string): Promise<void> {
    const until = performance.now() + waitMs;
    while (!(Number((await this.text(selector)).replaceAll(/\D/g, '')) > 0)) {
      assert(performance.now() < until, `${selector} is above zero`);
      await setTimeout(50);
    }
  }

  shot(name: string): Promise<Buffer> {
    return this.page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true });
  }

  async signIn(): Promise<void> {
    await this.page.locator('#token').fill(server.adminToken);
    await this.page.locator('form button').click();
    await this.page.locator('#board').waitFor();
    await this.page.locator('#live.on').waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}

async function call(method: string, path: string, json?: object): Promise<Record<string, unknown>> {
  const response = await fetch(server.http + path, {
    method,
    headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(json ?? {}),
  });
  assert(response.ok, `${method} ${path}: ${response.status}`);
  return objectOf(await response.json());
}

function objectOf(value: unknown): Record<string, unknown> {
  assert(typeof value === 'object' && value !== null);
  return { ...value };
}

/** A thing that publishes ten times a second until it is disposed of. */
async function device(name: string): Promise<Disposable> {
  const thing = await call('POST', '/api/v1/things', { name });
  const { username, token } = await call(
    'POST',
    `/api/v1/things/${String(thing['id'])}/credentials`,
  );
  const { host, port } = server.mqtt;
  const client = await mqtt.connectAsync({
    ...{ host, port, protocol: 'mqtt', protocolVersion: 5 },
    ...{ username: String(username), password: String(token) },
  });
  let level = 0;
  const timer = setInterval(() => {
    const reading = {
      temperature: 20 + Math.sin(level) * 3,
      level: level++,
      pumping: level % 9 < 4,
    };
    client.publish('things/me/properties', JSON.stringify(reading), { qos: 1 });
  }, 100);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      client.end(true);
    },
  };
}

const han = /\p{Script=Han}/u;

test(
  'sign in by token, see a device, a refusal within two seconds, both languages',
  { skip },
  async () => {
    using _pump = await device('1 号泵站');
    using _gate = await device('North gate');
    await using watched = await Watched.open('/');
    const { page } = watched;
    await page.locator('#sign-in').waitFor();
    await watched.shot('page-sign-in');
    await page.locator('#token').fill('wrong');
    await page.locator('form button').click();
    await page.locator('#sign-in-fault:not(:empty)').waitFor();
    assert.match(await watched.text('#sign-in-fault'), han);
    // The browser itself tells of the 401.
    assert.equal(watched.faults.length, 1);
    watched.faults.length = 0;
    await watched.signIn();
    for (const id of ['messages', 'points', 'connections', 'things'])
      await watched.positive(`#${id}`);
    await page.getByText('1 号泵站').first().waitFor();
    await page.getByText('North gate').first().waitFor();
    assert.equal(await page.locator('#readings tr').count(), 6);
    assert.match(await watched.text('#listeners'), /mqtt\s+\S*127\.0\.0\.1:\d+/);
    const { host, port } = server.mqtt;
    const refused = mqtt.connectAsync({
      ...{
        host,
        port,
        protocol: 'mqtt',
        username: 'stranger',
        password: 'guess',
        clientId: 'x-ray',
      },
      ...{ reconnectPeriod: 0 },
    });
    await assert.rejects(refused);
    const since = performance.now();
    await page.locator('#refused tr').first().waitFor();
    const tookMs = performance.now() - since;
    assert(tookMs < 2_000, `shown after ${tookMs.toFixed(0)} ms`);
    const row = await watched.text('#refused tr:first-child');
    assert.match(row, /stranger/);
    assert.match(row, /身份未知或密钥错误/);
    await watched.shot('page-zh');
    await page.emulateMedia({ colorScheme: 'dark' });
    await watched.shot('page-zh-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('#language').click();
    await page.locator('#refused tr', { hasText: 'the identity is unknown' }).first().waitFor();
    const visible = (await watched.text('body')).replaceAll('1 号泵站', '').replaceAll('烽燧', '');
    assert.doesNotMatch(visible.replace('中文', ''), han, 'nothing is left in the other language');
    await watched.shot('page-en');
    await page.reload();
    await page.locator('#live.on').waitFor();
    assert.equal(await watched.text('#language'), '中文', 'the language is remembered');
    await page.setViewportSize({ width: 390, height: 844 });
    await watched.shot('page-narrow');
    await page.locator('#sign-out').click();
    await page.locator('#sign-in').waitFor();
    await page.reload();
    await page.locator('#sign-in').waitFor();
    assert.deepEqual(watched.faults, []);
  },
);

test('the one-time link that the terminal shows signs in, once', { skip }, async () => {
  const place = await mkdtemp(join(tmpdir(), 'fengsui-link-'));
  const program = join(import.meta.dirname, '..', '..', 'bin', 'fengsui');
  const listen = ['server.http=127.0.0.1:0', 'access.mqtt.listen=127.0.0.1:0'];
  const sets = listen.flatMap((setting) => ['--set', setting]);
  const child = spawn(process.execPath, [program, 'up', '--data', place, ...sets], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    let told = '';
    let link: string | undefined;
    for await (const chunk of child.stdout) {
      told += String(chunk);
      link = /(http:\S+\?link=\S+)/.exec(told)?.[1];
      if (link !== undefined) break;
    }
    assert(link !== undefined, told);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(link);
    await page.locator('#live.on').waitFor();
    assert.equal(new URL(page.url()).search, '', 'the code is gone from the address');
    await page.reload();
    await page.locator('#live.on').waitFor();
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(link);
    await stranger.locator('#sign-in-fault:not(:empty)').waitFor();
    assert.equal(await stranger.locator('#board').isVisible(), false);
  } finally {
    child.kill('SIGTERM');
    await exited;
    await rm(place, { recursive: true, force: true });
  }
});

test('the page of the API lists every route and every error', { skip }, async () => {
  await using watched = await Watched.open('/docs#security.forbidden');
  const { page } = watched;
  await page.locator('#errors tbody tr').first().waitFor();
  const described = objectOf(await (await fetch(`${server.http}/openapi.json`)).json());
  const paths = Object.values(objectOf(described['paths']));
  const operations = paths.flatMap((item) => Object.keys(objectOf(item)));
  assert.equal(await page.locator('#routes details .method').count(), operations.length);
  await page.locator('#filter').fill('history');
  await page.locator('#routes details:visible').first().locator('summary').click();
  await watched.shot('docs');
  assert((await page.locator('#routes details:visible').count()) < 8);
  await page.emulateMedia({ colorScheme: 'dark' });
  await watched.shot('docs-dark');
  assert.deepEqual(watched.faults, []);
});

test('a server that goes away and comes back is told and found again', { skip }, async () => {
  await using watched = await Watched.open('/', { locale: 'en-GB' });
  const { page } = watched;
  await watched.signIn();
  assert.deepEqual(watched.faults, []);
  await server[Symbol.asyncDispose]();
  await page.locator('#live', { hasText: 'reconnecting' }).waitFor();
  await watched.shot('page-reconnecting');
  const { host } = new URL(server.http);
  await setTimeout(1_500);
  server = await startServer({ data, settings: [`server.http=${host}`] });
  // Sessions are in memory, so a restart asks for the token again.
  await page.locator('#sign-in').waitFor();
  using _device = await device('after the restart');
  await watched.signIn();
  await page.getByText('after the restart').first().waitFor();
  await watched.positive('#messages');
  // What the browser itself tells of a server that is away is all.
  const others = watched.faults.filter(
    (text) => !/ERR_CONNECTION|WebSocket|Failed to load/.test(text),
  );
  assert.deepEqual(others, []);
});
