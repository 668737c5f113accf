// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { limitsOf } from '#core';
import type { Message } from './message.ts';
import type { ConnectPacket, Packet, PublishPacket } from './packets.ts';
import { DeliveryQueue, type Delivery } from './queue.ts';
import { newProtocol, type Effect, type Input, type ProtocolState } from './protocol.ts';
import { step } from './session.ts';

const start = 1_000_000;

function connect(fields: Partial<ConnectPacket> = {}): ConnectPacket {
  const base = { type: 'connect', version: 5, cleanStart: true, keepAliveSeconds: 60 } as const;
  return { ...base, clientId: 'c', ...fields };
}

/** A protocol state with a clock of its own. */
class Machine {
  readonly state: ProtocolState;
  readonly queue = new DeliveryQueue();
  now = start;

  constructor(overrides: Parameters<typeof limitsOf>[0] = {}) {
    this.state = newProtocol(limitsOf(overrides), start);
  }

  in(input: Input): Effect[] {
    return step(this.state, input, this.now);
  }

  packet(packet: Packet): Effect[] {
    return this.in({ kind: 'packet', packet });
  }

  /** Through CONNECT to an open connection; returns the CONNACK. */
  open(fields: Partial<ConnectPacket> = {}, sessionPresent = false): Packet | undefined {
    const { queue } = this;
    this.packet(connect(fields));
    this.in({ kind: 'authenticated', reason: 0 });
    const effects = this.in({ kind: 'opened', sessionPresent, queue, incoming: new Set() });
    return sent(effects)[0];
  }

  /** A message queued for the client and sent. */
  deliver(qos: 1 | 2): Delivery {
    const limits = { messagesMax: 100, bytesMax: 1e6, bytesTogetherMax: 1e6 };
    const delivery = this.queue.add(message(), { qos, retain: false, identifiers: [] }, limits);
    assert(delivery);
    this.state.outbound.push(delivery);
    assert.equal(this.state.outbound.next(), delivery);
    return delivery;
  }
}

function message(): Message {
  return {
    ...{ tenant: 1, topic: 't', payload: Buffer.from('x'), qos: 2, retain: false },
    ...{
      properties: undefined,
      publisher: { kind: 'anonymous', id: 0, permissions: 0 },
      clientId: 'p',
    },
    ...{ time: start, expiresAt: Number.POSITIVE_INFINITY, offset: 1 },
  };
}

function publish(fields: Partial<PublishPacket> = {}): PublishPacket {
  const payload = Buffer.from('x');
  const base = { type: 'publish', topic: 't', qos: 0, retain: false, dup: false } as const;
  return { ...base, packetId: 0, payload, ...fields };
}

function sent(effects: readonly Effect[]): Packet[] {
  return effects.flatMap((effect) => (effect.kind === 'send' ? [effect.packet] : []));
}

function kinds(effects: readonly Effect[]): string[] {
  return effects.map((effect) => (effect.kind === 'send' ? effect.packet.type : effect.kind));
}

/** The reason of the close among the effects. */
function closedWith(effects: readonly Effect[]): number | undefined {
  return effects.find((effect) => effect.kind === 'close')?.reason;
}

test('a connection opens: authenticate, open, CONNACK with what the client must know', () => {
  const machine = new Machine();
  assert.deepEqual(kinds(machine.packet(connect())), ['authenticate']);
  assert.deepEqual(kinds(machine.in({ kind: 'authenticated', reason: 0 })), ['open']);
  const { queue } = machine;
  const [connack] = sent(
    machine.in({ kind: 'opened', sessionPresent: false, queue, incoming: new Set() }),
  );
  assert.deepEqual(connack, {
    type: 'connack',
    sessionPresent: false,
    reasonCode: 0,
    properties: { topicAliasMaximum: 10, receiveMaximum: 20, maximumPacketSize: 262_144 },
  });
});

