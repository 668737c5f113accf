// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { WebSocket } from 'ws';
import { gateway, Harness, portOf } from './testing/harness.ts';

const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'fengsui-mqtt-'));
after(() => rmSync(directory, { recursive: true }));

/** A certificate for localhost and one for a client, both signed by an authority of our own. */
function certificates(): {
  ca: string;
  cert: string;
  key: string;
  clientCert: string;
  clientKey: string;
} {
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-subj',
    '/CN=test authority',
  );
  const issuer = ['-CA', at('ca.pem'), '-CAkey', at('ca.key')];
  const server = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...issuer,
    '-keyout',
    at('s.key'),
    '-out',
    at('s.pem'),
    ...server,
  );
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...issuer,
    '-keyout',
    at('c.key'),
    '-out',
    at('c.pem'),
    '-subj',
    '/CN=device',
  );
  return {
    ca: at('ca.pem'),
    cert: at('s.pem'),
    key: at('s.key'),
    clientCert: at('c.pem'),
    clientKey: at('c.key'),
  };
}

function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'pipe' });
    return true;
  } catch (error) {
    return (
      error instanceof Error && 'status' in error && error.status !== null && !isMissing(error)
    );
  }
}

function isMissing(error: Error): boolean {
  return 'code' in error && error.code === 'ENOENT';
}

/** Publishes and receives in every QoS with MQTT.js. */
async function exchange(url: string, options: IClientOptions): Promise<void> {
  const client = await connectAsync(url, { reconnectPeriod: 0, connectTimeout: 5_000, ...options });
  try {
    await exchangeWith(client);
  } finally {
    await client.endAsync();
  }
}

async function exchangeWith(client: MqttClient): Promise<void> {
  for (const qos of [0, 1, 2] as const) {
    const topic = `exchange/${qos}`;
    await client.subscribeAsync(topic, { qos });
    const came = new Promise<string>((resolve) => {
      client.once('message', (_topic, payload) => resolve(payload.toString()));
    });
    const payload = `${qos}${'x'.repeat(qos * 50_000)}`;
    await client.publishAsync(topic, payload, { qos });
    assert.equal(await came, payload);
  }
}

for (const protocolVersion of [4, 5] as const) {
  test(`MQTT.js, version ${protocolVersion}: TCP over IPv4 and IPv6, and WebSocket`, async () => {
    await using harness = await Harness.start({
      config: { listen: '[::]:0', ws: { listen: '[::]:0' } },
    });
    const { mqtt, mqttWs = '' } = harness.server.listeners;
    assert.match(mqtt, /^\[::\]:\d+$/);
    await exchange(`mqtt://127.0.0.1:${portOf(mqtt)}`, { protocolVersion });
    await exchange(`mqtt://[::1]:${portOf(mqtt)}`, { protocolVersion });
    await exchange(`ws://127.0.0.1:${portOf(mqttWs)}/mqtt`, { protocolVersion });
  });
}

test('TLS 1.2 and 1.3: the client certificate is the credential', async () => {
  const { ca, cert, key, clientCert, clientKey } = certificates();
  const tls = { listen: '[::]:0', cert, key, ca, clientCertificate: 'optional' } as const;
  await using harness = await Harness.start({ config: { tls, anonymous: false } });
  const url = `mqtts://localhost:${portOf(harness.server.listeners.mqtts ?? '')}`;
  const device = {
    ca: readFileSync(ca),
    cert: readFileSync(clientCert),
    key: readFileSync(clientKey),
  };
  for (const [minVersion, maxVersion] of [
    ['TLSv1.2', 'TLSv1.2'],
    ['TLSv1.3', 'TLSv1.3'],
  ] as const) {
    // MQTT.js hands its options on to TLS, which its types do not know.
    const versions = { minVersion, maxVersion };
    const options: IClientOptions = Object.assign({ ...device, reconnectPeriod: 0 }, versions);
    const client = await connectAsync(url, options);
    await client.publishAsync('things/me/properties', '{"temperature":1}', { qos: 1 });
    await client.endAsync();
  }
  assert.equal(harness.server.stats().readings, 2);
  await assert.rejects(connectAsync(url, { ca: device.ca, reconnectPeriod: 0 }), /authorized/i);
  const plain = connectSocket({
    host: '127.0.0.1',
    port: portOf(harness.server.listeners.mqtts ?? ''),
  });
  plain.write('not a handshake at all\r\n\r\n');
  await new Promise((resolve) => plain.on('close', resolve).on('error', () => {}));
  assert(harness.diagnosis.entries().some(({ step }) => step === 'tls'));
});

