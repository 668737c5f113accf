// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify from 'fastify';
import type { Api } from '../server.ts';
import { consoleRoutes } from './routes.ts';

let directory = '';

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fengsui-dist-'));
  await mkdir(join(directory, 'assets'));
  const index =
    '<meta name="fengsui-base" content="/" /><script type="module" src="./assets/a-1.js"></script>';
  await writeFile(join(directory, 'index.html'), index);
  await writeFile(join(directory, 'secret.js'), 'not an asset');
  await writeFile(join(directory, 'assets/a-1.js'), 'plain');
  await writeFile(join(directory, 'assets/a-1.js.br'), 'br');
  await writeFile(join(directory, 'assets/a-1.js.gz'), 'gz');
  await writeFile(join(directory, 'assets/b.exe'), 'no type of ours');
});

after(() => rm(directory, { recursive: true }));

function served(place: string = directory, basePath = '/'): Api {
  const app = fastify().withTypeProvider<TypeBoxTypeProvider>();
  consoleRoutes(app, { basePath, built: pathToFileURL(`${place}/`) });
  return app;
}

const asPage = { accept: 'text/html,application/xhtml+xml' };

test('a deep link gets the console with a nonce of its own in policy and scripts', async () => {
  const app = served();
  const nonces = new Set<string>();
  for (const url of ['/', '/things/5?tab=history', '/no/such/page']) {
    const answer = await app.inject({ url, headers: asPage });
    assert.equal(answer.statusCode, 200);
    const policy = String(answer.headers['content-security-policy']);
    const nonce = /style-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    assert.match(answer.body, new RegExp(`<script nonce="${nonce.replaceAll('+', '\\+')}" `));
    assert.match(answer.body, /src="\/assets\/a-1\.js"/);
    nonces.add(nonce);
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
      assert(policy.split('; ').includes(part), part);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(answer.headers['cache-control'], 'no-store');
  }
  assert.equal(nonces.size, 3);
});

test('behind a path of a proxy everything is named from that path', async () => {
  const answer = await served(directory, '/iot/').inject({ url: '/things/5', headers: asPage });
  assert.match(answer.body, /content="\/iot\/"/);
  assert.match(answer.body, /src="\/iot\/assets\/a-1\.js"/);
});

test('what programs ask for in vain is not answered with a page', async () => {
  const app = served();
  for (const [url, accept] of [
    ['/api/v1/nothing', asPage.accept],
    ['/nothing.json', 'application/json'],
    ['/nothing', '*/*'],
  ] as const) {
    assert.equal((await app.inject({ url, headers: { accept } })).statusCode, 404, url);
  }
  assert.equal((await app.inject({ url: '/things', method: 'POST' })).statusCode, 404);
});

test('assets come compressed as the browser takes them, and are kept for ever', async () => {
  const app = served();
  const cases = [
    ['gzip, deflate, br', 'br', 'br'],
    ['gzip', 'gzip', 'gz'],
    ['br;q=0, gzip', 'gzip', 'gz'],
    ['gzip;q=0.0', undefined, 'plain'],
    ['', undefined, 'plain'],
  ] as const;
  for (const [accepted, encoding, body] of cases) {
    const answer = await app.inject({
      url: '/assets/a-1.js',
      headers: { 'accept-encoding': accepted },
    });
    assert.equal(answer.headers['content-encoding'], encoding, accepted);
    assert.equal(answer.body, body);
    assert.equal(answer.headers['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(answer.headers['vary'], 'accept-encoding');
    assert.match(String(answer.headers['cache-control']), /immutable/);
  }
});

test('only assets are served, by their names', async () => {
  const app = served();
  for (const url of [
    '/assets/missing.js',
    '/assets/b.exe',
    '/assets/..%2fsecret.js',
    '/assets/../secret.js',
    '/assets/%2e%2e%2fsecret.js',
    '/assets/..%5csecret.js',
    '/secret.js',
    '/.stamp',
  ]) {
    assert.equal((await app.inject({ url })).statusCode, 404, url);
  }
});

test('without a build the server says so', async () => {
  const answer = await served(join(directory, 'none')).inject({ url: '/', headers: asPage });
  assert.equal(answer.statusCode, 503);
  assert.match(answer.body, /npm start/);
  assert.match(String(answer.headers['content-security-policy']), /default-src 'none'/);
});

test('the API page has its own files and the same policy', async () => {
  const app = served();
  const answer = await app.inject({ url: '/docs' });
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers['content-security-policy']), /script-src 'self'/);
  for (const url of ['/docs.js', '/docs.css', '/icon.svg'])
    assert.equal((await app.inject({ url })).statusCode, 200, url);
});
