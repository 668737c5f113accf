// SPDX-License-Identifier: Apache-2.0
import { SeededRandom } from '#core';
import type { LoadClient } from './options.ts';

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const out = Buffer.alloc(2 + bytes.length);
  out.writeUInt16BE(bytes.length);
  bytes.copy(out, 2);
  return out;
}

function remainingLength(length: number): Buffer {
  const out: number[] = [];
  let rest = length;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest > 0 ? digit | 0x80 : digit);
  } while (rest > 0);
  return Buffer.from(out);
}

/** A control packet: the first byte of its fixed header, then its parts. */
export function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([first]), remainingLength(body.length), body]);
}

export interface ConnectSpec extends LoadClient {
  readonly version: 4 | 5;
  readonly keepAliveSeconds: number;
  readonly cleanStart?: boolean | undefined;
  /** Version 5 only. */
  readonly sessionExpirySeconds?: number | undefined;
}

export function connectPacket(spec: ConnectSpec): Buffer {
  const { username, password, version } = spec;
  const flags =
    (username === undefined ? 0 : 0x80) |
    (password === undefined ? 0 : 0x40) |
    (spec.cleanStart === false ? 0 : 0x02);
  const head = Buffer.from([
    version,
    flags,
    spec.keepAliveSeconds >> 8,
    spec.keepAliveSeconds & 255,
  ]);
  const parts = [text('MQTT'), head];
  if (version === 5) parts.push(sessionExpiry(spec.sessionExpirySeconds ?? 0));
  parts.push(text(spec.clientId));
  if (username !== undefined) parts.push(text(username));
  if (password !== undefined) parts.push(text(password));
  return packet(0x10, ...parts);
}

function sessionExpiry(seconds: number): Buffer {
  const out = Buffer.from([5, 0x11, 0, 0, 0, 0]);
  out.writeUInt32BE(seconds, 2);
  return out;
}

export interface PublishSpec {
  readonly version: 4 | 5;
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly packetId: number;
  readonly duplicate?: boolean | undefined;
}

export function publishPacket(spec: PublishSpec): Buffer {
  const parts = [text(spec.topic)];
  if (spec.qos > 0) parts.push(Buffer.from([spec.packetId >> 8, spec.packetId & 255]));
  if (spec.version === 5) parts.push(Buffer.from([0]));
  parts.push(Buffer.from(spec.payload));
  return packet(0x30 | (spec.duplicate ? 8 : 0) | (spec.qos << 1), ...parts);
}

/** PUBLISH frames end to end; those of any run of up to `window` frames lie in one piece. */
export interface FrameRing {
  readonly bytes: Buffer;
  /** Start of each frame; one more entry than frames, and `window` frames repeat at the end. */
  readonly starts: Uint32Array;
  readonly frames: number;
}

/**
 * Frame i carries packet identifier i + 1, so nothing is built or patched while the load runs: a refill of the window is one
 * slice of these bytes. All connections share them, as identifiers belong to a connection.
 */
export function frameRing(
  spec: Omit<PublishSpec, 'packetId'>,
  window: number,
  random = new SeededRandom(1),
): FrameRing {
  const frames = Math.min(65_535, Math.max(2_048, window * 2));
  const list: Buffer[] = [];
  for (let i = 0; i < frames; i++) {
    const payload = spec.payload
      .replaceAll('%t', (15 + random.int(150) / 10).toFixed(1))
      .replaceAll('%h', (30 + random.int(600) / 10).toFixed(1));
    list.push(publishPacket({ ...spec, payload, packetId: i + 1 }));
  }
  list.push(...list.slice(0, window));
  const starts = new Uint32Array(list.length + 1);
  for (const [i, frame] of list.entries()) starts[i + 1] = (starts[i] ?? 0) + frame.length;
  return { bytes: Buffer.concat(list), starts, frames };
}