test('a WebSocket without the subprotocol mqtt is refused; packets may span frames', async () => {
  await using harness = await Harness.start({ config: { ws: { listen: '127.0.0.1:0' } } });
  const url = `ws://127.0.0.1:${portOf(harness.server.listeners.mqttWs ?? '')}`;
  const refused = new WebSocket(url);
  await new Promise((resolve) => refused.on('error', resolve));
  const socket = new WebSocket(url, 'mqtt');
  await new Promise((resolve) => socket.on('open', resolve));
  const connect = Buffer.from('100e00044d5154540402003c00026331', 'hex');
  for (const byte of connect) socket.send(Buffer.of(byte));
  const [answer] = await new Promise<Buffer[]>((resolve) =>
    socket.on('message', (data: Buffer) => resolve([data])),
  );
  assert.equal(answer?.toString('hex'), '20020000');
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.send('text is not MQTT');
  await closed;
});

test(
  'mosquitto_pub and mosquitto_sub',
  { skip: !has('mosquitto_pub', '--help') && 'not installed' },
  async () => {
    await using harness = await Harness.start();
    const at = ['-h', '127.0.0.1', '-p', `${harness.port}`];
    for (const version of ['mqttv311', 'mqttv5']) {
      for (const qos of ['0', '1', '2']) {
        const topic = `m/${version}/${qos}`;
        const publish = [...at, '-V', version, '-t', topic, '-q', qos, '-r', '-m', `hello ${qos}`];
        await run('mosquitto_pub', publish);
        const subscribe = [...at, '-V', version, '-t', topic, '-q', qos, '-C', '1', '-W', '10'];
        const { stdout } = await run('mosquitto_sub', subscribe);
        assert.equal(stdout.trim(), `hello ${qos}`);
      }
    }
    const device = ['-u', `thing ${gateway}`, '-P', 'secret', '-t', 'things/me/properties'];
    await run('mosquitto_pub', [...at, ...device, '-q', '1', '-m', '{"temperature":1}']);
    await run('mosquitto_pub', [...at, ...device, '-r', '-m', '{"temperature":2}']);
    assert.equal(harness.server.stats().readings, 2);
  },
);

const paho = `
import sys
import paho.mqtt.client as mqtt
from paho.mqtt.client import MQTTv311, MQTTv5
port = int(sys.argv[1])
for version in (MQTTv311, MQTTv5):
    got = []
    client = mqtt.Client(client_id="paho", protocol=version)
    client.on_connect = lambda c, *a: c.subscribe([("paho/0", 0), ("paho/1", 1), ("paho/2", 2)])
    client.on_subscribe = lambda c, *a: [c.publish("paho/%d" % q, "x" * (q * 1000 + 1), q) for q in (0, 1, 2)]
    def message(c, userdata, m):
        got.append((m.topic, len(m.payload), m.qos))
        if len(got) == 3: c.disconnect()
    client.on_message = message
    client.connect("127.0.0.1", port)
    client.loop_forever()
    assert sorted(got) == [("paho/0", 1, 0), ("paho/1", 1001, 1), ("paho/2", 2001, 2)], got
print("ok")
`;

test(
  'paho for Python',
  { skip: !has('/usr/bin/python3', '-c', 'import paho.mqtt.client') && 'not installed' },
  async () => {
    await using harness = await Harness.start();
    const { stdout } = await run('/usr/bin/python3', ['-c', paho, `${harness.port}`], {
      timeout: 20_000,
    });
    assert.equal(stdout.trim(), 'ok');
  },
);
