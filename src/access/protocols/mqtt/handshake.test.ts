// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { eventually, Harness, portOf, type HarnessOptions } from './testing/harness.ts';

const directory = mkdtempSync(join(tmpdir(), 'fengsui-tls-'));
after(() => rmSync(directory, { recursive: true }));
const key = join(directory, 'key.pem');
const cert = join(directory, 'cert.pem');
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-days', '2', '-keyout', key, '-out', cert, '-subj', '/CN=localhost'],
  ],
  { stdio: 'pipe' },
);
const tls = { listen: '127.0.0.1:0', cert, key, clientCertificate: 'none' } as const;

async function started(limits: HarnessOptions['limits'] = {}) {
  const harness = await Harness.start({ limits, config: { tls } });
  const port = portOf(harness.server.listeners.mqtts ?? '');
  const open = (): Socket => connect({ host: '127.0.0.1', port }).on('error', () => {});
  return { harness, port, open };
}

test('a TLS handshake under way is a stranger: the oldest goes when there are too many', async () => {
  const limits = { 'mqtt.unauthenticatedShareMax': 1, 'mqtt.connectionsMax': 200 };
  const { harness, open } = await started(limits);
  await using _harness = harness;
  const strangers = (): number => harness.server.stats().strangers;
  const oldest = open();
  const gone = new Promise((resolve) => oldest.once('close', resolve));
  await eventually(() => strangers() === 1);
  const second = open();
  await eventually(() => strangers() === 2);
  const third = open();
  await gone;
  assert.equal(strangers(), 2);
  assert.equal(harness.hits('mqtt.unauthenticatedShareMax'), 1);
  const entry = harness.diagnosis.entries()[0];
  assert.partialDeepStrictEqual(entry, { transport: 'tls', at: 'mqtt.unauthenticatedShareMax' });
  for (const socket of [second, third]) socket.destroy();
});

test('a handshake that takes too long is in the inbox, and so is one that fails', async () => {
  const { harness, open, port } = await started({ 'mqtt.preConnectMsMax': 300 });
  await using _harness = harness;
  const slow = open();
  await new Promise((resolve) => slow.once('close', resolve));
  const entries = harness.diagnosis.entries();
  assert.equal(entries.length, 1, JSON.stringify(entries));
  assert(['access.no-connect', 'access.tls-failed'].includes(entries[0]?.code ?? ''));
  // This client does not know the authority, and says so.
  const host = '127.0.0.1';
  const distrusting = connectTls({ host, port, minVersion: 'TLSv1.3' }).on('error', () => {});
  await new Promise((resolve) => distrusting.once('close', resolve));
  const junk = open();
  junk.write('not a handshake at all\r\n\r\n');
  await new Promise((resolve) => junk.once('close', resolve));
  const failed = harness.diagnosis.entries().find(({ step }) => step === 'tls');
  assert.partialDeepStrictEqual(failed, { transport: 'tls', code: 'access.tls-failed' });
  assert.match(failed?.at ?? '', /^ERR_SSL_/);
});
