// SPDX-License-Identifier: Apache-2.0
import { PacketWriter, encodePacket } from '../codec.ts';
import type { ProtocolVersion } from '../packets.ts';
import { reasonOf, type Outcome, type Target } from './target.ts';
import { Wire } from './wire.ts';

type Step =
  | readonly ['s' | 'r', string]
  | readonly ['p', { readonly topic: string; readonly qos: number; readonly payload: string }];

/** A case of mqtt-sequences.json; the fields are explained in its header. */
export interface Sequence {
  readonly f: string;
  readonly g: string;
  readonly n: string;
  readonly ver: number;
  readonly connect: boolean;
  readonly disc: boolean;
  readonly m: readonly Step[];
}

export interface SequenceOutcome extends Outcome {
  readonly sequence: Sequence;
  /** Whether the answers were those of the data byte by byte, where the standard leaves a choice. */
  readonly exact: boolean;
}

/** The format of the data has its fields checked when it is read, so that a changed file fails at once. */
export function sequencesOf(data: unknown): readonly Sequence[] {
  if (typeof data !== 'object' || data === null || !('tests' in data)) return [];
  const { tests } = data;
  if (!Array.isArray(tests) || !tests.every(isSequence)) throw new Error('not a file of sequences');
  return tests;
}

function isSequence(value: unknown): value is Sequence {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['f', 'g', 'n', 'ver', 'connect', 'disc', 'm'].every((key) => key in value)
  );
}

export function nameOf({ f, g, n }: Sequence): string {
  return `${f}: ${g} ${n}`;
}

/** Runs one case; afterwards the server must have closed, or still answer a PINGREQ. */
export async function runSequence(target: Target, sequence: Sequence): Promise<SequenceOutcome> {
  const name = nameOf(sequence);
  using wire = await Wire.open(target);
  try {
    let exact = true;
    if (sequence.connect) await greet(wire, sequence);
    for (const step of sequence.m) {
      if (step[0] === 's') wire.send(Buffer.from(step[1], 'hex'));
      else if (step[0] === 'p') await publish(target, step[1]);
      else if (!(await receive(wire, Buffer.from(step[1], 'hex')))) exact = false;
    }
    if (!(await (sequence.disc ? closes(wire) : answersPing(wire)))) exact = false;
    return { name, sequence, passed: true, exact };
  } catch (error) {
    return { name, sequence, passed: false, exact: false, reason: reasonOf(error) };
  }
}

/** The default CONNECT: clean, 60 s, the case as its identifier. */
async function greet(wire: Wire, { g, n, ver }: Sequence): Promise<void> {
  const version: ProtocolVersion = ver === 5 ? 5 : 4;
  wire.send(connectBytes(version, `${g} ${n}`));
  const packet = await onePacket(wire);
  if (packet === undefined || packet[0] !== 0x20 || packet[3] !== 0) {
    throw new Error(`default CONNECT was answered with ${shown(packet)}`);
  }
}

function connectBytes(version: ProtocolVersion, clientId: string): Buffer {
  const writer = new PacketWriter();
  encodePacket(
    version,
    {
      type: 'connect',
      version,
      cleanStart: true,
      keepAliveSeconds: 60,
      clientId,
      properties: version === 5 ? { receiveMaximum: 20 } : undefined,
    },
    writer,
  );
  return writer.take();
}

/** The next whole packet; undefined when none comes. */
async function onePacket(wire: Wire): Promise<Buffer | undefined> {
  const whole = (): number => {
    const { pending } = wire;
    let length = 0;
    for (let i = 1; i < 5 && i < pending.length; i++) {
      const byte = pending.readUInt8(i);
      length |= (byte & 0x7f) << (7 * (i - 1));
      if (byte < 0x80) return pending.length > i + length ? i + 1 + length : 0;
    }
    return 0;
  };
  await wire.until(() => whole() > 0);
  const length = whole();
  return length === 0 ? undefined : wire.take(length);
}

/** True when the bytes are those expected, false when they say the same in another way; throws otherwise. */
async function receive(wire: Wire, expected: Buffer): Promise<boolean> {
  const packet = await onePacket(wire);
  if (packet?.equals(expected)) return true;
  if (packet !== undefined && sameMeaning(packet, expected)) return false;
  throw new Error(`received ${shown(packet)} for ${expected.toString('hex')}`);
}

/** The data's DISCONNECT codes and CONNACK properties are one server's own. */
function sameMeaning(packet: Buffer, expected: Buffer): boolean {
  const type = expected[0];
  if (packet[0] !== type) return false;
  if (type === 0xe0) return packet.length > 2 && packet.readUInt8(2) >= 0x80;
  if (type === 0x20) return packet.subarray(2, 4).equals(expected.subarray(2, 4));
  return false;
}

/** Waits for the end; a refusal that comes before it is the server's choice: not exact. */
async function closes(wire: Wire): Promise<boolean> {
  if (!(await wire.closed())) throw new Error(`still connected, sent ${shown(wire.pending)}`);
  const { pending } = wire;
  if (pending.length === 0) return true;
  const refusal =
    (pending[0] === 0xe0 && (pending[2] ?? 0) >= 0x80) ||
    (pending[0] === 0x20 && (pending[3] ?? 0) !== 0);
  if (!refusal) throw new Error(`sent ${shown(pending)} before it closed`);
  return false;
}

async function answersPing(wire: Wire): Promise<boolean> {
  wire.send(Buffer.of(0xc0, 0));
  const packet = await onePacket(wire);
  if (packet?.equals(Buffer.of(0xd0, 0))) return true;
  throw new Error(`PINGREQ was answered with ${shown(packet)}`);
}

/** A helper client publishes and completes the handshake of its QoS. */
async function publish(
  target: Target,
  message: { readonly topic: string; readonly qos: number; readonly payload: string },
): Promise<void> {
  using wire = await Wire.open(target);
  wire.send(connectBytes(4, 'helper'));
  await receive(wire, Buffer.from('20020000', 'hex'));
  const { topic, payload } = message;
  const qos = message.qos === 2 ? 2 : message.qos === 1 ? 1 : 0;
  const writer = new PacketWriter();
  const packet = { type: 'publish', topic, qos, retain: false, dup: false, packetId: 1 } as const;
  encodePacket(4, { ...packet, payload: Buffer.from(payload) }, writer);
  wire.send(writer.take());
  if (qos === 1) await receive(wire, Buffer.from('40020001', 'hex'));
  if (qos !== 2) return;
  await receive(wire, Buffer.from('50020001', 'hex'));
  wire.send(Buffer.from('62020001', 'hex'));
  await receive(wire, Buffer.from('70020001', 'hex'));
}

function shown(packet: Buffer | undefined): string {
  return packet === undefined || packet.length === 0 ? 'nothing' : packet.toString('hex');
}
