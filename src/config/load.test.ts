// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { loadConfig, type ConfigSources, type LoadedConfig } from './load.ts';

interface Given extends Partial<ConfigSources> {
  readonly yaml?: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** Loads from a directory of its own; `{dir}` in environment values stands for it. */
function load(given: Given): LoadedConfig & { readonly directory: string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'fengsui-config-'));
  try {
    if (given.yaml !== undefined) writeFileSync(path.join(directory, 'fengsui.yaml'), given.yaml);
    for (const [name, text] of Object.entries(given.files ?? {})) {
      writeFileSync(path.join(directory, name), text);
    }
    const environment = Object.fromEntries(
      Object.entries(given.environment ?? {}).map(([key, text]) => [
        key,
        text?.replace('{dir}', directory),
      ]),
    );
    return { ...loadConfig({ workingDirectory: directory, ...given, environment }), directory };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function valid(given: Given): Extract<LoadedConfig, { ok: true }> & { readonly directory: string } {
  const loaded = load(given);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded;
}

/** The faults as `code at: detail`. */
function faults(given: Given): string[] {
  const loaded = load(given);
  assert.ok(!loaded.ok, 'expected faults');
  return loaded.faults.map((each) => `${each.code} ${each.at}: ${each.detail}`);
}

test('defaults are complete and frozen', () => {
  const { config, directory } = valid({});
  assert.equal(config.server.http, '[::]:8080');
  assert.equal(config.access.mqtt.listen, '[::]:1883');
  assert.equal(config.access.mqtt.anonymous, false);
  assert.equal(config.access.mqtt.tls.clientCertificate, 'optional');
  assert.deepEqual(config.access.mqtt.policy, []);
  assert.equal(config.store.dir, path.join(directory, 'data'));
  assert.equal(config.limits['mqtt.packetBytesMax'], 262_144);
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.access.mqtt.tls));
});

test('flags go over environment, environment over file, file over defaults', () => {
  const { config, origins } = valid({
    yaml: 'server:\n  http: ":1"\naccess:\n  mqtt:\n    listen: ":2"\n    anonymous: true\n',
    environment: { FENGSUI_ACCESS__MQTT__LISTEN: ':3', FENGSUI_STORE__DIR: '/from-env' },
    set: ['store.retentionDays=7'],
    data: '/from-flag',
    demo: true,
  });
  assert.equal(config.server.http, ':1');
  assert.equal(config.access.mqtt.listen, ':3');
  assert.equal(config.access.mqtt.anonymous, true);
  assert.equal(config.store.dir, '/from-flag');
  assert.equal(config.store.retentionDays, 7);
  assert.equal(config.demo, true);
  const origin = new Map(origins.map((each) => [each.key, each.origin]));
  assert.equal(origin.get('server.http'), 'fengsui.yaml:2:3');
  assert.equal(origin.get('access.mqtt.listen'), 'FENGSUI_ACCESS__MQTT__LISTEN');
  assert.equal(origin.get('store.dir'), '--data');
  assert.equal(origin.get('store.retentionDays'), '--set store.retentionDays');
  assert.equal(origin.get('backup.dir'), 'default');
});

test('paths in a file are relative to the file', () => {
  const { config, directory } = valid({
    yaml: 'access: { mqtt: { tls: { listen: ":0", cert: c.pem, key: k.pem } } }',
    workingDirectory: '/',
    environment: { FENGSUI_CONFIG: '{dir}/fengsui.yaml' },
  });
  assert.equal(config.access.mqtt.tls.cert, path.join(directory, 'c.pem'));
  assert.equal(config.store.dir, '/data');
});

