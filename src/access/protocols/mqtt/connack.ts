// SPDX-License-Identifier: Apache-2.0
import { returnCodeOf } from './codec.ts';
import type { ConnectPacket, Packet, Properties, ProtocolVersion } from './packets.ts';
import type { ProtocolState } from './protocol.ts';

/** The largest packet of the protocol: without a limit of our own none is announced. */
const protocolPacketBytesMax = 268_435_455;

/** What a v5 client must know of this server, § 3.2.2.3: only what differs from what it would assume. */
export function connackProperties(
  state: ProtocolState,
  connect: ConnectPacket,
  responseInformation: string | undefined,
): Properties {
  const { limits } = state;
  const properties: Properties = {};
  if (limits['mqtt.topicAliasMax'] > 0) {
    properties.topicAliasMaximum = limits['mqtt.topicAliasMax'];
  }
  properties.receiveMaximum = limits['mqtt.receiveMaximum'];
  if (limits['mqtt.packetBytesMax'] < protocolPacketBytesMax) {
    properties.maximumPacketSize = limits['mqtt.packetBytesMax'];
  }
  if (limits['mqtt.retainedPerTenantMax'] === 0) properties.retainAvailable = 0;
  if (state.assigned) properties.assignedClientIdentifier = state.clientId;
  const askedSeconds = connect.properties?.sessionExpiryInterval ?? 0;
  if (askedSeconds * 1_000 !== state.expiryMs) {
    properties.sessionExpiryInterval = Math.floor(state.expiryMs / 1_000);
  }
  if (connect.keepAliveSeconds !== state.keepAliveSeconds) {
    properties.serverKeepAlive = state.keepAliveSeconds;
  }
  if (responseInformation !== undefined && connect.properties?.requestResponseInformation === 1) {
    properties.responseInformation = responseInformation;
  }
  return properties;
}

/** The answer to a CONNECT that is refused before its client is known; undefined where the version has none. */
export function refusingConnack(version: ProtocolVersion, code: number): Packet | undefined {
  const reasonCode = version === 5 ? code : returnCodeOf(code);
  return reasonCode === undefined
    ? undefined
    : { type: 'connack', sessionPresent: false, reasonCode };
}
