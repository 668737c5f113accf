// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode, LimitName } from '#core';
import { limitTable } from '#core';
import type { ShownSecret } from '#security';
import type { DiagnosisNote, DiagnosisStep } from '../../diagnosis/diagnosis.ts';
import type { OfflineCause } from '../../ports.ts';
import { reason, reasonText } from './codec.ts';
import type { Connection } from './connection.ts';
import type { MqttContext } from './context.ts';
import type { PublishOutcome } from './publisher.ts';

/** What is known of a client that is not let in: for its owner, never for itself. */
export interface Unadmitted {
  readonly code: ErrorCode;
  readonly tenant?: number | undefined;
  readonly thing?: number | undefined;
  readonly secret?: ShownSecret | undefined;
  /** What is looked up only when the client has its answer. */
  readonly later?: (() => Promise<Pick<Unadmitted, 'code' | 'tenant' | 'thing'>>) | undefined;
}

/** Why the server ends a connection. */
export interface Closing {
  readonly reason: number;
  readonly detail: string;
  /** Byte of the packet that is the cause. */
  readonly at?: number | undefined;
}

/** Closes that are part of normal life and no matter for diagnosis. */
const ordinary: ReadonlySet<number> = new Set([
  0,
  reason.sessionTakenOver,
  reason.serverShuttingDown,
]);

/** Why a device is offline now; `undefined`: its connection broke off. */
export function offlineCause(closing: Closing | undefined): OfflineCause | ErrorCode {
  if (closing === undefined) return 'lost';
  switch (closing.reason) {
    case 0:
      return 'disconnected';
    case reason.sessionTakenOver:
      return 'taken-over';
    case reason.serverShuttingDown:
      return 'server-stopped';
    default:
      return codeOf(closing.reason, closing.detail);
  }
}

/** Notes why the server has ended a connection. */
export function noteClose(context: MqttContext, connection: Connection, closing: Closing): void {
  const { reason: code, detail, at } = closing;
  if (ordinary.has(code)) return;
  const { protocol, unadmitted } = connection;
  const what = unadmitted?.code ?? codeOf(code, detail);
  const limit = isLimitName(detail) ? detail : undefined;
  noteUnadmitted(
    context,
    {
      ...whoIs(connection),
      step:
        unadmitted && code !== reason.banned
          ? 'auth'
          : stepOf(code, protocol.connect !== undefined),
      code: what,
      told: hex(code),
      at: at === undefined ? limit : `byte ${at}`,
      detail: detail === '' ? reasonText(code) : `${reasonText(code)}: ${detail}`,
    },
    unadmitted,
  );
}

/** Notes a refusal, with what is known of its client now or will be in a moment. */
export function noteUnadmitted(
  { diagnosis, ingest, logger }: MqttContext,
  note: DiagnosisNote,
  { later, ...known }: Partial<Unadmitted> = {},
): void {
  if (!later) return diagnosis.note({ ...note, ...known }, ingest.now);
  later().then(
    (found) => diagnosis.note({ ...note, ...known, ...found }, ingest.now),
    (error: unknown) => logger.error({ error }, 'a refused client could not be looked up'),
  );
}

/** Notes a message or a subscription that was refused while the connection goes on. */
export function noteOutcome(
  context: MqttContext,
  connection: Connection,
  outcome: PublishOutcome,
): void {
  const { code, step = 'policy', error, at, text: detail } = outcome;
  const told = hex(code);
  const note = { ...whoIs(connection), step, code: error ?? codeOf(code, ''), told, at, detail };
  context.diagnosis.note(note, context.ingest.now);
}

/** Notes that a client is read more slowly. */
export function noteLimit(context: MqttContext, connection: Connection, limit: LimitName): void {
  const detail = `${limit}: read more slowly`;
  const note = { ...whoIs(connection), step: 'limit', code: 'common.limit', at: limit } as const;
  context.diagnosis.note({ ...note, detail }, context.ingest.now);
}

/** Notes a client that broke off before it was one, or spoke what is no MQTT over its WebSocket. */
export function noteBroken(
  context: MqttContext,
  connection: Connection,
  broken: Pick<DiagnosisNote, 'step' | 'code' | 'detail'>,
): void {
  context.diagnosis.note({ ...whoIs(connection), ...broken }, context.ingest.now);
}

type Who = Pick<
  DiagnosisNote,
  'protocol' | 'transport' | 'source' | 'identity' | 'clientId' | 'username' | 'tenant' | 'thing'
>;

function whoIs({ identity, protocol, transport, username }: Connection): Who {
  const { kind, source } = transport;
  const clientId = protocol.clientId === '' ? undefined : protocol.clientId;
  const claimed = { protocol: 'mqtt', transport: kind, source, clientId, username } as const;
  if (!identity) return { ...claimed, identity: username ?? protocol.clientId };
  const { owner, tenant } = identity;
  const thing = owner.kind === 'thing' ? owner.id : undefined;
  const name =
    owner.kind === 'anonymous'
      ? identity.clientId
      : `${owner.kind} ${owner.id}, client ${identity.clientId}`;
  // What the tenant of anonymous clients suffers is the business of the installation.
  if (owner.kind === 'anonymous') return { ...claimed, identity: name };
  return { ...claimed, identity: name, tenant, thing };
}

function hex(code: number): string {
  return `0x${code.toString(16).padStart(2, '0')}`;
}

const codes: Readonly<Record<number, ErrorCode>> = {
  [reason.malformedPacket]: 'access.malformed',
  [reason.protocolError]: 'access.protocol-error',
  [reason.implementationSpecificError]: 'common.internal',
  [reason.unsupportedProtocolVersion]: 'access.version',
  [reason.clientIdentifierNotValid]: 'access.client-id',
  [reason.badUserNameOrPassword]: 'security.bad-credentials',
  [reason.notAuthorized]: 'mqtt.not-authorized',
  [reason.serverUnavailable]: 'common.unavailable',
  [reason.serverBusy]: 'common.unavailable',
  [reason.banned]: 'access.flapping',
  [reason.badAuthenticationMethod]: 'access.extended-authentication',
  [reason.keepAliveTimeout]: 'access.silent',
  [reason.topicFilterInvalid]: 'access.topic-name',
  [reason.topicNameInvalid]: 'access.topic-name',
  [reason.receiveMaximumExceeded]: 'access.receive-maximum',
  [reason.topicAliasInvalid]: 'access.topic-alias',
  [reason.packetTooLarge]: 'access.too-large',
  [reason.messageRateTooHigh]: 'common.limit',
  [reason.quotaExceeded]: 'common.limit',
  [reason.administrativeAction]: 'access.banned',
  [reason.payloadFormatInvalid]: 'common.invalid',
};

export const revokedDetail = 'the credential was revoked';

/** The row of the catalogue that says what to do about a reason code. */
export function codeOf(code: number, detail: string): ErrorCode {
  if (detail === revokedDetail) return 'access.revoked';
  if (detail === '[MQTT-3.1.0-1]') return 'access.not-mqtt';
  return codes[code] ?? (code >= 0x9a ? 'access.protocol-error' : 'access.no-connection');
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
    case reason.administrativeAction:
      return 'policy';
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

export function isLimitName(text: string): text is LimitName {
  return Object.hasOwn(limitTable, text);
}