test('keep-alive and session expiry are lowered to the limits, and the client is told', () => {
  const machine = new Machine();
  const connack = machine.open({
    keepAliveSeconds: 65_535,
    properties: { sessionExpiryInterval: 0xffffffff },
  });
  assert(connack?.type === 'connack');
  assert.equal(connack.properties?.serverKeepAlive, 1_200);
  assert.equal(connack.properties.sessionExpiryInterval, 86_400);
  const silent = new Machine();
  const answer = silent.open({ keepAliveSeconds: 0 });
  assert(answer?.type === 'connack');
  assert.equal(answer.properties?.serverKeepAlive, 1_200, 'keep-alive 0 is not forever');
});

test('keep-alive: closed with 0x8D after one and a half intervals, the will stays due', () => {
  const machine = new Machine();
  machine.open({ keepAliveSeconds: 10 });
  machine.now += 15_000;
  assert.deepEqual(machine.in({ kind: 'tick' }), []);
  machine.packet({ type: 'pingreq' });
  machine.now += 15_001;
  const effects = machine.in({ kind: 'tick' });
  assert.deepEqual(kinds(effects), ['disconnect', 'detach', 'close']);
  assert.equal(closedWith(effects), 0x8d);
  const detach = effects[1];
  assert(detach?.kind === 'detach');
  assert.equal(detach.normal, false);
  assert.deepEqual(machine.in({ kind: 'tick' }), [], 'only once');
});

test('refused: each version gets the code it knows', () => {
  for (const [version, code, expected] of [
    [5, 0x86, 0x86],
    [4, 0x86, 4],
    [4, 0x87, 5],
    [4, 0x85, 2],
    [4, 0x88, 3],
  ] as const) {
    const machine = new Machine();
    machine.packet(connect({ version }));
    const [connack] = sent(machine.in({ kind: 'authenticated', reason: code }));
    assert(connack?.type === 'connack');
    assert.equal(connack.reasonCode, expected);
  }
});

test('extended authentication is refused as the standard says: 0x8C', () => {
  const machine = new Machine();
  const properties = { authenticationMethod: 'SCRAM-SHA-256' };
  assert.equal(closedWith(machine.packet(connect({ properties }))), 0x8c);
  const open = new Machine();
  open.open();
  assert.equal(closedWith(open.packet({ type: 'auth', reasonCode: 0x19 })), 0x82);
});

test('client identifiers that read as filters are refused, others with these characters are not', () => {
  for (const clientId of ['#', '+', 'a/#', '+/b', '$share/x']) {
    assert.equal(closedWith(new Machine().packet(connect({ clientId }))), 0x85, clientId);
  }
  for (const clientId of ['a+b', 'U+001F', 'no. #1', 'a$']) {
    assert.equal(closedWith(new Machine().packet(connect({ clientId }))), undefined, clientId);
  }
  const nameless = { clientId: '', version: 4, cleanStart: false } as const;
  assert.equal(closedWith(new Machine().packet(connect(nameless))), 0x85);
});

test('a second CONNECT, or a packet before the first, is a protocol error', () => {
  const machine = new Machine();
  machine.open();
  assert.equal(closedWith(machine.packet(connect())), 0x82);
  const early = new Machine();
  const effects = early.packet({ type: 'pingreq' });
  assert.equal(closedWith(effects), 0x82);
  assert.deepEqual(sent(effects), [], 'nobody to answer');
});

test('DISCONNECT: 0x00 drops the will, 0x04 does not, expiry cannot come to life', () => {
  const normal = new Machine();
  normal.open();
  const effects = normal.packet({ type: 'disconnect', reasonCode: 0 });
  assert.deepEqual(effects[0], { kind: 'detach', expiryMs: 0, normal: true });
  const withWill = new Machine();
  withWill.open({ properties: { sessionExpiryInterval: 10 } });
  const properties = { sessionExpiryInterval: 5 };
  const [detach] = withWill.packet({ type: 'disconnect', reasonCode: 4, properties });
  assert.deepEqual(detach, { kind: 'detach', expiryMs: 5_000, normal: false });
  const late = new Machine();
  late.open();
  assert.equal(closedWith(late.packet({ type: 'disconnect', reasonCode: 0, properties })), 0x82);
});

