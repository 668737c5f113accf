// SPDX-License-Identifier: Apache-2.0
// The console in a real browser over a real server: what every page has to pass (T0), and what its own tests work with.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { buildConsole } from '../../tools/console.mjs';
import { root } from '../../tools/lib/gate.ts';
import { startServer, type RunningServer } from '../../tools/support/server.ts';

const executablePath = '/usr/bin/chromium';
const artefacts = join(root, 'artefacts/console');
const missing = !existsSync(executablePath);
const waitMs = 15_000;

/** For node:test: why browser tests are left out here; never in CI. */
export const skip =
  missing && process.env['CI'] !== 'true' ? `${executablePath} is missing` : false;

export interface OpenOptions {
  /** zh where left out. */
  readonly language?: 'zh' | 'en';
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** False: nobody is signed in. */
  readonly signedIn?: boolean;
  /** By the token of admin.token, which may all; a one-time link is one factor only. */
  readonly by?: 'link' | 'token';
  /** Runs before the first request: to answer some in the server's place. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** A server with data of its own and a browser, for one test file. */
export class ConsolePlace {
  #data = '';
  #server: RunningServer | undefined;
  #browser: Browser | undefined;
  readonly #settings: readonly string[];

  constructor(settings: readonly string[]) {
    this.#settings = settings;
  }

  get server(): RunningServer {
    assert(this.#server !== undefined, 'started');
    return this.#server;
  }

  async start(): Promise<void> {
    assert(buildConsole(root), 'the console is built');
    this.#data = await mkdtemp(join(tmpdir(), 'fengsui-console-'));
    await mkdir(artefacts, { recursive: true });
    this.#server = await startServer({ data: this.#data, settings: this.#settings });
    this.#browser = await chromium.launch({
      executablePath,
      args: [
        ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ],
    });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#server?.[Symbol.asyncDispose]();
    if (this.#data !== '') await rm(this.#data, { recursive: true, force: true });
  }

