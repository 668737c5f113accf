// SPDX-License-Identifier: Apache-2.0
import type { PacketWriter } from './writer.ts';

/** Appends PUBACK; a reason code other than 0 only in v5 (§ 3.4.2.1: the short form stands for Success). */
export function writePuback(writer: PacketWriter, packetId: number, reasonCode = 0): void {
  writeAck(writer, 0x40, packetId, reasonCode);
}

/** Appends PUBREC, as `writePuback`. */
export function writePubrec(writer: PacketWriter, packetId: number, reasonCode = 0): void {
  writeAck(writer, 0x50, packetId, reasonCode);
}

/** Appends PUBREL, as `writePuback`. */
export function writePubrel(writer: PacketWriter, packetId: number, reasonCode = 0): void {
  writeAck(writer, 0x62, packetId, reasonCode);
}

/** Appends PUBCOMP, as `writePuback`. */
export function writePubcomp(writer: PacketWriter, packetId: number, reasonCode = 0): void {
  writeAck(writer, 0x70, packetId, reasonCode);
}

/** Appends PINGRESP. */
export function writePingresp(writer: PacketWriter): void {
  const at = writer.reserve(2);
  writer.buffer[at] = 0xd0;
  writer.buffer[at + 1] = 0;
}

function writeAck(
  writer: PacketWriter,
  firstByte: number,
  packetId: number,
  reasonCode: number,
): void {
  const remaining = reasonCode === 0 ? 2 : 3;
  const at = writer.reserve(2 + remaining);
  const { buffer } = writer;
  buffer[at] = firstByte;
  buffer[at + 1] = remaining;
  buffer[at + 2] = packetId >> 8;
  buffer[at + 3] = packetId & 0xff;
  if (reasonCode !== 0) buffer[at + 4] = reasonCode;
}