test('topic aliases: set, used, unknown, beyond the maximum', () => {
  const machine = new Machine({ 'mqtt.topicAliasMax': 2 });
  machine.open();
  const with1 = { topicAlias: 1 };
  machine.packet(publish({ topic: 'long/topic', properties: with1 }));
  const [effect] = machine.packet(publish({ topic: '', properties: with1 }));
  assert(effect?.kind === 'publish');
  assert.equal(effect.topic, 'long/topic');
  machine.packet(publish({ topic: 'other', properties: with1 }));
  const [changed] = machine.packet(publish({ topic: '', properties: with1 }));
  assert(changed?.kind === 'publish');
  assert.equal(changed.topic, 'other');
  const unknown = machine.packet(publish({ topic: '', properties: { topicAlias: 2 } }));
  assert.equal(closedWith(unknown), 0x82);
  const beyond = new Machine({ 'mqtt.topicAliasMax': 2 });
  beyond.open();
  assert.equal(closedWith(beyond.packet(publish({ properties: { topicAlias: 3 } }))), 0x94);
});

test('receive maximum: a v5 client that sends more than it may is closed with 0x93', () => {
  const machine = new Machine({ 'mqtt.receiveMaximum': 2 });
  machine.open();
  assert.deepEqual(kinds(machine.packet(publish({ qos: 1, packetId: 1 }))), ['publish']);
  assert.deepEqual(kinds(machine.packet(publish({ qos: 2, packetId: 2 }))), ['publish']);
  assert.deepEqual(kinds(machine.packet(publish())), ['publish'], 'QoS 0 does not count');
  machine.in({ kind: 'answered' });
  assert.deepEqual(kinds(machine.packet(publish({ qos: 1, packetId: 3 }))), ['publish']);
  const effects = machine.packet(publish({ qos: 1, packetId: 4 }));
  assert.equal(closedWith(effects), 0x93);
});

test('QoS 2 in: taken once however often it comes, released once, answered each time', () => {
  const machine = new Machine();
  machine.open();
  const packet = publish({ qos: 2, packetId: 7 });
  assert.deepEqual(kinds(machine.packet(packet)), ['publish']);
  assert.deepEqual(kinds(machine.packet({ ...packet, dup: true })), ['repeat']);
  const pubrel = { type: 'pubrel', packetId: 7, reasonCode: 0 } as const;
  assert.deepEqual(kinds(machine.packet(pubrel)), ['release']);
  assert.deepEqual(machine.packet(pubrel), [], 'its answer is on the way to the log');
  assert.deepEqual(kinds(machine.in({ kind: 'released', packetId: 7 })), ['pubcomp']);
  assert.deepEqual(kinds(machine.packet(pubrel)), ['pubcomp'], 'a PUBCOMP that was lost');
  assert.deepEqual(kinds(machine.packet(packet)), ['publish'], 'the identifier is free again');
});

test('QoS 2 in: what a resumed session has taken is not taken again', () => {
  const machine = new Machine();
  machine.packet(connect({ cleanStart: false }));
  machine.in({ kind: 'authenticated', reason: 0 });
  const incoming = new Set([7]);
  machine.in({ kind: 'opened', sessionPresent: true, queue: machine.queue, incoming });
  const packet = publish({ qos: 2, packetId: 7, dup: true });
  assert.deepEqual(kinds(machine.packet(packet)), ['repeat']);
});