  /** Kills the server as a power cut does; `restart` brings it back on the same port with the same data. */
  async kill(): Promise<() => Promise<void>> {
    const { host } = new URL(this.server.http);
    await this.server.kill();
    return async () => {
      const settings = [...this.#settings, `server.http=${host}`];
      this.#server = await startServer({ data: this.#data, settings });
    };
  }

  /** Opens a page of the console as the administrator. */
  async open(path: string, options: OpenOptions = {}): Promise<Watched> {
    const { language = 'zh', dark = false, width = 1_440, height = 900, signedIn = true } = options;
    const context = await this.context({
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      colorScheme: dark ? 'dark' : 'light',
      viewport: { width, height },
    });
    if (signedIn) await this.signIn(context, options.by);
    const page = await context.newPage();
    page.setDefaultTimeout(waitMs);
    const watched = new Watched(page, this.server.http);
    await options.prepare?.(page);
    await page.goto(this.server.http + path);
    return watched;
  }

  context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    assert(this.#browser !== undefined, 'started');
    return this.#browser.newContext({ reducedMotion: 'reduce', ...options });
  }

  /** Gives the browser a session of the first administrator, by a one-time link where nothing else is said. */
  async signIn(context: BrowserContext, by: OpenOptions['by'] = 'link'): Promise<void> {
    const data = by === 'link' ? { link: await this.#link() } : { token: this.server.adminToken };
    const answer = await context.request.post(`${this.server.http}/api/v1/session`, { data });
    assert(answer.ok(), `signed in: ${answer.status()} ${await answer.text()}`);
  }

  async #link(): Promise<string | null> {
    const { link } = await this.call('POST', '/api/v1/session/link');
    return new URL(String(link), this.server.http).searchParams.get('link');
  }

  /** Asks the API as the administrator; the body of the answer. */
  async call(method: string, path: string, json?: object): Promise<Record<string, unknown>> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.server.adminToken}` };
    if (json !== undefined) headers['content-type'] = 'application/json';
    const body = json === undefined ? null : JSON.stringify(json);
    const response = await fetch(this.server.http + path, { method, headers, body });
    const text = await response.text();
    assert(response.ok, `${method} ${path}: ${response.status} ${text}`);
    const value: unknown = text === '' ? {} : JSON.parse(text);
    assert(typeof value === 'object' && value !== null);
    return { ...value };
  }
}

/**
 * A place for the tests of a file: started and filled before the first, removed after the last. Hooks of a file run side
 * by side, so what a test needs to be there is made by `fill`.
 */
export function consolePlace(
  settings: readonly string[] = [],
  fill?: (place: ConsolePlace) => Promise<unknown>,
): ConsolePlace {
  const place = new ConsolePlace(settings);
  before(async () => {
    if (skip !== false) return;
    await place.start();
    await fill?.(place);
  });
  after(() => place.stop());
  return place;
}

declare global {
  interface Window {
    /** Violations of the content security policy. */
    refusedByPolicy?: string[];
  }
}

/** A browser's page that remembers whatever goes wrong in it. */
export class Watched implements AsyncDisposable {
  readonly page: Page;
  /** Errors of the console, of scripts and of the content security policy, and requests to elsewhere. */
  readonly faults: string[] = [];

  constructor(page: Page, origin: string) {
    this.page = page;
    const { host } = new URL(origin);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) {
        this.faults.push(`${message.text()} ${message.location().url}`);
      }
    });
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.host !== host)
        this.faults.push(`request to ${request.url()}`);
    });
  }

  /** The page of that heading is there and at rest. */
  async settled(heading: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    await this.page.waitForLoadState('networkidle').catch(() => undefined);
    await this.page.locator('.fs-wait, .ant-spin-spinning').first().waitFor({ state: 'detached' });
  }

  shot(name: string): Promise<Buffer> {
    return this.page.screenshot({ path: join(artefacts, `${name}.png`) });
  }

  /** What axe finds against WCAG 2 A and AA, one line a node. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(axeSource());
    return this.page.evaluate(axeRun);
  }

  /** Everything that can be read or heard: text, labels, titles; the language's own names left out. */
  async words(): Promise<string> {
    return this.page.evaluate(readWords);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}

// Programs for the browser, as texts: this project's types know no DOM.
const axeRun = `axe
  .run(document, { runOnly: ['wcag2a', 'wcag2aa'], resultTypes: ['violations'] })
  .then(({ violations }) =>
    violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 300) + ' ' + failureSummary)))`;

const readWords = `(() => {
  const own = [...document.querySelectorAll('[data-own-name]')];
  const text = document.body.innerText.split('\\n');
  const names = new Set(own.map((each) => each.innerText.trim()));
  const labels = [...document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')]
    .filter((each) => !each.closest('[data-own-name]'))
    .flatMap((each) => ['aria-label', 'title', 'placeholder', 'alt'].map((name) => each.getAttribute(name) ?? ''));
  return [document.title, ...text.filter((line) => !names.has(line.trim())), ...labels].join('\\n');
})()`;

function axeSource(): string {
  return readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
}

/** How light a picture is from 0 to 1, and how much that differs over it. */
export async function lightOf(
  place: ConsolePlace,
  picture: Buffer,
): Promise<{ readonly mean: number; readonly deviation: number }> {
  const context = await place.context();
  try {
    const page = await context.newPage();
    return await page.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${picture.toString('base64')}';
      await image.decode();
      const canvas = new OffscreenCanvas(160, 100).getContext('2d');
      canvas.drawImage(image, 0, 0, 160, 100);
      const { data } = canvas.getImageData(0, 0, 160, 100);
      const light = [];
      for (let i = 0; i < data.length; i += 4)
        light.push((0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2]) / 255);
      const mean = light.reduce((a, b) => a + b) / light.length;
      const spread = light.reduce((sum, each) => sum + (each - mean) ** 2, 0) / light.length;
      return { mean, deviation: Math.sqrt(spread) };
    })()`);
  } finally {
    await context.close();
  }
}
