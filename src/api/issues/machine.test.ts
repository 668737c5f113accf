// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import {
  checkCertificate,
  checkClock,
  checkFamilies,
  checkSpace,
  checkWritable,
  hostOf,
  spaceFinding,
} from './machine.ts';

const now = Date.UTC(2026, 10, 20);

test('a clock before everything that was written is wrong', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'fengsui-clock-'));
  try {
    const file = path.join(directory, 'log');
    writeFileSync(file, '');
    utimesSync(file, now / 1_000, now / 1_000);
    assert.equal(checkClock(directory, now).code, undefined);
    assert.equal(checkClock(directory, now - 3_600_000).code, 'clock-wrong');
    assert.equal(checkClock(directory, 0).code, 'clock-wrong');
    assert.equal(checkWritable(directory).code, undefined);
    assert.equal(checkWritable(path.join(directory, 'not', 'there', 'yet')).code, undefined);
    assert.match(checkSpace(directory).detail, / MiB$/);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('space: enough, little, none', () => {
  const found = [10e9, 1e9, 1e8].map((bytes) => spaceFinding(bytes).code);
  assert.deepEqual(found, [undefined, 'space-low', 'space-out']);
});

test('a file that is no certificate is said to be none', () => {
  const { code, detail } = checkCertificate(Buffer.from('hello'), 'server.pem', now);
  assert.equal(code, 'certificate-unreadable');
  assert.match(detail, /^server\.pem: /);
});

const openssl = spawnSync('openssl', ['version']).status === 0;

test('a certificate is valid, near its end, or past it', { skip: !openssl }, () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'fengsui-certificate-'));
  try {
    const [key, file] = [path.join(directory, 'key'), path.join(directory, 'pem')];
    const subject = ['-subj', '/CN=localhost', '-keyout', key, '-out', file];
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync('openssl', ['req', '-x509', ...ec, '-days', '90', ...subject], { stdio: 'pipe' });
    const pem = readFileSync(file);
    const made = Date.now();
    const codeIn = (days: number) => checkCertificate(pem, file, made + days * 86_400_000).code;
    assert.deepEqual([-1, 1, 70, 91].map(codeIn), [
      'certificate-expired',
      undefined,
      'certificate-expires',
      'certificate-expired',
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('listeners are looked at for both address families', () => {
  const both = new Set([4, 6] as const);
  const only4 = new Set([4] as const);
  const code = (hosts: Record<string, string>, machine: ReadonlySet<4 | 6>) =>
    checkFamilies(hosts, machine).code;
  assert.equal(code({ mqtt: '::' }, both), undefined);
  assert.equal(code({ mqtt: '::' }, only4), 'one-address-family');
  assert.equal(code({ mqtt: '0.0.0.0' }, both), 'one-address-family');
  assert.equal(code({ mqtt: '::1', http: '127.0.0.1' }, only4), undefined);
  assert.deepEqual(checkFamilies({ mqtt: '10.0.0.1' }, both).detail, 'mqtt: no IPv6');
  assert.deepEqual(
    ['[::]:1883', 'http://localhost:80', 'https://[2001:db8::1]:443/x', '10.0.0.1:0'].map(hostOf),
    ['::', 'localhost', '2001:db8::1', '10.0.0.1'],
  );
});
