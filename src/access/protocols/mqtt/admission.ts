// SPDX-License-Identifier: Apache-2.0
import { errorSpec } from '#core';
import type { ThingBinding } from '#model';
import { anonymousTenant, type Principal } from '#security';
import type { Transport } from '../../listeners/transport.ts';
import { sessionKey } from './client-session.ts';
import { reason } from './codec.ts';
import type { MqttContext } from './context.ts';
import { ownerOf, type Owner } from './message.ts';
import type { ConnectPacket } from './packets.ts';
import type { ProtocolState } from './protocol.ts';
import { ThingNames, type ClientIdentity } from './thing-names.ts';
import { isThingTopic } from './policy.ts';
import { parseThingTopic } from './thing-topics.ts';

/** Who came in, or the v5 reason code why not. */
export interface Admission {
  readonly code: number;
  readonly detail: string;
  readonly tenant: number;
  readonly owner: Owner;
  readonly binding: ThingBinding | undefined;
  readonly credential: number;
}

const nobody: Owner = { kind: 'anonymous', id: 0, scopes: 0 };

/** Decides whether a well-formed CONNECT is let in: credential, thing, flapping, will. Never rejects. */
export async function admit(
  context: MqttContext,
  transport: Transport,
  connect: ConnectPacket,
  protocol: ProtocolState,
): Promise<Admission> {
  try {
    const principal = await identify(context, transport, connect);
    if ('code' in principal) return principal;
    const owner = ownerOf(principal);
    const binding =
      principal.kind === 'thing' ? await context.bindings.load(principal.thing) : undefined;
    if (principal.kind === 'thing' && !binding)
      return refused(reason.notAuthorized, 'no such thing');
    const { tenant } = principal;
    const now = context.ingest.now;
    const key = sessionKey(tenant, protocol.clientId);
    // An anonymous client may call itself anything: banning a name would keep others out.
    const named = protocol.clientId !== '' && principal.kind !== 'anonymous';
    if (named && isFlapping(context, key, now)) {
      return refused(reason.banned, 'mqtt.flapConnectsPerMinute');
    }
    const identity = { tenant, owner, binding, clientId: protocol.clientId };
    const { will } = connect;
    if (will && !(await mayLeave(context, identity, will.topic))) {
      return refused(reason.notAuthorized, `will to ${will.topic}`);
    }
    const credential = principal.kind === 'thing' ? principal.credential : 0;
    return { code: 0, detail: '', tenant, owner, binding, credential };
  } catch (error) {
    context.logger.error({ error, clientId: connect.clientId }, 'a client could not be admitted');
    return refused(reason.serverUnavailable, '');
  }
}

async function identify(
  context: MqttContext,
  transport: Transport,
  connect: ConnectPacket,
): Promise<Principal | Admission> {
  const { username, password } = connect;
  const { certificate, source } = transport;
  const shown = username !== undefined || password !== undefined || certificate !== undefined;
  if (!shown && context.anonymous) return { kind: 'anonymous', tenant: anonymousTenant };
  // A client that shows nothing is told so; no source is banned for it.
  if (!shown) return refused(reason.notAuthorized, 'no credential');
  const proved = await context.authenticator.authenticate({
    username,
    password,
    certificate,
    source,
  });
  if (proved.ok) return proved.value;
  if (context.anonymous) {
    // It is let in with no more rights than without a credential, but its owner should know.
    const identity = username ?? connect.clientId;
    const detail = 'credential not valid; admitted as anonymous';
    const { code } = proved.fault;
    const note = { protocol: 'mqtt', source, identity, step: 'auth', code, detail } as const;
    context.diagnosis.note(note, context.ingest.now);
    return { kind: 'anonymous', tenant: anonymousTenant };
  }
  if (context.sources.failure(source, context.ingest.now)) {
    context.limitHit('auth.failuresPerMinutePerSource');
  }
  // The same answer for an unknown name and a wrong secret.
  return refused(errorSpec(proved.fault.code).mqtt ?? reason.badUserNameOrPassword, '');
}

/** Reconnects in a loop are kept out for a while: they cost everyone else. */
function isFlapping(context: MqttContext, key: string, now: number): boolean {
  const { flapping } = context;
  if (flapping.banned(key, now)) {
    context.limitHit('mqtt.flapBanMs');
    return true;
  }
  if (!flapping.count(key, now)) return false;
  context.limitHit('mqtt.flapConnectsPerMinute');
  return true;
}

/** Whether the client may publish its will; asked again when the will is due. */
async function mayLeave(
  context: MqttContext,
  identity: ClientIdentity,
  topic: string,
): Promise<boolean> {
  if (!context.publisher.permits(identity, topic)) return false;
  if (!isThingTopic(topic)) return true;
  const parsed = parseThingTopic(topic);
  const names = new ThingNames(context.bindings);
  return parsed !== undefined && (await names.resolve(identity, parsed.name)) !== undefined;
}

function refused(code: number, detail: string): Admission {
  return { code, detail, tenant: 0, owner: nobody, binding: undefined, credential: 0 };
}
