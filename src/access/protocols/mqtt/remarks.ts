// SPDX-License-Identifier: Apache-2.0
import type { DiagnosisStep } from '../../diagnosis/diagnosis.ts';
import { reason, reasonText } from './codec.ts';
import type { Connection } from './connection.ts';
import type { MqttContext } from './context.ts';
import type { PublishOutcome } from './publisher.ts';

/** Closes that are part of normal life and no matter for diagnosis. */
const ordinary: ReadonlySet<number> = new Set([reason.sessionTakenOver, reason.serverShuttingDown]);

/** Notes why the server has ended a connection. */
export function noteClose(
  context: MqttContext,
  connection: Connection,
  code: number,
  detail: string,
): void {
  if (ordinary.has(code)) return;
  const { transport, protocol } = connection;
  context.diagnosis.note(
    {
      protocol: 'mqtt',
      source: transport.source,
      identity: identityOf(connection),
      step: stepOf(code, protocol.connect !== undefined),
      code: `mqtt 0x${code.toString(16)}`,
      detail: detail === '' ? reasonText(code) : `${reasonText(code)}: ${detail}`,
    },
    context.ingest.now,
  );
}

/** Notes a message or a subscription that was refused while the connection goes on. */
export function noteOutcome(
  context: MqttContext,
  connection: Connection,
  outcome: PublishOutcome,
): void {
  context.diagnosis.note(
    {
      protocol: 'mqtt',
      source: connection.transport.source,
      identity: identityOf(connection),
      step: outcome.step ?? 'policy',
      code: outcome.error ?? `mqtt 0x${outcome.code.toString(16)}`,
      detail: outcome.text,
    },
    context.ingest.now,
  );
}

function identityOf({ identity, protocol }: Connection): string {
  const name = protocol.connect?.username ?? protocol.clientId;
  if (!identity) return name;
  const { owner, clientId } = identity;
  return owner.kind === 'anonymous' ? clientId : `${owner.kind} ${owner.id}, client ${clientId}`;
}

function stepOf(code: number, connecting: boolean): DiagnosisStep {
  switch (code) {
    case reason.malformedPacket:
    case reason.protocolError:
    case reason.packetTooLarge:
      return 'decode';
    case reason.badUserNameOrPassword:
    case reason.badAuthenticationMethod:
      return 'auth';
    case reason.notAuthorized:
      return connecting ? 'auth' : 'policy';
    case reason.keepAliveTimeout:
      return 'keep-alive';
    case reason.serverUnavailable:
      return 'log';
    case reason.quotaExceeded:
    case reason.banned:
    case reason.receiveMaximumExceeded:
      return 'limit';
    default:
      return 'connect';
  }
}