test('an unknown key is named with its place and the key that was meant', () => {
  assert.deepEqual(faults({ yaml: 'access:\n  mqtt:\n    anonymus: true\n' }), [
    'config.unknown-key fengsui.yaml:3:5: access.mqtt.anonymus; did you mean access.mqtt.anonymous?',
  ]);
  assert.deepEqual(faults({ set: ['sever.http=:0'] }), [
    'config.unknown-key --set sever.http: sever.http; did you mean server.http?',
  ]);
  assert.deepEqual(faults({ environment: { FENGSUI_SERVER__HTTPS: ':0' } }), [
    'config.unknown-key FENGSUI_SERVER__HTTPS: server.https; did you mean server.http?',
  ]);
  assert.deepEqual(faults({ yaml: 'zzzzzzzz: 1\n' }), [
    'config.unknown-key fengsui.yaml:1:1: zzzzzzzz',
  ]);
});

test('variables of other programs are left alone', () => {
  const others = { FENGSUI_TOKEN: 'x', FENGSUI_SERVER: 'http://a', FENGSUILIKE__X: 'y', HOME: '/' };
  assert.ok(valid({ environment: others }).ok);
});

test('a wrong value is named with its place and what is expected', () => {
  assert.deepEqual(faults({ yaml: 'server:\n  http: 99\n' }), [
    'config.invalid-value fengsui.yaml:2:3: server.http: must be string; it is 99',
  ]);
  assert.deepEqual(faults({ set: ['server.http=localhost'] }), [
    'config.invalid-value --set server.http: server.http: an address such as [::]:8080, 0.0.0.0:8080 or :0; it is "localhost"',
  ]);
  assert.deepEqual(faults({ set: ['access.mqtt.listen=[::]:70000'] }).length, 1);
  assert.deepEqual(faults({ environment: { FENGSUI_ACCESS__MQTT__ANONYMOUS: 'perhaps' } }), [
    'config.invalid-value FENGSUI_ACCESS__MQTT__ANONYMOUS: access.mqtt.anonymous: must be boolean; it is "perhaps"',
  ]);
  assert.deepEqual(faults({ set: ['telemetry.log.level=loud'] }), [
    'config.invalid-value --set telemetry.log.level: telemetry.log.level: one of debug, info, warn, error, silent; it is "loud"',
  ]);
  assert.deepEqual(faults({ yaml: 'server: 5\n' }), [
    'config.invalid-value fengsui.yaml:1:1: server is a section of keys',
  ]);
  assert.match(faults({ set: ['novalue'] })[0] ?? '', /give key=value/);
});

test('all faults are told at once', () => {
  assert.equal(faults({ yaml: 'a: 1\nserver: { http: x }\n', set: ['b=1'] }).length, 3);
});

test('broken YAML is told with line and column', () => {
  assert.match(
    faults({ yaml: 'server:\n  http: [1\n' })[0] ?? '',
    /^config\.syntax fengsui\.yaml:3:1/,
  );
  assert.match(faults({ yaml: 'a: 1\na: 2\n' })[0] ?? '', /^config\.syntax fengsui\.yaml:2:1/);
});

test('a file that unfolds without bound is refused', () => {
  const level = (n: number): string =>
    `l${n}: &l${n} [${Array(9)
      .fill(`*l${n - 1}`)
      .join(', ')}]`;
  const lines = ['l0: &l0 [1]', ...Array.from({ length: 9 }, (_, n) => level(n + 1))];
  assert.match(faults({ yaml: lines.join('\n') })[0] ?? '', /^config\.syntax/);
});

test('a named file must exist; the usual one need not', () => {
  assert.match(faults({ file: 'none.yaml' })[0] ?? '', /^config\.unreadable .*none\.yaml/);
});

