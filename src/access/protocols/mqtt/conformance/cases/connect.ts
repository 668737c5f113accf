// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { seconds, type StatementCase } from '../case.ts';

/** CONNECT of a client "a", with its flags and what follows the identifier, in hex. */
function connectHex(five: boolean, flags: string, rest = '', id = '000161'): string {
  const body = `00044d515454${five ? '05' : '04'}${flags}003c${five ? '00' : ''}${id}${rest}`;
  const hex = body.replace(/\s+/g, '');
  return `10${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
}

/** § 3.1 and § 3.2: CONNECT and CONNACK. */
export const connectCases: readonly StatementCase[] = [
  {
    title: 'the first packet must be CONNECT',
    v3: ['3.1.0-1'],
    v5: ['3.1.0-1'],
    run: async (bench) => {
      for (const hex of ['c000', '3003000161', 'e000', '82060001000161 00']) {
        const peer = await bench.open();
        peer.hex(hex);
        assert.equal(await peer.closed(), undefined, 'something was sent before CONNACK');
      }
    },
  },
  {
    title: 'a second CONNECT closes the connection',
    v3: ['3.1.0-2'],
    v5: ['3.1.0-2'],
    run: (bench) => bench.refuses(connectHex(bench.five, '02')),
  },
  {
    title: 'another protocol name is not served',
    v3: ['3.1.2-1'],
    v5: ['3.1.2-1'],
    run: async (bench) => {
      const level = bench.five ? '05' : '04';
      const rest = bench.five ? '00000161' : '000161';
      await bench.refusesConnect(
        `10${bench.five ? '0e' : '0d'} 0004 4d515455 ${level}02003c${rest}`,
      );
    },
  },
  {
    title: 'another protocol level is refused with the code for it',
    v3: ['3.1.2-2'],
    v5: ['3.1.2-2'],
    run: async (bench) => {
      for (const level of ['00', '02', '06', 'ff']) {
        const peer = await bench.open(4);
        peer.hex(`100d00044d515454${level}02003c000161`);
        const ack = await peer.next('connack');
        assert.equal(ack.reasonCode, 1, 'return code');
        assert.equal(ack.sessionPresent, false);
        await peer.closed();
      }
    },
  },
  {
    title: 'the reserved flag must be 0',
    v3: ['3.1.2-3', '3.2.2-6'],
    v5: ['3.1.2-3'],
    run: async (bench) => {
      const peer = await bench.open();
      peer.hex(connectHex(bench.five, '03'));
      const code = await peer.closed();
      // 3.1.1 has no return code for it, so there is no CONNACK [MQTT-3.2.2-6].
      assert.ok(code === undefined || (bench.five && code >= 0x80), `code ${code}`);
    },
  },
  {
    title: 'without a will flag the other will flags are 0 and there is no will',
    v3: ['3.1.2-11', '3.1.2-13', '3.1.2-15'],
    v5: ['3.1.2-11', '3.1.2-13'],
    run: async (bench) => {
      for (const flags of ['0a', '12', '22']) {
        await bench.refusesConnect(connectHex(bench.five, flags));
      }
      await bench.refusesConnect(connectHex(bench.five, '02', '000177 000162'));
    },
  },
  {
    title: 'a will has QoS 0, 1 or 2, and its fields are there',
    v3: ['3.1.2-9', '3.1.2-14', '3.1.3-10'],
    v5: ['3.1.2-9', '3.1.2-12', '3.1.3-11'],
    run: async (bench) => {
      const properties = bench.five ? '00' : '';
      const will = `${properties}000177 000162`;
      await bench.refusesConnect(connectHex(bench.five, '1e', will));
      await bench.refusesConnect(connectHex(bench.five, '06'));
      await bench.refusesConnect(connectHex(bench.five, '06', `${properties}000177`));
      await bench.refusesConnect(connectHex(bench.five, '06', `${properties}0001ff 000162`));
      for (const flags of ['06', '0e', '16']) {
        const peer = await bench.open();
        peer.hex(connectHex(bench.five, flags, will, '0000'));
        assert.equal((await peer.next('connack')).reasonCode, 0);
      }
    },
  },
  {
    title: 'user name and password are there exactly when their flags say so',
    v3: ['3.1.2-18', '3.1.2-19', '3.1.2-20', '3.1.2-21', '3.1.2-22', '3.1.3-11'],
    v5: ['3.1.2-16', '3.1.2-17', '3.1.2-18', '3.1.2-19', '3.1.3-12'],
    run: async (bench) => {
      await bench.refusesConnect(connectHex(bench.five, '02', '000175'));
      await bench.refusesConnect(connectHex(bench.five, '82'));
      await bench.refusesConnect(connectHex(bench.five, '82', '000175 000170'));
      await bench.refusesConnect(connectHex(bench.five, 'c2', '000175'));
      await bench.refusesConnect(connectHex(bench.five, '82', '0001ff'));
      if (!bench.five) await bench.refusesConnect(connectHex(false, '42', '000170'));
    },
  },
  {
    title: 'the fields of the payload come in order, the identifier first and in UTF-8',
    v3: ['3.1.3-1', '3.1.3-3', '3.1.3-4', '3.1.4-1'],
    v5: ['3.1.3-1', '3.1.3-3', '3.1.3-4', '3.1.4-1'],
    run: async (bench) => {
      await bench.refusesConnect(connectHex(bench.five, '02', '', ''));
      await bench.refusesConnect(connectHex(bench.five, '02', '', '0001ff'));
      await bench.refusesConnect(connectHex(bench.five, '02', '', '000361'));
      const peer = await bench.open();
      const ack = await peer.connect({ clientId: bench.id(), will: { topic: bench.topic() } });
      assert.equal(ack.reasonCode, 0);
    },
  },
  {
    title: 'identifiers of 1 to 23 letters and digits are taken',
    v3: ['3.1.3-5'],
    v5: ['3.1.3-5'],
    run: async (bench) => {
      for (const id of [
        'Z',
        '0123456789abcdefghijklm',
        'NOPQRSTUVWXYZ',
        'nopqrstuvwxyzABCDEFGHIJ',
      ]) {
        const peer = await bench.client({ clientId: id });
        await peer.leave();
      }
    },
  },
  {
    title: 'an empty identifier gets a unique one',
    v3: ['3.1.3-6'],
    v5: ['3.1.3-6', '3.1.3-7', '3.2.2-16'],
    run: async (bench) => {
      const given = new Set<string | undefined>();
      for (let i = 0; i < 3; i++) {
        const peer = await bench.open();
        const ack = await peer.connect({ clientId: '' });
        assert.equal(ack.reasonCode, 0);
        given.add(bench.five ? ack.properties?.assignedClientIdentifier : String(i));
        await peer.alive();
      }
      assert.equal(given.size, 3);
      assert.ok(!given.has(undefined) && !given.has(''));
    },
  },
  {
    title: 'an empty identifier for a lasting session is rejected with code 2',
    v3: ['3.1.3-7', '3.1.3-8', '3.1.3-9', '3.2.2-4', '3.2.2-5'],
    run: async (bench) => {
      const peer = await bench.open();
      const ack = await peer.connect({ clientId: '', cleanStart: false });
      assert.equal(ack.reasonCode, 2);
      assert.equal(ack.sessionPresent, false);
      await peer.closed();
    },
  },
  {
    title: 'a client whose identifier is rejected is closed, with the code for it if any',
    v5: ['3.1.3-8'],
    run: async (bench) => {
      const peer = await bench.open();
      const ack = await peer.connect({ clientId: '+/#' });
      if (ack.reasonCode === 0) return peer.alive();
      assert.equal(ack.reasonCode, 0x85);
      await peer.closed();
    },
  },
  {
    title: 'CONNECT is answered with CONNACK first, and once',
    v3: ['3.1.4-4', '3.2.0-1'],
    v5: ['4.2.0-1', '3.1.4-5', '3.2.0-1', '3.2.0-2', '3.2.2-1', '3.2.2-8', '3.14.0-1'],
    run: async (bench) => {
      const retained = await bench.client();
      await retained.deliver(bench.topic(), 'kept', { retain: true });
      const { peer: first } = await bench.resume('c');
      await first.subscribe(bench.topic(), { qos: 1 });
      first.wire.drop();
      await retained.deliver(bench.topic(), 'queued');
      const again = await bench.open();
      const ack = await again.connect({ clientId: bench.id(), lasting: true });
      assert.equal(ack.reasonCode, 0);
      await again.next('publish');
    },
  },
  {
    title: 'nothing behind a rejected CONNECT is processed',
    v3: ['3.1.4-5', '3.2.2-5'],
    v5: ['3.1.4-6', '3.2.2-7', '3.2.2-6'],
    run: async (bench) => {
      const peer = await bench.open();
      const packet = {
        type: 'publish',
        topic: bench.topic(),
        payload: Buffer.from('late'),
        qos: 0,
        retain: true,
        dup: false,
        packetId: 0,
      } as const;
      peer.send(
        {
          type: 'connect',
          version: bench.version,
          cleanStart: false,
          keepAliveSeconds: 0,
          clientId: '',
          properties: bench.five ? { authenticationMethod: 'none of ours' } : undefined,
        },
        packet,
      );
      const ack = await peer.next('connack');
      assert.notEqual(ack.reasonCode, 0);
      assert.equal(ack.sessionPresent, false);
      await peer.closed();
      const reader = await bench.client();
      await reader.subscribe(bench.topic());
      await reader.alive();
    },
  },
  {
    title: 'an authentication method that is not supported is refused',
    v5: ['4.12.0-1', '4.12.0-4', '3.2.2-7'],
    run: async (bench) => {
      const peer = await bench.open();
      const ack = await peer.connect({ properties: { authenticationMethod: 'none of ours' } });
      assert.ok([0x8c, 0x87].includes(ack.reasonCode), `code ${ack.reasonCode}`);
      await peer.closed();
    },
  },
  {
    title: 'without an authentication method there is none in CONNACK, and AUTH is an error',
    v5: ['4.12.0-6', '4.12.1-2'],
    run: async (bench) => {
      const peer = await bench.open();
      const ack = await peer.connect();
      assert.equal(ack.properties?.authenticationMethod, undefined);
      peer.hex('f006 19 04 15 0001 6d');
      await peer.refused();
    },
  },
  {
    title: 'silence of one and a half times the keep-alive closes the connection',
    v3: ['3.1.2-24'],
    v5: ['3.1.2-22', '3.2.2-22'],
    run: async (bench) => {
      const silent = await bench.open();
      const ack = await silent.connect({ keepAliveSeconds: 2 });
      const given = ack.properties?.serverKeepAlive ?? 2;
      const talking = await bench.client({ keepAliveSeconds: 2 });
      const closed = silent.closed(given * 1_500 + 4_000);
      for (let i = 0; i < 5; i++) {
        await seconds(0.8);
        await talking.alive();
      }
      await closed;
      await talking.alive();
    },
  },
  {
    title: 'no response information unless it is asked for',
    v5: ['3.1.2-28'],
    run: async (bench) => {
      const peer = await bench.open();
      const ack = await peer.connect({ properties: { requestResponseInformation: 0 } });
      assert.equal(ack.properties?.responseInformation, undefined);
    },
  },
  {
    title: 'no reason strings when they are not wanted',
    v5: ['3.1.2-29'],
    run: async (bench) => {
      const peer = await bench.client({ properties: { requestProblemInformation: 0 } });
      peer.send({
        type: 'subscribe',
        packetId: 7,
        subscriptions: [
          {
            filter: bench.topic(),
            qos: 0,
            noLocal: false,
            retainAsPublished: false,
            retainHandling: 0,
          },
        ],
      });
      const acks = [await peer.next('suback')];
      assert.ok(acks.every(({ properties }) => properties?.reasonString === undefined));
      peer.publish(bench.topic(), 'x', { qos: 1, packetId: 3 });
      for (const packet of [await peer.any(), await peer.any()]) {
        assert.ok(packet?.type === 'publish' || packet?.type === 'puback');
        assert.equal(packet.properties?.reasonString, undefined);
        assert.equal(packet.properties?.userProperties, undefined);
      }
    },
  },
  {
    title: 'values of CONNECT properties that make no sense are errors',
    v5: ['3.1.4-1', '4.13.1-1'],
    run: async (bench) => {
      const rest = '000161';
      for (const property of ['210000', '2700000000', '1702', '1902', '160001 61', '0101']) {
        const bytes = property.replace(/\s+/g, '');
        const length = (bytes.length / 2).toString(16).padStart(2, '0');
        const body = `00044d5154540502003c${length}${bytes}${rest}`;
        await bench.refusesConnect(`10${(body.length / 2).toString(16).padStart(2, '0')}${body}`);
      }
    },
  },
];
