// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, scratch } from './testing.ts';

test('help goes to stdout with 0; no command shows it on stderr with 2', async () => {
  const asked = await run(['--help']);
  assert.equal(asked.code, 0);
  assert.match(asked.out, /Commands:[\s\S]*doctor/);
  const bare = await run([]);
  assert.deepEqual([bare.code, bare.out], [2, '']);
  assert.match(bare.err, /Commands:/);
});

test('wrong usage is 2 and says what is wrong on stderr only', async () => {
  for (const args of [
    ['nonsense'],
    ['thing', 'get'],
    ['version', '--no-such'],
    ['thing', 'ls', '-o', 'xml'],
  ]) {
    const { code, out, err } = await run(args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, /error: /);
  }
});

test('the language follows --lang, then the environment', async () => {
  const chinese = { LANG: 'zh_CN.UTF-8' };
  assert.match((await run(['up', '--help'], { environment: chinese })).out, /用法：/);
  assert.match(
    (await run(['up', '--help', '--lang', 'en'], { environment: chinese })).out,
    /Usage:/,
  );
  const { err } = await run(['config', 'check', '--set', 'x=1'], { environment: chinese });
  assert.match(err, /没有这个配置项/);
});

test('version is data on stdout in the format asked for', async () => {
  const { out } = await run(['version', '-o', 'json']);
  assert.match(JSON.parse(out).node, /^\d+\./);
  assert.match((await run(['version', '-o', 'csv'])).out, /^fengsui,node,openssl,platform\r\n/);
});

test('config check: valid is 0, anything wrong is 5 with the place', async () => {
  using good = scratch({ 'fengsui.yaml': 'demo: true\n' });
  assert.equal((await run(['config', 'check'], { directory: good.path })).code, 0);
  using bad = scratch({ 'fengsui.yaml': 'server:\n  htp: ":0"\n' });
  const { code, err } = await run(['config', 'check'], { directory: bad.path });
  assert.equal(code, 5);
  assert.match(err, /fengsui\.yaml:2:3: server\.htp; did you mean server\.http\?/);
  assert.match(err, /\[config\.unknown-key\]\n {2}→ /);
});

test('config show --origin tells where each value came from, without secrets', async () => {
  const environment = {
    FENGSUI_SERVER__HTTP: ':1',
    FENGSUI_ACCESS__MQTT__TLS__PASSPHRASE: 'hunter2',
  };
  const { out } = await run(['config', 'show', '--origin'], { environment });
  const rows = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    rows.find((row) => row.key === 'server.http'),
    {
      key: 'server.http',
      value: ':1',
      origin: 'FENGSUI_SERVER__HTTP',
    },
  );
  assert.ok(!out.includes('hunter2'));
});

test('doctor: all well is 0, a broken configuration is named and 1', async () => {
  const well = await run([
    'doctor',
    '--json',
    '--set',
    'server.http=127.0.0.1:0',
    '--set',
    'access.mqtt.listen=[::1]:0',
  ]);
  const found = JSON.parse(well.out);
  assert.deepEqual([well.code, found.ok], [0, true], well.out);
  const names = found.checks.map((each: { check: string }) => each.check);
  for (const name of ['node', 'sm3', 'sm4', 'data', 'space', 'lock', 'clock', 'server.http']) {
    assert.ok(names.includes(name), name);
  }
  const ill = await run(['doctor', '--json', '--set', 'nope=1']);
  assert.deepEqual([ill.code, JSON.parse(ill.out).ok], [1, false]);
});
