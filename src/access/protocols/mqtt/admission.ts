// SPDX-License-Identifier: Apache-2.0
import { errorSpec, type ErrorCode } from '#core';
import type { ThingBinding } from '#model';
import { anonymousTenant, rootTenant, shownSecret, type Principal, type Refusal } from '#security';
import type { Transport } from '../../listeners/transport.ts';
import { sessionKey } from './client-session.ts';
import { reason } from './codec.ts';
import type { MqttContext } from './context.ts';
import { ownerOf, type Owner } from './message.ts';
import type { ConnectPacket } from './packets.ts';
import type { ProtocolState } from './protocol.ts';
import { noteUnadmitted, type Unadmitted } from './remarks.ts';
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
  /** The authority in use that signed its certificate; 0 for others. */
  readonly authority: number;
  readonly username: string | undefined;
  /** For the owner of a client that is not let in. */
  readonly unadmitted?: Unadmitted | undefined;
}

const nobody: Owner = { kind: 'anonymous', id: 0, permissions: 0 };

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
    const rights = principal.kind === 'token' ? await context.tokens.hold(principal) : undefined;
    const owner = ownerOf(principal, rights);
    const binding =
      principal.kind === 'thing' ? await context.bindings.load(principal.thing) : undefined;
    if (principal.kind === 'thing' && !binding)
      return refused(reason.notAuthorized, 'no such thing');
    const { tenant } = principal;
    const { username } = connect;
    const thing = binding?.thing;
    if (isBanned(context, transport, connect, { tenant, binding })) {
      return refused(reason.banned, 'access.bans', { code: 'access.banned', tenant, thing });
    }
    const now = context.ingest.now;
    const key = sessionKey(tenant, protocol.clientId);
    // An anonymous client may call itself anything: banning a name would keep others out.
    const named = protocol.clientId !== '' && principal.kind !== 'anonymous';
    if (named && isFlapping(context, key, now)) {
      const why = { code: 'access.flapping', tenant, thing } as const;
      return refused(reason.banned, 'mqtt.flapConnectsPerMinute', why);
    }
    const identity = { tenant, owner, binding, clientId: protocol.clientId };
    const { will } = connect;
    if (will && !(await mayLeave(context, identity, will.topic))) {
      const why = { code: 'mqtt.not-authorized', tenant, thing } as const;
      return refused(reason.notAuthorized, `will to ${will.topic}`, why);
    }
    const credential = principal.kind === 'thing' ? principal.credential : 0;
    const authority = principal.kind === 'thing' ? (principal.authority ?? 0) : 0;
    return { code: 0, detail: '', tenant, owner, binding, credential, authority, username };
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
  const { certificate, signed, certificateFault, source } = transport;
  const shown = username !== undefined || password !== undefined || certificate !== undefined;
  if (!shown && context.anonymous) return { kind: 'anonymous', tenant: anonymousTenant };
  // A client that shows nothing is told so; no source is banned for it.
  if (!shown) {
    const code = 'access.no-credential' as const;
    const later = once(async () => ({ code, ...(await claimedThing(context, connect)) }));
    const why = { code, later } as const;
    return refused(reason.notAuthorized, nothingShown(certificateFault), why);
  }
  let refusal: Refusal | undefined;
  const proved = await context.authenticator.authenticate({
    username,
    password,
    certificate,
    signed,
    source,
    refused: (known) => (refusal = known),
  });
  if (proved.ok) return proved.value;
  const { code, detail: why = '' } = proved.fault;
  if (context.anonymous) {
    // It is let in with no more rights than without a credential, but its owner should know.
    const { clientId } = connect;
    const identity = username ?? clientId;
    const detail = 'credential not valid; admitted as anonymous';
    const unadmitted = unadmittedAs(context, connect, code, refusal);
    const who = {
      protocol: 'mqtt',
      transport: transport.kind,
      source,
      identity,
      clientId,
    } as const;
    noteUnadmitted(context, { ...who, username, step: 'auth', code, detail }, unadmitted);
    return { kind: 'anonymous', tenant: anonymousTenant };
  }
  // It is no stranger: an authority in use vouches for it, and its owner sees what is to be done.
  if (code === 'security.unregistered-certificate') {
    const tenant = context.authorities?.get(signed?.authority ?? 0)?.row.tenant;
    return refused(errorSpec(code).mqtt ?? reason.badUserNameOrPassword, why, { code, tenant });
  }
  if (context.sources.failure(source, context.ingest.now)) {
    context.limitHit('auth.failuresPerMinutePerSource');
  }
  // The same answer for an unknown name and a wrong secret.
  const unadmitted = unadmittedAs(context, connect, code, refusal);
  return refused(errorSpec(code).mqtt ?? reason.badUserNameOrPassword, '', unadmitted);
}

const codeOfRefusal: Readonly<Record<Refusal['why'], ErrorCode>> = {
  expired: 'access.credential-expired',
  disabled: 'access.thing-disabled',
  'other-identity': 'access.other-identity',
};

/**
 * What the owner is told of a wrong credential: the exact reason, and what a claim needs. Whether there is a thing of the
 * name is asked when the client has its answer: how long that takes is nothing for it to learn from.
 */
function unadmittedAs(
  context: MqttContext,
  connect: ConnectPacket,
  code: ErrorCode,
  refusal: Refusal | undefined,
): Unadmitted {
  const secret = shownSecret(connect.username, connect.password);
  if (code === 'security.too-many-attempts') return { code, secret };
  if (refusal !== undefined && refusal.why !== 'other-identity') {
    const { why, tenant, thing } = refusal;
    return { code: codeOfRefusal[why], tenant, thing };
  }
  // The thing that is named, not the one that the secret belongs to: that one may be another tenant's.
  const later = once(async () => {
    const claimed = await claimedThing(context, connect);
    const known = claimed.thing === undefined ? 'access.unknown-identity' : 'access.wrong-secret';
    return { code: refusal ? 'access.other-identity' : known, ...claimed } as const;
  });
  return { code: 'security.bad-credentials', secret, later };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}

/** The thing that a client says it is, without having proved it. */
async function claimedThing(
  { bindings }: MqttContext,
  { username, clientId }: ConnectPacket,
): Promise<Pick<Unadmitted, 'thing' | 'tenant'>> {
  for (const name of [username, clientId]) {
    if (name === undefined || name === '') continue;
    const isId = /^[1-9]\d{0,15}$/.test(name);
    const found = await (isId
      ? bindings.load(Number(name))
      : bindings.loadByName(rootTenant, name));
    if (found) return { thing: found.thing, tenant: found.tenant };
  }
  return {};
}

/** Whether an administrator keeps the client out. */
function isBanned(
  { bans }: MqttContext,
  { source }: Transport,
  { username, clientId }: ConnectPacket,
  { tenant, binding }: Pick<Admission, 'tenant' | 'binding'>,
): boolean {
  if (!bans.any) return false;
  const names = [clientId, username, binding && `${binding.thing}`, binding?.uri];
  return bans.refuses({ source, tenant, names });
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
  const names = new ThingNames(context.bindings, context.policy);
  return parsed !== undefined && (await names.resolve(identity, parsed.name)) !== undefined;
}

function refused(code: number, detail: string, unadmitted?: Unadmitted): Admission {
  const nothing = { tenant: 0, binding: undefined, credential: 0, authority: 0 } as const;
  return { code, detail, owner: nobody, username: undefined, ...nothing, unadmitted };
}

function nothingShown(certificateFault: string | undefined): string {
  return certificateFault === undefined
    ? 'no credential'
    : `the certificate is not trusted: ${certificateFault}`;
}
