// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { flat, sends, server, streams, unharmed, type Scenario } from './scenario.ts';

/** What strangers send before, and as, their CONNECT. */
export const connecting: readonly Scenario[] = [
  {
    name: 'pre-CONNECT: huge remaining length',
    hex: ['10ffffff7f'],
    async run(t, [first = '']) {
      await using harness = await server();
      await flat(t, 'a stranger’s stream', async () => {
        const sent = await streams(harness.port, Buffer.from(first, 'hex'), 256 * 2 ** 20);
        t.diagnostic(`${sent} bytes had left when the server closed`);
      });
      assert(harness.hits('mqtt.preConnectBytesMax') > 0);
      await unharmed(harness);
    },
  },
  {
    name: 'first packet is not CONNECT',
    hex: ['300400016178'],
    async run(_t, hex) {
      await using harness = await server();
      await (await sends(harness, hex)).closed();
      await unharmed(harness);
    },
  },
  {
    name: 'five-byte remaining length',
    hex: ['10ffffffff7f'],
    async run(_t, hex) {
      await using harness = await server();
      await (await sends(harness, hex)).closed();
    },
  },
  {
    name: 'partial CONNECT then silence (slowloris)',
    hex: ['10'],
    async run(_t, hex) {
      await using harness = await server({ limits: { 'mqtt.preConnectMsMax': 300 } });
      await (await sends(harness, hex)).closed();
      assert(harness.hits('mqtt.preConnectMsMax') > 0);
    },
  },
  {
    name: 'keep-alive 65535 then silence (SlowITe)',
    hex: ['100e00044d5154540402ffff00026331'],
    async run(_t, hex) {
      await using harness = await server({ limits: { 'mqtt.keepAliveSecondsMax': 1 } });
      const peer = await sends(harness, hex, 4);
      assert.equal((await peer.next('connack')).reasonCode, 0);
      const five = await harness.open(5);
      const connack = await five.connect({ clientId: 'five', keepAliveSeconds: 65_535 });
      assert.equal(connack.properties?.serverKeepAlive, 1);
      await peer.closed(4_000);
      assert.equal(await five.closed(4_000), 0x8d);
    },
  },
  {
    name: 'keep-alive 0',
    hex: ['100e00044d5154540402000000026331'],
    async run(_t, hex) {
      await using harness = await server({ limits: { 'mqtt.keepAliveSecondsMax': 1 } });
      const peer = await sends(harness, hex, 4);
      assert.equal((await peer.next('connack')).reasonCode, 0);
      await peer.closed(4_000);
    },
  },
  ...(
    [
      ['#', '100d00044d5154540402003c000123'],
      ['+', '100d00044d5154540402003c00012b'],
      ['a/#', '100f00044d5154540402003c0003612f23'],
      ['$share/x', '101400044d5154540402003c00082473686172652f78'],
    ] as const
  ).map(([id, own]): Scenario => ({
    name: `client id '${id}' used in ACL pattern`,
    hex: [own],
    async run(_t, hex) {
      await using harness = await server();
      const old = await sends(harness, hex, 4);
      assert.equal((await old.next('connack')).reasonCode, 2);
      assert(await old.wire.closed());
      const five = await harness.open(5);
      assert.equal((await five.connect({ clientId: id })).reasonCode, 0x85);
      assert(await five.wire.closed());
    },
  })),
  {
    name: 'zero-length client id with clean session 0',
    hex: ['100c00044d5154540400003c0000'],
    async run(_t, hex) {
      await using harness = await server();
      const peer = await sends(harness, hex, 4);
      assert.equal((await peer.next('connack')).reasonCode, 2);
      assert(await peer.wire.closed());
    },
  },
  {
    name: 'CONNECT with 5000 user properties',
    async run(t) {
      const bytes = userProperties(5_000);
      await using shipped = await server();
      await (await sends(shipped, [bytes])).closed();
      assert(shipped.hits('mqtt.preConnectBytesMax') > 0);
      // And where so large a CONNECT is read at all.
      await using harness = await server({ limits: { 'mqtt.preConnectBytesMax': 262_144 } });
      const before = process.cpuUsage();
      const peer = await sends(harness, [bytes]);
      const code = await peer.closed();
      const { user, system } = process.cpuUsage(before);
      t.diagnostic(`${(user + system) / 1_000} ms of processor time, both ends`);
      assert(code === undefined || code === 0x95 || code === 0x97, `${code}`);
      assert(harness.hits('mqtt.userPropertiesMax') > 0);
    },
  },
  {
    name: 'v5 Will with a property that Will does not allow',
    hex: ['101b00044d5154540506003c0000026331051100000001000177000178'],
    async run(t, hex) {
      await using harness = await server();
      const round = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) {
          const peer = await sends(harness, hex);
          await peer.closed();
          peer[Symbol.dispose]();
        }
      };
      await round(200);
      await flat(t, '2,000 times', () => round(2_000));
      await unharmed(harness);
    },
  },
  {
    name: "Will topic outside the client's write ACL",
    hex: ['102300044d5154540406003c0002633100106f746865722d74656e616e742f636d64000178'],
    async run(_t, hex) {
      const policy = [
        { who: 'anonymous', may: ['publish', 'subscribe'], topics: ['mine/#'] },
      ] as const;
      await using harness = await server({ config: { policy } });
      const watcher = await harness.client({
        username: 'token admin',
        password: Buffer.from('secret'),
      });
      await watcher.subscribe('#');
      const peer = await sends(harness, hex, 4);
      assert.equal((await peer.next('connack')).reasonCode, 5);
      peer.wire.drop();
      await watcher.alive();
    },
  },
  {
    name: 'Will topic in control space',
    async run() {
      await using harness = await server();
      const peer = await harness.open();
      const connack = await peer.connect({ clientId: 'w', will: { topic: '$CONTROL/x' } });
      assert.equal(connack.reasonCode, 0x87);
    },
  },
];

/** A CONNECT of 5.0 with so many user properties `k` = `v`. */
function userProperties(count: number): string {
  const pairs = '2600016b000176'.repeat(count);
  const body = `00044d5154540502003c${varint(count * 7)}${pairs}00026331`;
  return `10${varint(body.length / 2)}${body}`;
}

function varint(value: number): string {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes).toString('hex');
}