test('limits are set by name, flat or nested, within their bounds', () => {
  assert.equal(
    valid({ yaml: 'limits: { http.pageSizeMax: 10 }' }).config.limits['http.pageSizeMax'],
    10,
  );
  const nested = valid({ yaml: 'limits:\n  http:\n    pageSizeMax: 11\n' });
  assert.equal(nested.config.limits['http.pageSizeMax'], 11);
  const environment = { FENGSUI_LIMITS__HTTP__PAGESIZEMAX: '12' };
  assert.equal(valid({ environment }).config.limits['http.pageSizeMax'], 12);
  assert.equal(
    valid({ set: ['limits.http.pageSizeMax=13'] }).config.limits['http.pageSizeMax'],
    13,
  );
  assert.match(faults({ set: ['limits.http.pageSizeMax=0'] })[0] ?? '', /must be >= 1; it is 0/);
  assert.match(
    faults({ set: ['limits.mqtt.packetBytesMax=1024'] })[0] ?? '',
    /limits: mqtt\.\w+ is at most mqtt\.packetBytesMax/,
  );
});

test('a secret may come from a file and is never shown', () => {
  const loaded = valid({
    files: { secret: 'hunter2\n' },
    environment: { FENGSUI_ACCESS__MQTT__TLS__PASSPHRASE_FILE: '{dir}/secret' },
  });
  assert.equal(loaded.config.access.mqtt.tls.passphrase, 'hunter2');
  assert.ok(!JSON.stringify(loaded.origins).includes('hunter2'));
  assert.match(
    faults({ environment: { FENGSUI_ACCESS__MQTT__TLS__PASSPHRASE_FILE: '{dir}/none' } })[0] ?? '',
    /^config\.secret-file FENGSUI_ACCESS__MQTT__TLS__PASSPHRASE_FILE/,
  );
});

test('a secret inside a list is not shown, and what is beside it is', () => {
  const provider = { id: 'city', title: 'City', issuer: 'https://idp.example', clientId: 'x' };
  const loaded = loadConfig({
    workingDirectory: tmpdir(),
    environment: {},
    set: [`auth.oidc=${JSON.stringify([{ ...provider, clientSecret: 'hunter2' }])}`],
  });
  assert(loaded.ok);
  assert.equal(loaded.config.auth.oidc[0]?.clientSecret, 'hunter2');
  const shown = loaded.origins.find(({ key }) => key === 'auth.oidc')?.value;
  assert.deepEqual(shown, [{ ...provider, clientSecret: '********' }]);
});

test('TLS needs its certificate and key', () => {
  assert.deepEqual(faults({ set: ['access.mqtt.tls.listen=:0'] }), [
    'config.invalid-value --set access.mqtt.tls.listen: access.mqtt.tls.cert is needed with access.mqtt.tls.listen',
    'config.invalid-value --set access.mqtt.tls.listen: access.mqtt.tls.key is needed with access.mqtt.tls.listen',
  ]);
});

test('the policy is a list of rules; a wrong rule is named by its place in the list', () => {
  const rule = '{ who: anyone, may: [publish], topics: ["a/#"] }';
  assert.equal(
    valid({ set: [`access.mqtt.policy=[${rule}]`] }).config.access.mqtt.policy.length,
    1,
  );
  assert.match(
    faults({
      yaml: 'access: { mqtt: { policy: [{ who: me, may: [publish], topics: [x] }] } }',
    })[0] ?? '',
    /policy\.0\.who: one of anyone, anonymous, thing, token; it is "me"/,
  );
});

test('a section of a protocol that exists is passed through, any other is unknown', () => {
  const yaml = 'access: { coap: { listen: ":0", own: 1 } }';
  assert.ok(valid({ yaml, protocols: ['coap'] }).ok);
  assert.match(faults({ yaml })[0] ?? '', /^config\.unknown-key fengsui\.yaml:1:11: access\.coap/);
  assert.match(
    faults({ yaml: 'access: { coap: { listen: 1 } }', protocols: ['coap'] })[0] ?? '',
    /access\.coap\.listen: must be string/,
  );
});

test('a whole section may be given as one flag', () => {
  const { config } = valid({ set: ['store.series={memoryMiB: 64, threads: 1}'] });
  assert.deepEqual(config.store.series, { memoryMiB: 64, threads: 1 });
});
