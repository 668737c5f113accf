// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { loadConfig } from '#config';
import { gateway, portOf, stranger } from '../../src/access/protocols/mqtt/testing/harness.ts';
import { server, unharmed, type Scenario } from './scenario.ts';

const password = Buffer.from('secret');
const admin = { username: 'token admin', password } as const;
const reader = { username: 'token reader', password } as const;

/** What clients may see and do, and until when. */
export const rights: readonly Scenario[] = [
  {
    name: 'revoked subscribe right on a durable session',
    async run() {
      await using harness = await server();
      const subscriber = { ...reader, clientId: 's', lasting: true };
      const peer = await harness.client(subscriber);
      await peer.subscribe('t', { qos: 1 });
      const publisher = await harness.client(admin);
      await publisher.deliver('t', 'before');
      await peer.message('before');
      harness.authenticator.revoke({ token: 2 });
      await peer.closed();
      await publisher.deliver('t', 'after', { packetId: 2 });
      const again = await harness.open();
      const connack = await again.connect(subscriber);
      if (connack.reasonCode === 0) assert.equal(await again.any(300), undefined);
    },
  },
  {
    name: 'retained message of a revoked publisher',
    async run() {
      await using harness = await server();
      const publisher = await harness.client(admin);
      await publisher.deliver('r', 'x', { retain: true });
      const before = await harness.client(reader);
      await before.subscribe('r');
      await before.message('x');
      harness.authenticator.revoke({ token: 1 });
      await publisher.closed();
      const after = await harness.client({ ...reader, clientId: 'later' });
      await after.subscribe('r');
      await after.alive();
    },
  },
  {
    name: 'stored QoS 2 messages on reconnect skip ACL',
    async run() {
      await using harness = await server();
      const watcher = await harness.client(reader);
      await watcher.subscribe('t');
      const sender = { ...admin, clientId: 'sender', lasting: true };
      const publisher = await harness.client(sender);
      publisher.publish('t', 'once', { qos: 2 });
      await publisher.next('pubrec');
      await watcher.message('once');
      harness.authenticator.revoke({ token: 1 });
      await publisher.closed();
      const again = await harness.open();
      const connack = await again.connect(sender);
      if (connack.reasonCode === 0) {
        assert.equal(connack.sessionPresent, false, 'what a revoked token has left is gone');
        again.ack('pubrel', 1);
        await again.next('pubcomp');
      }
      await watcher.alive();
    },
  },
  {
    name: 'rule/plugin rewrites topic after ACL check',
    async run() {
      // The topic that counts here is not the one in the packet: an alias, and `things/me`.
      const policy = [
        { who: 'anonymous', may: ['publish', 'subscribe'], topics: ['mine/#'] },
      ] as const;
      await using harness = await server({ config: { policy } });
      const watcher = await harness.client();
      await watcher.subscribe('mine/#');
      const peer = await harness.client();
      const properties = { topicAlias: 1 };
      peer.publish('mine/a', '1', { qos: 1, packetId: 1, properties });
      await peer.next('puback');
      await watcher.message('1');
      peer.publish('theirs', '2', { qos: 1, packetId: 2, properties });
      assert.equal((await peer.next('puback')).reasonCode, 0x87);
      peer.publish('', '3', { qos: 1, packetId: 3, properties });
      assert.equal((await peer.next('puback')).reasonCode, 0x87);
      const thing = await harness.thing(gateway);
      thing.publish(`things/${stranger}/properties`, '{"temperature":1}', { qos: 1 });
      assert((await thing.next('puback')).reasonCode >= 0x80);
      await watcher.alive();
    },
  },
  {
    name: 'empty or broken ACL / password file',
    async run() {
      const directory = await mkdtemp(join(tmpdir(), 'fengsui-incident-'));
      try {
        const tried = async (text: string): Promise<boolean> => {
          await writeFile(join(directory, 'fengsui.yaml'), text);
          return loadConfig({ workingDirectory: directory, environment: {} }).ok;
        };
        assert.equal(await tried('access:\n  mqtt:\n    policy: []\n'), true);
        const broken = [
          'access:\n  mqtt:\n    policy:\n      - who: everybody\n        may: [publish]\n        topics: ["#"]\n',
          'access:\n  mqtt:\n    policy:\n      - who: anyone\n        topics: ["#"]\n',
          'access:\n  mqtt:\n    policy: all\n',
          'access:\n  mqtt:\n    polcy: []\n',
          'access:\n  mqtt: {policy: [\n',
        ];
        for (const text of broken) assert.equal(await tried(text), false, text);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
      // With an empty policy a device has its own topics and no others, and nobody comes in without a credential.
      await using harness = await server({ config: { anonymous: false, policy: [] } });
      const nobody = await harness.open();
      assert.equal((await nobody.connect()).reasonCode, 0x87);
      const thing = await harness.thing(gateway);
      thing.publish('any', 'x', { qos: 1 });
      assert.equal((await thing.next('puback')).reasonCode, 0x87);
      assert.deepEqual(await thing.subscribe('any'), [0x87]);
    },
  },
  {
    name: 'wildcard subscribe reads retained of other tenants',
    async run() {
      const policy = [
        { who: 'token', may: ['publish'], topics: ['#'] },
        { who: 'token', may: ['subscribe'], topics: ['pete/#'] },
      ] as const;
      await using harness = await server({ config: { policy } });
      const publisher = await harness.client(admin);
      await publisher.deliver('mary/secret', 'x', { retain: true });
      await publisher.deliver('pete/own', 'y', { retain: true, packetId: 2 });
      const pete = await harness.client({ ...reader, clientId: 'pete' });
      assert.deepEqual(await pete.subscribe('#'), [0x87]);
      assert.deepEqual(await pete.subscribe('pete/#'), [0]);
      await pete.message('y');
      await pete.alive();
      // Clients without a credential are a tenant of their own, and see nothing of another with any filter.
      const other = await harness.client({ clientId: 'other' });
      await other.subscribe(['#', '+/+', 'mary/#', '$share/g/#']);
      await other.alive();
    },
  },
  {
    name: 'client-id takeover by another principal',
    async run() {
      await using harness = await server();
      const first = await harness.client({ ...admin, clientId: 'x', lasting: true });
      await first.subscribe('t');
      for (const other of [reader, { username: `thing ${gateway}`, password }]) {
        const thief = await harness.open();
        const { reasonCode } = await thief.connect({ ...other, clientId: 'x' });
        assert(reasonCode === 0x85 || reasonCode === 0x87, `${reasonCode}`);
      }
      await first.alive();
    },
  },
  {
    name: 'WebSocket frame shorter than MQTT remaining length',
    async run() {
      await using harness = await server({
        config: { ws: { listen: '127.0.0.1:0' } },
        limits: { 'mqtt.keepAliveSecondsMax': 1 },
      });
      const port = portOf(harness.server.listeners.mqttWs ?? '');
      const open = async (): Promise<WebSocket> => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'mqtt');
        await once(socket, 'open');
        return socket;
      };
      const first = await open();
      first.send(Buffer.from('308020616263', 'hex'));
      await once(first, 'close');
      const second = await open();
      second.send(Buffer.from('100e00044d5154540402003c00026331', 'hex'));
      const [connack] = await once(second, 'message');
      assert.equal(connack.toString('hex'), '20020000');
      second.send(Buffer.from('308020616263', 'hex'));
      await unharmed(harness);
      // Nothing more comes: the packet is waited for as long as the client may be silent.
      await once(second, 'close');
      await unharmed(harness);
    },
  },
];
