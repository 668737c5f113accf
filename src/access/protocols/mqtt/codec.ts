// SPDX-License-Identifier: Apache-2.0

/** The MQTT codec: bytes to typed packets and back, 3.1.1 and 5.0. Pure: no I/O, no clock, no throw on input. */
export {
  writePingresp,
  writePuback,
  writePubcomp,
  writePubrec,
  writePubrel,
} from './codec/acks.ts';
export { decodePacket, isMalformed, type Malformed } from './codec/decode.ts';
export { encodePacket, packetSize } from './codec/encode.ts';
export { PreparedPublish, type PublishDelivery } from './codec/fan-out.ts';
export { Framer } from './codec/frame.ts';
export { codecLimits, type CodecLimits } from './codec/limits.ts';
export { PublishView, publishProperties, scanPublish } from './codec/scan-publish.ts';
export { PacketWriter } from './codec/writer.ts';
export { reason, reasonText, returnCodeOf } from './table.ts';