test('QoS 1 out: PUBACK ends it, anything else for it is a protocol error', () => {
  const machine = new Machine();
  machine.open();
  const delivery = machine.deliver(1);
  const puback = { type: 'puback', packetId: delivery.packetId, reasonCode: 0 } as const;
  assert.deepEqual(machine.packet(puback), [{ kind: 'acknowledged', delivery }]);
  assert.deepEqual(machine.packet(puback), [], 'unknown ones are nothing to worry about');
  const { packetId } = machine.deliver(1);
  const wrong = machine.packet({ type: 'pubrec', packetId, reasonCode: 0 });
  assert.equal(closedWith(wrong), 0x82);
});

test('QoS 2 out: PUBREL leaves when PUBREC is recorded, PUBCOMP ends it', () => {
  const machine = new Machine();
  machine.open();
  const delivery = machine.deliver(2);
  const { packetId } = delivery;
  const pubrec = { type: 'pubrec', packetId, reasonCode: 0 } as const;
  assert.deepEqual(machine.packet(pubrec), [{ kind: 'received', delivery }]);
  assert.deepEqual(kinds(machine.in({ kind: 'recorded', delivery })), ['pubrel']);
  assert.deepEqual(kinds(machine.packet(pubrec)), ['pubrel'], 'again when it was lost');
  const pubcomp = { type: 'pubcomp', packetId, reasonCode: 0 } as const;
  assert.deepEqual(machine.packet(pubcomp), [{ kind: 'acknowledged', delivery }]);
  assert.deepEqual(machine.packet(pubcomp), []);
  const early = machine.deliver(2).packetId;
  assert.equal(closedWith(machine.packet({ ...pubcomp, packetId: early })), 0x82);
});

test('QoS 2 out: a PUBREC with an error ends the delivery', () => {
  const machine = new Machine();
  machine.open();
  const delivery = machine.deliver(2);
  const refused = { type: 'pubrec', packetId: delivery.packetId, reasonCode: 0x97 } as const;
  assert.deepEqual(machine.packet(refused), [{ kind: 'acknowledged', delivery }]);
  assert.deepEqual(machine.packet({ ...refused, packetId: 77 }), []);
  const unknown = machine.packet({ ...refused, packetId: 77, reasonCode: 0 });
  assert.deepEqual(kinds(unknown), ['pubrel']);
});

test('the window: no more in flight than the client takes, none beyond ours', () => {
  const machine = new Machine({ 'mqtt.inflightMax': 3 });
  machine.open({ properties: { receiveMaximum: 2 } });
  const limits = { messagesMax: 100, bytesMax: 1e6, bytesTogetherMax: 1e6 };
  for (let i = 0; i < 5; i++) {
    const options = { qos: 1, retain: false, identifiers: [] } as const;
    const delivery = machine.queue.add(message(), options, limits);
    if (delivery) machine.state.outbound.push(delivery);
  }
  const { outbound } = machine.state;
  const first = outbound.next();
  assert(first && outbound.next());
  assert.equal(outbound.next(), undefined);
  machine.packet({ type: 'puback', packetId: first.packetId, reasonCode: 0 });
  assert(outbound.next());
  assert.equal(outbound.next(), undefined);
});

test('reason strings go only to clients that want to know of problems', () => {
  for (const [requestProblemInformation, expected] of [
    [1, true],
    [0, false],
  ] as const) {
    const machine = new Machine();
    machine.open({ properties: { requestProblemInformation } });
    const [packet] = sent(machine.in({ kind: 'end', reason: 0x98, detail: 'because' }));
    assert(packet?.type === 'disconnect');
    assert.equal(packet.properties?.reasonString !== undefined, expected);
  }
});

test('a lost connection detaches once and its will is due', () => {
  const machine = new Machine();
  machine.open();
  assert.deepEqual(machine.in({ kind: 'lost' }), [{ kind: 'detach', expiryMs: 0, normal: false }]);
  assert.deepEqual(machine.in({ kind: 'lost' }), []);
  const stranger = new Machine();
  assert.deepEqual(stranger.in({ kind: 'lost' }), []);
});
