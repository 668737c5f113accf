// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { lightOf, skip, type ConsolePlace, type OpenOptions, type Watched } from './console.ts';

/** A page as the common checks need to know it. */
export interface CheckedPage {
  /** Names the screenshots. */
  readonly name: string;
  /** A deep link, perhaps with a query. */
  readonly path: string | (() => string);
  /** The text of its h1. */
  readonly heading: { readonly zh: string; readonly en: string };
  /** It needs permissions: without any it says so. */
  readonly guarded: boolean;
  /** Lists below `/api/v1/` that are answered as empty; the page then offers something to do. */
  readonly emptyLists?: readonly string[];
  /** Words in the page that are data, not texts of the console, and may be Chinese. */
  readonly data?: readonly string[];
  /** It is made for phones as well. */
  readonly phone?: boolean;
  /** How the administrator signs in. */
  readonly by?: OpenOptions['by'];
  /** A part of a page: that it survives its server and knows its roles is checked of another part. */
  readonly isPart?: boolean;
  /** More to wait for before the page is judged. */
  readonly ready?: (watched: Watched) => Promise<unknown>;
}

const han = /\p{Script=Han}/u;
/** What the browser itself says of a server that is away. */
const awayNoise = /ERR_CONNECTION|ERR_EMPTY|ERR_SOCKET|WebSocket|Failed to (load|fetch)/;

/** T0: what holds for every page. Registers the tests; the place must have been made in the same file. */
export function commonChecks(place: ConsolePlace, checked: CheckedPage): void {
  const { name, guarded, emptyLists, phone, isPart } = checked;
  const page = new Checks(place, checked);
  for (const language of ['zh', 'en'] as const) {
    test(`${name}: a deep link opens without a fault, ${language}`, { skip }, () =>
      page.opens(language),
    );
  }
  test(`${name}: dark`, { skip }, () => page.dark());
  if (guarded) {
    test(`${name}: a role without permissions gets the 403 page`, { skip }, () => page.forbidden());
  }
  if (emptyLists !== undefined) {
    test(`${name}: an empty list offers what to do`, { skip }, () => page.empty(emptyLists));
  }
  if (phone === true) {
    test(`${name}: fits a phone of 390 pixels`, { skip }, () => page.phone());
  }
  if (isPart === true) return;
  test(`${name}: a server that was killed is told and found again`, { skip }, () =>
    page.recovers(),
  );
}

class Checks {
  readonly #place: ConsolePlace;
  readonly #page: CheckedPage;

  constructor(place: ConsolePlace, page: CheckedPage) {
    this.#place = place;
    this.#page = page;
  }

  async opens(language: 'zh' | 'en'): Promise<void> {
    await using watched = await this.#open({ language });
    await this.#settle(watched, language);
    await watched.shot(`${this.#page.name}-${language}`);
    const words = await watched.words();
    assert.doesNotMatch(words, /⟦/, 'no text is missing');
    if (language === 'en') assert.deepEqual(chineseLines(words, this.#page.data), []);
    assert.deepEqual(await watched.violations(), []);
    assert.deepEqual(watched.faults, []);
  }

  async dark(): Promise<void> {
    await using watched = await this.#open({ dark: true });
    await this.#settle(watched);
    const picture = await watched.shot(`${this.#page.name}-dark`);
    const { mean, deviation } = await lightOf(this.#place, picture);
    assert(mean < 0.4, `dark: ${mean}`);
    assert(deviation > 0.02, `not blank: ${deviation}`);
    assert.deepEqual(await watched.violations(), []);
    assert.deepEqual(watched.faults, []);
  }

  async forbidden(): Promise<void> {
    await using watched = await this.#open({ prepare: withoutPermissions });
    await watched.settled('没有权限');
    await watched.shot(`${this.#page.name}-403`);
    assert.deepEqual(await watched.violations(), []);
    assert.deepEqual(watched.faults, []);
  }

  async empty(lists: readonly string[]): Promise<void> {
    await using watched = await this.#open({ prepare: (page) => answerEmpty(page, lists) });
    const offer = watched.page.locator('.fs-empty').locator('button, a').first();
    await offer.waitFor();
    assert.notEqual((await offer.innerText()).trim(), '');
    await watched.shot(`${this.#page.name}-empty`);
    assert.deepEqual(await watched.violations(), []);
  }

  async phone(): Promise<void> {
    await using watched = await this.#open({ width: 390, height: 844 });
    await this.#settle(watched);
    await watched.shot(`${this.#page.name}-phone`);
    const width = await watched.page.evaluate('document.documentElement.scrollWidth');
    assert(Number(width) <= 390, `nothing is cut off: ${String(width)} pixels wide`);
    assert.deepEqual(await watched.violations(), []);
  }

  async recovers(): Promise<void> {
    await using watched = await this.#open();
    await this.#settle(watched);
    assert.deepEqual(watched.faults, []);
    const { page } = watched;
    await page.evaluate('window.notReloaded = true');
    const restart = await this.#place.kill();
    const banner = page.getByRole('alert').filter({ hasText: '与服务器的连接已断开' });
    await banner.waitFor();
    await watched.shot(`${this.#page.name}-lost`);
    await restart();
    await banner.waitFor({ state: 'detached' });
    await this.#settle(watched);
    await page.locator('[data-live=live]').waitFor();
    assert.equal(await page.evaluate('window.notReloaded'), true, 'the page was not loaded anew');
    assert.deepEqual(
      watched.faults.filter((fault) => !awayNoise.test(fault)),
      [],
    );
  }

  #open(options: OpenOptions = {}): Promise<Watched> {
    const { path, by = 'link' } = this.#page;
    return this.#place.open(typeof path === 'string' ? path : path(), { by, ...options });
  }

  async #settle(watched: Watched, language: 'zh' | 'en' = 'zh'): Promise<void> {
    await watched.settled(this.#page.heading[language]);
    await this.#page.ready?.(watched);
  }
}

function chineseLines(words: string, data: readonly string[] = []): string[] {
  const rest = data.reduce((text, word) => text.replaceAll(word, ''), words);
  return rest.split('\n').filter((line) => han.test(line));
}

/** The session as the server tells it, but without any permission. */
export async function withoutPermissions(page: Page): Promise<void> {
  await page.route('**/api/v1/session', async (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const response = await route.fetch();
    const session: Record<string, unknown> = await response.json();
    const tenant = { id: 1, name: 'root' };
    const user = { id: 0, name: 'nobody', title: '', kind: 'user' };
    const rest = { user, tenant, home: tenant, strong: true, needs: [], demo: false };
    return route.fulfill({ json: { ...rest, ...session, permissions: [] } });
  });
}

/** Answers lists of the API in the server's place: there is nothing. */
export async function answerEmpty(page: Page, lists: readonly string[]): Promise<void> {
  const places = new Set(lists.map((list) => `/api/v1/${list}`));
  await page.route(
    (url) => places.has(url.pathname),
    (route) =>
      route.request().method() === 'GET'
        ? route.fulfill({ json: { items: [] } })
        : route.fallback(),
  );
}
