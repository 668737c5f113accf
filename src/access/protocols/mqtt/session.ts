// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, TimeMs } from '#core';
import { reason } from './codec.ts';
import { connackProperties } from './connack.ts';
import { inbound } from './inbound.ts';
import { Outbound } from './outbound.ts';
import type { ConnectPacket } from './packets.ts';
import { ack, close, send, type Effect, type Input, type ProtocolState } from './protocol.ts';

/** What an input means: changes the state and says what is to be done, in order. */
export function step(state: ProtocolState, input: Input, now: TimeMs): Effect[] {
  if (state.phase === 'closed') return [];
  switch (input.kind) {
    case 'packet':
      state.heardAt = now;
      if (input.packet.type === 'connect') return connecting(state, input.packet);
      if (state.phase !== 'open') return close(state, reason.protocolError, '[MQTT-3.1.0-1]');
      return inbound(state, input.packet);
    case 'malformed':
      if (!input.final) return close(state, input.reason, input.clause, input.at);
      return [
        ...lost(state),
        { kind: 'close', reason: input.reason, detail: input.clause, at: input.at },
      ];
    case 'authenticated':
      return authenticated(state, input.reason, input.detail);
    case 'opened':
      return opened(state, input);
    case 'answered':
      state.unacknowledged--;
      return [];
    case 'released':
      state.releasing.delete(input.packetId);
      return [send(ack('pubcomp', input.packetId))];
    case 'recorded':
      input.delivery.received = true;
      return [send(ack('pubrel', input.delivery.packetId))];
    case 'tick':
      return tick(state, now);
    case 'end':
      return close(state, input.reason, input.detail ?? '');
    case 'lost':
      return lost(state);
  }
}

function connecting(state: ProtocolState, connect: ConnectPacket): Effect[] {
  // [MQTT-3.1.0-2]
  if (state.phase !== 'connecting') return close(state, reason.protocolError, '[MQTT-3.1.0-2]');
  const { limits } = state;
  const properties = connect.properties ?? {};
  state.connect = connect;
  state.version = connect.version;
  state.clientId = connect.clientId;
  state.problemInformation = properties.requestProblemInformation !== 0;
  state.packetBytesMax = properties.maximumPacketSize ?? Number.POSITIVE_INFINITY;
  state.aliasMaxOut = Math.min(properties.topicAliasMaximum ?? 0, limits['mqtt.topicAliasMax']);
  const window = Math.min(properties.receiveMaximum ?? 65_535, limits['mqtt.inflightMax']);
  state.outbound = new Outbound(window);
  state.expiryMs = Math.min(askedExpiryMs(connect), limits['mqtt.sessionExpiryMsMax']);
  const keepAliveMax = limits['mqtt.keepAliveSecondsMax'];
  const asked = connect.keepAliveSeconds;
  state.keepAliveSeconds = asked === 0 ? keepAliveMax : Math.min(asked, keepAliveMax);
  const problem = refusal(connect);
  if (problem !== undefined) return close(state, problem.code, problem.detail);
  const effects: Effect[] = [];
  if (asked !== state.keepAliveSeconds) {
    effects.push({ kind: 'limit', name: 'mqtt.keepAliveSecondsMax' });
  }
  if (askedExpiryMs(connect) > state.expiryMs) {
    effects.push({ kind: 'limit', name: 'mqtt.sessionExpiryMsMax' });
  }
  state.phase = 'authenticating';
  effects.push({ kind: 'authenticate', connect });
  return effects;
}

/** What is wrong with a well-formed CONNECT. */
function refusal(connect: ConnectPacket): { code: number; detail: string } | undefined {
  if (connect.properties?.authenticationMethod !== undefined) {
    // § 4.12: no authentication method is supported.
    return { code: reason.badAuthenticationMethod, detail: 'no extended authentication' };
  }
  // [MQTT-3.1.3-8] of 3.1.1; 5.0 lets the server assign one.
  if (connect.clientId === '' && connect.version === 4 && !connect.cleanStart) {
    return { code: reason.clientIdentifierNotValid, detail: '[MQTT-3.1.3-8]' };
  }
  // Identifiers that would read as filters are refused, so that none ever reaches one.
  if (/(^|\/)[+#](\/|$)|^\$/.test(connect.clientId)) {
    return { code: reason.clientIdentifierNotValid, detail: 'reads as a topic filter' };
  }
  return undefined;
}

function askedExpiryMs(connect: ConnectPacket): DurationMs {
  if (connect.version === 4) return connect.cleanStart ? 0 : Number.POSITIVE_INFINITY;
  const seconds = connect.properties?.sessionExpiryInterval ?? 0;
  return seconds === 0xffffffff ? Number.POSITIVE_INFINITY : seconds * 1_000;
}

function authenticated(state: ProtocolState, code: number, detail = ''): Effect[] {
  if (state.phase !== 'authenticating' || !state.connect) return [];
  if (code !== 0) return close(state, code, detail);
  state.phase = 'opening';
  return [{ kind: 'open', connect: state.connect, expiryMs: state.expiryMs }];
}

function opened(state: ProtocolState, input: Extract<Input, { kind: 'opened' }>): Effect[] {
  const { connect } = state;
  if (state.phase !== 'opening' || !connect) return [];
  state.phase = 'open';
  state.connect = undefined;
  for (const packetId of input.incoming) state.incoming.set(packetId, false);
  state.outbound.resume(input.queue);
  const { sessionPresent, responseInformation } = input;
  if (state.version !== 5) return [send({ type: 'connack', sessionPresent, reasonCode: 0 })];
  const properties = connackProperties(state, connect, responseInformation);
  return [send({ type: 'connack', sessionPresent, reasonCode: 0, properties })];
}

function tick(state: ProtocolState, now: TimeMs): Effect[] {
  const allowed = state.keepAliveSeconds * 1_500;
  // [MQTT-3.1.2-22]
  if (state.phase !== 'open' || now - state.heardAt <= allowed) return [];
  return close(state, reason.keepAliveTimeout, '[MQTT-3.1.2-22]');
}

function lost(state: ProtocolState): Effect[] {
  const wasOpen = state.phase === 'open';
  state.phase = 'closed';
  return wasOpen ? [{ kind: 'detach', expiryMs: state.expiryMs, normal: false }] : [];
}
