// SPDX-License-Identifier: Apache-2.0
import { reason } from './codec.ts';
import type { AckOutcome } from './outbound.ts';
import type { DisconnectPacket, Packet, PublishPacket } from './packets.ts';
import { ack, close, send, type Effect, type ProtocolState } from './protocol.ts';

/** A packet of an open connection, other than CONNECT. */
export function inbound(state: ProtocolState, packet: Packet): Effect[] {
  switch (packet.type) {
    case 'publish':
      return publish(state, packet);
    case 'puback':
      return settled(state, state.outbound.acknowledged(packet.packetId));
    case 'pubrec':
      return pubrec(state, packet.packetId, packet.reasonCode >= 0x80);
    case 'pubrel':
      return pubrel(state, packet.packetId);
    case 'pubcomp':
      return settled(state, state.outbound.completed(packet.packetId));
    case 'subscribe':
      return [{ kind: 'subscribe', packet }];
    case 'unsubscribe':
      return [{ kind: 'unsubscribe', packet }];
    case 'pingreq':
      return [send({ type: 'pingresp' })];
    case 'disconnect':
      return disconnect(state, packet);
    default:
      // AUTH without an authentication method in CONNECT, [MQTT-4.12.0-6]; packets that only a server sends.
      return close(state, reason.protocolError, `${packet.type} from a client`);
  }
}

/** The effective topic of a publish: its own, or the one its alias stands for; a number is the reason to close. */
export function resolveTopic(state: ProtocolState, topic: string, alias: number): string | number {
  if (alias === 0) return topic === '' ? reason.protocolError : topic;
  // [MQTT-3.3.2-9]
  if (alias > state.limits['mqtt.topicAliasMax']) return reason.topicAliasInvalid;
  if (topic !== '') {
    state.aliases[alias] = topic;
    return topic;
  }
  return state.aliases[alias] ?? reason.protocolError;
}

function publish(state: ProtocolState, packet: PublishPacket): Effect[] {
  const alias = packet.properties?.topicAlias;
  if (alias === 0) return close(state, reason.topicAliasInvalid, '[MQTT-3.3.2-8]');
  const topic = resolveTopic(state, packet.topic, alias ?? 0);
  if (typeof topic === 'number') {
    const limit: Effect[] =
      topic === reason.topicAliasInvalid ? [{ kind: 'limit', name: 'mqtt.topicAliasMax' }] : [];
    return [...limit, ...close(state, topic, '§ 3.3.2.3.4')];
  }
  if (packet.qos === 0) return [{ kind: 'publish', packet, topic }];
  if (packet.qos === 2 && state.incoming.has(packet.packetId)) {
    // Taken before: answered again, not published again, [MQTT-4.3.3-10].
    return [{ kind: 'repeat', packetId: packet.packetId }];
  }
  if (state.version === 5 && state.unacknowledged >= state.limits['mqtt.receiveMaximum']) {
    const limit: Effect = { kind: 'limit', name: 'mqtt.receiveMaximum' };
    return [limit, ...close(state, reason.receiveMaximumExceeded, '[MQTT-3.3.4-9]')];
  }
  state.unacknowledged++;
  if (packet.qos === 2) state.incoming.set(packet.packetId, true);
  return [{ kind: 'publish', packet, topic }];
}

function pubrel(state: ProtocolState, packetId: number): Effect[] {
  if (state.releasing.has(packetId)) return [];
  const counted = state.incoming.get(packetId);
  // Nothing to release: the answer of a release that the client has not seen, [MQTT-4.3.3-11].
  if (counted === undefined) return [send(ack('pubcomp', packetId))];
  if (counted) state.unacknowledged--;
  state.incoming.delete(packetId);
  state.releasing.add(packetId);
  return [{ kind: 'release', packetId }];
}

function pubrec(state: ProtocolState, packetId: number, refused: boolean): Effect[] {
  const outcome = state.outbound.received(packetId, refused);
  if (outcome.kind === 'unknown') return refused ? [] : [send(ack('pubrel', packetId))];
  if (outcome.kind !== 'delivery') return settled(state, outcome);
  if (refused) return [{ kind: 'acknowledged', delivery: outcome.delivery }];
  // Known already: only the PUBREL was lost.
  if (outcome.delivery.received) return [send(ack('pubrel', packetId))];
  return [{ kind: 'received', delivery: outcome.delivery }];
}

function settled(state: ProtocolState, outcome: AckOutcome): Effect[] {
  switch (outcome.kind) {
    case 'unknown':
      return [];
    case 'wrong':
      return close(state, reason.protocolError, 'not the acknowledgement of this QoS');
    case 'delivery':
      return [{ kind: 'acknowledged', delivery: outcome.delivery }];
    case 'downlink':
      return [{ kind: 'arrived', downlink: outcome.downlink }];
  }
}

function disconnect(state: ProtocolState, packet: DisconnectPacket): Effect[] {
  const seconds = packet.properties?.sessionExpiryInterval;
  if (seconds !== undefined && seconds > 0 && state.expiryMs === 0) {
    // [MQTT-3.14.2-2]
    return close(state, reason.protocolError, '[MQTT-3.14.2-2]');
  }
  const asked = seconds === 0xffffffff ? Number.POSITIVE_INFINITY : (seconds ?? 0) * 1_000;
  const max = state.limits['mqtt.sessionExpiryMsMax'];
  const expiryMs = seconds === undefined ? state.expiryMs : Math.min(asked, max);
  state.phase = 'closed';
  return [
    { kind: 'detach', expiryMs, normal: packet.reasonCode === reason.success },
    { kind: 'close', reason: 0, detail: '' },
  ];
}
