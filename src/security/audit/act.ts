// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { canonicalJson, type TimeMs } from '#core';
import type { AuditActorKind, AuditDetail, AuditEntry, AuditResult } from '#store';
import type { Principal } from '../port.ts';

export interface AuditActor {
  readonly kind: AuditActorKind;
  readonly id?: number | undefined;
  /** Whose token it is, or the user. */
  readonly account?: number | undefined;
}

/** An act of a person or a program. Ids, never names; digests, never values; no secret, no token text. */
export interface AuditAct {
  readonly tenant: number;
  readonly actor: AuditActor;
  /** A permission, or a word such as `login`. */
  readonly act: string;
  readonly resource?:
    | { readonly kind: string; readonly id?: string | number | undefined }
    | undefined;
  /** Network address. */
  readonly source?: string | undefined;
  /** `done` when left out. */
  readonly result?: AuditResult | undefined;
  /** Of the error catalogue. */
  readonly code?: string | undefined;
  /** Of `digestOf`. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly detail?: AuditDetail | undefined;
  readonly trace?: string | undefined;
}

/** Records acts. */
export interface Auditor {
  /**
   * Resolves when the entry is durable; `security.audit-stopped` when it cannot be written now, in which case it is
   * kept and written later. Call it when the act is over and before it is answered. Acts that were not done and are
   * the same as one of the last minute are counted instead.
   */
  record(act: AuditAct): Promise<void>;
}

/** A principal as the audit log names it. */
export function auditActorOf(principal: Principal): AuditActor {
  switch (principal.kind) {
    case 'user':
      return { kind: 'user', id: principal.account, account: principal.account };
    case 'token':
      return { kind: 'token', id: principal.token, account: principal.account };
    case 'thing':
      return { kind: 'thing', id: principal.thing };
    case 'anonymous':
      return { kind: 'anonymous' };
  }
}

/** Members whose value could be guessed from a digest, or opens something. */
const secretNames = /passw|secret|token|code|otp|pin$|link|private|credential|recovery|^key$/i;

/** SHA-256 of canonical JSON, hex, secrets left out; of bytes as they are. Undefined of what is neither. */
export function digestOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const content = value instanceof Uint8Array ? value : canonicalJson(withoutSecrets(value));
  return createHash('sha256').update(content).digest('hex');
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] =>
      secretNames.test(name) ? [] : [[name, withoutSecrets(member)]],
    ),
  );
}

const textMax = 256;

/** Text of the world as it may stand in the log: bounded, and bytes that every reader gives back as they are. */
function plain(text: string | undefined): string | undefined {
  // oxlint-disable-next-line no-control-regex -- they would end or steer a line
  return text
    ?.slice(0, textMax)
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f]/g, '\ufffd');
}

/** The entry of an act. */
export function entryOf(act: AuditAct, time: TimeMs, detailBytesMax: number): AuditEntry {
  const { tenant, actor, resource } = act;
  return {
    ...{ time, tenant, actorKind: actor.kind, actor: actor.id, account: actor.account },
    act: plain(act.act) ?? '',
    resourceKind: plain(resource?.kind),
    resource: resource?.id === undefined ? undefined : plain(String(resource.id)),
    source: plain(act.source),
    result: act.result ?? 'done',
    code: plain(act.code),
    before: plain(act.before),
    after: plain(act.after),
    detail: boundedDetail(act.detail, detailBytesMax),
    trace: plain(act.trace),
  };
}

function boundedDetail(detail: AuditDetail = {}, bytesMax: number): AuditDetail {
  const bounded = Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      plain(name) ?? '',
      typeof value === 'string' ? (plain(value) ?? '') : numberOrBoolean(value),
    ]),
  );
  return Buffer.byteLength(canonicalJson(bounded)) > bytesMax ? { leftOut: true } : bounded;
}

function numberOrBoolean(value: number | boolean): number | boolean | string {
  return typeof value === 'number' && !Number.isSafeInteger(value) ? String(value) : value;
}
