// SPDX-License-Identifier: Apache-2.0
import type { PacketOutcome, PacketOwner, TappedFrame } from '../../diagnosis/packets.ts';
import { codecLimits, decodePacket, Framer, isMalformed, type Malformed } from './codec.ts';
import type { Admission } from './admission.ts';
import type { Connection } from './connection.ts';
import type { MqttContext } from './context.ts';
import type { Packet } from './packets.ts';
import type { PublishOutcome } from './publisher.ts';
import { codeOf, type Closing } from './remarks.ts';

/** A packet as it lies in a buffer. */
export interface PacketBytes {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Bytes before which a CONNECT holds no secret: header, protocol name and level, flags, keep-alive. */
const openConnectBytes = 12;
const decodedBytesMax = 16_384;
const textMax = 1_024;
const mask = 0x2a;

export function packetOwner({
  transport,
  protocol,
  identity,
  unadmitted,
}: Connection): PacketOwner {
  const { kind, source } = transport;
  const { clientId } = protocol;
  const thing = identity?.owner.kind === 'thing' ? identity.owner.id : unadmitted?.thing;
  const tenant = identity?.tenant ?? unadmitted?.tenant;
  return { protocol: 'mqtt', transport: kind, source, clientId, tenant, thing };
}

/** A packet from the client, as it was understood. */
export function tapIncoming(
  context: MqttContext,
  { buffer, start, end }: PacketBytes,
  packet: Packet | Malformed,
): TappedFrame {
  const { packets, ingest } = context;
  const bytes = Buffer.from(buffer.subarray(start, Math.min(end, start + packets.bytesMax)));
  maskSecrets(bytes, end - start, packet);
  return packets.begin({
    ...{ direction: 'in', time: ingest.now, bytes, length: end - start },
    ...said(packet, bytes[0] ?? 0),
  });
}

/** Tells of every packet in what goes out. */
export function tapOutgoing(context: MqttContext, connection: Connection, bytes: Buffer): void {
  const { packets, ingest, limits } = context;
  const owner = packetOwner(connection);
  const framer = new Framer(Number.POSITIVE_INFINITY);
  const fromServer = codecLimits(limits, 'server');
  framer.push(bytes);
  while (framer.next()) {
    const { buffer, start, end } = framer;
    const { version } = connection.protocol;
    const packet = decodePacket(version, buffer, start, end, fromServer);
    const shown = Buffer.from(buffer.subarray(start, Math.min(end, start + packets.bytesMax)));
    const frame = { time: ingest.now, bytes: shown, length: end - start };
    packets
      .begin({ direction: 'out', ...frame, ...said(packet, shown[0] ?? 0) })
      .end({ ok: true }, owner);
  }
}

/** Bytes that are no packet: the first of them, which hold no secret. */
export function tapJunk(context: MqttContext, connection: Connection, chunk: Buffer): void {
  const { packets, ingest } = context;
  const bytes = Buffer.from(chunk.subarray(0, openConnectBytes));
  packets
    .begin({
      ...{ direction: 'in', time: ingest.now, bytes, length: chunk.length },
      ...{ name: 'unknown', summary: {} },
    })
    .end(connection.ended ?? { ok: false }, packetOwner(connection));
}

export function packetOutcome({ code, error, at, text }: PublishOutcome): PacketOutcome {
  if (code < 0x80 && error === undefined) return { ok: true };
  return { ok: false, code: error ?? codeOf(code, ''), at, detail: text };
}

/** What became of a CONNECT, once it is known whose it is. */
export function endConnect(frame: TappedFrame, connection: Connection, admission: Admission): void {
  const { code, detail, unadmitted } = admission;
  const owner = packetOwner(connection);
  const closing = closingOutcome({ reason: code, detail });
  if (!unadmitted) return frame.end(closing, owner);
  const { later } = unadmitted;
  if (!later) return frame.end({ ...closing, code: unadmitted.code }, owner);
  const untold = (): void => frame.end(closing, owner);
  later().then(({ code: why, tenant, thing }) => {
    frame.end({ ...closing, code: why }, { ...owner, tenant, thing });
  }, untold);
}

export function closingOutcome({ reason: code, detail, at }: Closing): PacketOutcome {
  if (code === 0) return { ok: true };
  return {
    ok: false,
    code: codeOf(code, detail),
    at: at === undefined ? at : `byte ${at}`,
    detail,
  };
}

/** The password is the last field of a CONNECT; of one that is not understood, and of AUTH, only the head is shown. */
function maskSecrets(shown: Buffer, length: number, packet: Packet | Malformed): void {
  const type = (shown[0] ?? 0) >> 4;
  if (type === 15) shown.fill(mask, 2);
  if (type !== 1) return;
  if (isMalformed(packet) || packet.type !== 'connect') {
    shown.fill(mask, openConnectBytes);
    return;
  }
  const secret = packet.properties?.authenticationData?.length ?? 0;
  if (secret > 0) shown.fill(mask, openConnectBytes);
  else shown.fill(mask, length - (packet.password?.length ?? 0));
}

const names: readonly string[] = [
  ...['reserved', 'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'],
  ...[
    'SUBSCRIBE',
    'SUBACK',
    'UNSUBSCRIBE',
    'UNSUBACK',
    'PINGREQ',
    'PINGRESP',
    'DISCONNECT',
    'AUTH',
  ],
];

function said(
  packet: Packet | Malformed,
  first: number,
): { readonly name: string; readonly summary: Readonly<Record<string, unknown>> } {
  const name = names[first >> 4] ?? 'reserved';
  if (isMalformed(packet)) return { name, summary: {} };
  return { name, summary: summaryOf(packet) };
}

function summaryOf(packet: Packet): Readonly<Record<string, unknown>> {
  switch (packet.type) {
    case 'connect': {
      const { version, clientId, username, cleanStart, keepAliveSeconds, will, password } = packet;
      const left = will && { topic: will.topic, qos: will.qos, bytes: will.payload.length };
      const shown = password === undefined ? undefined : `*** (${password.length} bytes)`;
      const protocol = version === 5 ? 'MQTT 5.0' : 'MQTT 3.1.1';
      const who = { clientId, username, password: shown };
      return { version: protocol, ...who, cleanStart, keepAliveSeconds, will: left };
    }
    case 'publish': {
      const { topic, qos, retain, packetId, payload, properties } = packet;
      const { contentType } = properties ?? {};
      const id = qos === 0 ? undefined : packetId;
      const size = { payloadBytes: payload.length };
      return { topic, qos, retain, packetId: id, contentType, ...size, ...decoded(payload) };
    }
    case 'subscribe':
    case 'unsubscribe':
    case 'suback':
    case 'unsuback':
    case 'puback':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'pingreq':
    case 'pingresp':
      return plain(packet);
    case 'connack':
      return { sessionPresent: packet.sessionPresent, reasonCode: packet.reasonCode };
    case 'disconnect':
    case 'auth':
      return { reasonCode: packet.reasonCode };
  }
}

function plain(packet: object): Readonly<Record<string, unknown>> {
  const { type: _type, properties: _properties, ...rest }: Record<string, unknown> = { ...packet };
  return rest;
}

/** A payload as a person reads it: its JSON value, or its text. */
function decoded(payload: Buffer): { readonly value?: unknown; readonly text?: string } {
  if (payload.length === 0 || payload.length > decodedBytesMax) return {};
  const text = payload.toString('utf8');
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return text.includes('�') || text.includes('\0') ? {} : { text: text.slice(0, textMax) };
  }
}
