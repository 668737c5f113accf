// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import { loadConfig } from '#config';
import { start, type Running } from '../../src/main.ts';

const run = promisify(execFile);
const noOpenssl = existsSync('/usr/bin/openssl') ? false : 'openssl is not installed';
const noMosquitto = existsSync('/usr/bin/mosquitto_pub') ? false : 'mosquitto is not installed';
const model = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  '@type': 'tm:ThingModel',
  id: 'urn:test:probe',
  title: 'Probe',
  version: { model: '1.0.0' },
  properties: { count: { type: 'number', readOnly: true } },
};
const temperature = '{"count":1}';

type Body = Readonly<Record<string, unknown>>;

describe('devices with certificates', { skip: noOpenssl }, () => {
  let directory = '';
  let running: Running;
  let adminToken = '';
  let authority: Body;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fengsui-admission-'));
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    openssl('req', '-x509', ...newKey('server'), '-out', at('server.pem'), '-days', '2', ...name);
    const loaded = loadConfig({
      workingDirectory: directory,
      environment: {},
      data: join(directory, 'data'),
      set: [
        ...['telemetry.log.level=error', 'store.series.memoryMiB=256'],
        ...['server.http=127.0.0.1:0', 'access.mqtt.listen=127.0.0.1:0'],
        ...['access.mqtt.tls.listen=127.0.0.1:0', `access.mqtt.tls.cert=${at('server.pem')}`],
        ...[`access.mqtt.tls.key=${at('server.key')}`, 'limits.credentials.rotateMsMin=0'],
        ...['limits.mqtt.flapConnectsPerMinute=1000', 'limits.mqtt.publishesPerSecond=10000'],
        'limits.mqtt.publishBurst=100000',
      ],
    });
    assert(loaded.ok, JSON.stringify(loaded));
    running = await start(loaded.config, { json: true });
    adminToken = (await readFile(join(directory, 'data', 'admin.token'), 'utf8')).trim();
    await ask('POST', '/models', model);
    authority = await ask('POST', '/authorities', { name: 'City' });
  });

  after(async () => {
    await running.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const at = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('/usr/bin/openssl', args, { stdio: 'pipe' });
  const newKey = (name: string): string[] => [
    ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', at(`${name}.key`)],
  ];

  async function ask(
    method: string,
    path: string,
    json?: unknown,
    token = adminToken,
  ): Promise<Body> {
    const response = await fetch(`${running.http}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    assert(response.ok, `${method} ${path}: ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }

  const portOf = (listener: string): string => {
    const address = running.listeners[listener] ?? '';
    return address.slice(address.lastIndexOf(':') + 1);
  };

  async function newThing(name: string): Promise<number> {
    return Number((await ask('POST', '/things', { name, model: model.id }))['id']);
  }

  /** A thing with a token. */
  async function withToken(
    name: string,
  ): Promise<{ id: number; credential: number; token: string }> {
    const id = await newThing(name);
    const made = await ask('POST', `/things/${id}/credentials`, {});
    return { id, credential: Number(made['id']), token: String(made['token']) };
  }

  async function withCertificate(name: string): Promise<{ id: number; credential: number }> {
    const id = await newThing(name);
    const made = await ask('POST', `/things/${id}/credentials`, { certificate: true });
    await writeFile(at(`${name}.pem`), String(made['certificate']));
    await writeFile(at(`${name}.key`), String(made['key']));
    return { id, credential: Number(made['id']) };
  }

  const byTcp = (id: number, password: string): Promise<MqttClient> =>
    open({ host: '127.0.0.1', port: Number(portOf('mqtt')), username: `${id}`, password });
  const byWebSocket = (id: number, password: string): Promise<MqttClient> =>
    connectAsync(`${running.http.replace('http', 'ws')}/mqtt`, {
      ...{ username: `${id}`, password, reconnectPeriod: 0, protocolVersion: 5 },
    });
  const byTls = async (name: string): Promise<MqttClient> =>
    open({
      ...{ protocol: 'mqtts', host: '127.0.0.1', port: Number(portOf('mqtts')) },
      cert: await readFile(at(`${name}.pem`)),
      key: await readFile(at(`${name}.key`)),
      ca: await readFile(at('server.pem')),
    });
  const open = (options: IClientOptions): Promise<MqttClient> =>
    connectAsync({ reconnectPeriod: 0, protocolVersion: 5, ...options });

  const mosquitto = (name: string, payload = temperature): Promise<unknown> =>
    run('mosquitto_pub', [
      ...['-h', '127.0.0.1', '-p', portOf('mqtts'), '--cafile', at('server.pem')],
      ...['--cert', at(`${name}.pem`), '--key', at(`${name}.key`), '-V', '5', '-q', '1'],
      ...['-t', 'things/me/properties', '-m', payload],
    ]);

  async function countOf(thing: string | number): Promise<unknown> {
    for (let left = 200; ; left--) {
      const current = await ask('GET', `/things/${encodeURIComponent(thing)}/properties`);
      const { count } = current;
      if (count !== undefined && count !== null) return count;
      assert(left > 0, 'the reading did not arrive');
      await pause(20);
    }
  }

  /** Resolves when the server has ended the connection. */
  const ended = (client: MqttClient): Promise<void> =>
    new Promise((resolve) => client.once('close', () => resolve()));

  it(
    'mosquitto connects with a certificate for its own request',
    { skip: noMosquitto },
    async () => {
      const id = await newThing('meter');
      openssl('req', '-new', ...newKey('meter'), '-subj', '/CN=whatever', '-out', at('meter.csr'));
      const csr = await readFile(at('meter.csr'), 'utf8');
      const made = await ask('POST', `/things/${id}/credentials`, { csr });
      await writeFile(at('meter.pem'), String(made['certificate']));
      await writeFile(at('city.pem'), String(made['chain']));
      openssl('verify', '-purpose', 'sslclient', '-CAfile', at('city.pem'), at('meter.pem'));
      await mosquitto('meter');
      assert.match(JSON.stringify(await countOf(id)), /1/);
      await ask('DELETE', `/things/${id}/credentials/${String(made['id'])}`);
      await assert.rejects(mosquitto('meter'));
    },
  );

  it(
    'a device of a maker registers itself at its first connection',
    { skip: noMosquitto },
    async () => {
      const maker = [
        '-addext',
        'basicConstraints=critical,CA:TRUE',
        '-addext',
        'keyUsage=keyCertSign',
      ];
      openssl(
        ...['req', '-x509', ...newKey('maker'), '-out', at('maker.pem'), '-days', '2'],
        ...['-subj', '/CN=Maker', ...maker],
      );
      const sign = (name: string, subject: string, ...more: string[]): void =>
        openssl(
          ...['req', '-x509', ...newKey(name), '-out', at(`${name}.pem`), '-days', '2'],
          ...['-CA', at('maker.pem'), '-CAkey', at('maker.key'), '-subj', subject, ...more],
          ...['-addext', 'basicConstraints=critical,CA:FALSE'],
        );
      sign('pump', '/CN=Pump 7', '-addext', 'subjectAltName=URI:urn:maker:pump:7');
      await assert.rejects(mosquitto('pump'), 'nobody trusts the maker yet');
      const { code } = await ask('POST', '/authorities/codes');
      sign('proof', `/CN=${String(code)}`);
      const made = await ask('POST', '/authorities', {
        ...{ name: 'Maker', justInTime: 'register', model: model.id },
        certificate: await readFile(at('maker.pem'), 'utf8'),
        proof: await readFile(at('proof.pem'), 'utf8'),
      });
      await mosquitto('pump');
      assert.match(JSON.stringify(await countOf('urn:maker:pump:7')), /1/);
      const thing = await ask('GET', `/things/${encodeURIComponent('urn:maker:pump:7')}`);
      assert.equal(thing['name'], 'Pump 7');
      const client = await byTls('pump');
      const close = ended(client);
      await ask('DELETE', `/authorities/${String(made['id'])}`);
      await close;
      await assert.rejects(mosquitto('pump'));
    },
  );

  it('what is revoked ends on every kind of connection, and nothing else does', async () => {
    const neighbour = await withToken('neighbour');
    const bystander = await byTcp(neighbour.id, neighbour.token);
    const lasting = ended(bystander).then(() => 'ended');
    const token = await withToken('by token');
    const tcp = await byTcp(token.id, token.token);
    const ws = await byWebSocket(token.id, token.token);
    const both = Promise.all([ended(tcp), ended(ws)]);
    await ask('DELETE', `/things/${token.id}/credentials/${token.credential}`);
    await both;
    await assert.rejects(byTcp(token.id, token.token));
    const certificate = await withCertificate('by-certificate');
    const tls = await byTls('by-certificate');
    const tlsEnds = ended(tls);
    await ask('DELETE', `/things/${certificate.id}/credentials/${certificate.credential}`);
    await tlsEnds;
    const disabled = await withToken('disabled');
    const disabledTls = await withCertificate('disabled-tls');
    const clients = [
      await byTcp(disabled.id, disabled.token),
      await byWebSocket(disabled.id, disabled.token),
      await byTls('disabled-tls'),
    ];
    const allEnd = Promise.all(clients.map(ended));
    for (const { id } of [disabled, disabledTls]) {
      await ask('PATCH', `/things/${id}`, { lifecycle: 'disabled' });
    }
    await allEnd;
    await withCertificate('of-the-city');
    const cityEnds = ended(await byTls('of-the-city'));
    await ask('DELETE', `/authorities/${String(authority['id'])}`);
    await cityEnds;
    authority = await ask('POST', '/authorities', { name: 'City again' });
    assert.equal(await Promise.race([lasting, pause(300).then(() => 'open')]), 'open');
    await bystander.endAsync();
  });

  it('the live channel ends with the token, and a connection with the end of its credential', async () => {
    const api = await ask('POST', '/tokens', { name: 'live', scopes: ['read'] });
    const live = new WebSocket(`${running.http.replace('http', 'ws')}/api/v1/live`, {
      headers: { authorization: `Bearer ${String(api['token'])}` },
    });
    await new Promise((resolve, reject) => live.once('open', resolve).once('error', reject));
    const liveEnds = new Promise((resolve) => live.once('close', resolve));
    await ask('DELETE', `/tokens/${String(api['id'])}`);
    await liveEnds;
    const id = await newThing('short');
    const expires = new Date(Date.now() + 2_000).toISOString();
    const made = await ask('POST', `/things/${id}/credentials`, { expires });
    await ended(await byTcp(id, String(made['token'])));
  });

  it('a revoked provisioning key leaves its devices alone', async () => {
    const key = await ask('POST', '/provisioning-keys', {
      ...{ name: 'batch', model: model.id, admits: 'open', devicesMax: 2 },
    });
    const answer = await fetch(`${running.http}/api/v1/provision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: key['key'], serial: 'SN 1' }),
    });
    const made: Body = await answer.json().then((body: unknown) => ({ ...(body ?? {}) }));
    assert.equal(answer.status, 201);
    const client = await byTcp(Number(made['thing']), String(made['token']));
    const lasting = ended(client).then(() => 'ended');
    await ask('DELETE', `/provisioning-keys/${String(key['id'])}`);
    await client.publishAsync('things/me/properties', temperature, { qos: 1 });
    assert.equal(await Promise.race([lasting, pause(300).then(() => 'open')]), 'open');
    await client.endAsync();
  });

  it('a device changes its token while it publishes, and every message is stored', async () => {
    const { id, token } = await withToken('busy');
    const from = Date.now() - 1_000;
    let client = await byTcp(id, token);
    const old = ended(client);
    let sent = 0;
    let stop = false;
    const publishing = (async () => {
      while (!stop) {
        sent++;
        const body = JSON.stringify({ count: sent });
        await client.publishAsync('things/me/properties', body, { qos: 1 });
      }
    })();
    await pause(200);
    const own = '/things/me/credentials/rotate';
    const made = await ask('POST', own, { overlapSeconds: 1 }, token);
    // The new connection is there before the old one goes; each has a client identifier of its own.
    client = await byTcp(id, String(made['token']));
    await old;
    await pause(200);
    stop = true;
    await publishing;
    await client.endAsync();
    await assert.rejects(byTcp(id, token));
    const query = `from=${new Date(from).toISOString()}&raw=true&points=100000`;
    let values: unknown[] = [];
    for (let left = 200; values.length < sent && left > 0; left--) {
      const { points } = await ask('GET', `/things/${id}/properties/count/history?${query}`);
      assert(Array.isArray(points));
      values = points.map((point: Body) => point['value']);
      await pause(20);
    }
    assert(sent > 100, `${sent} messages`);
    assert.equal(values.length, sent);
    assert.equal(new Set(values).size, sent);
  });
});
