// SPDX-License-Identifier: Apache-2.0
import type { DatabaseSync } from 'node:sqlite';
import { FaultError, fault } from '#core';
import { isObject } from '../registry/columns.ts';
import type { AuditActorKind, AuditDetail, AuditResult, AuditRow } from './port.ts';

/** Marks the file as an audit log of ours ("fgsa"). */
const applicationId = 0x66677361;
const schema = 1;

export const columns = [
  'seq',
  'time',
  'tenant',
  'actor_kind',
  'actor',
  'account',
  'act',
  'resource_kind',
  'resource',
  'source',
  'result',
  'code',
  'before',
  'after',
  'detail',
  'trace',
  'algorithm',
  'prev',
  'hash',
] as const;

const statements = `
  CREATE TABLE entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    time INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    actor_kind TEXT NOT NULL,
    actor INTEGER,
    account INTEGER,
    act TEXT NOT NULL,
    resource_kind TEXT,
    resource TEXT,
    source TEXT,
    result TEXT NOT NULL,
    code TEXT,
    before TEXT,
    after TEXT,
    detail TEXT NOT NULL,
    trace TEXT,
    algorithm TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entry_by_time ON entry (time);
  CREATE INDEX entry_by_tenant ON entry (tenant, seq);
  CREATE INDEX entry_by_act ON entry (act, seq);
  CREATE INDEX entry_by_actor ON entry (actor_kind, actor, seq);
  CREATE INDEX entry_by_account ON entry (account, seq) WHERE account IS NOT NULL;
  CREATE INDEX entry_by_resource ON entry (resource_kind, resource, seq)
    WHERE resource IS NOT NULL;
  CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN
    SELECT RAISE(ABORT, 'the audit log is only appended to');
  END;
  -- REPLACE deletes without the trigger of deletions.
  CREATE TRIGGER entry_added BEFORE INSERT ON entry
    WHEN NEW.seq <= (SELECT max(seq) FROM entry) BEGIN
    SELECT RAISE(ABORT, 'the audit log is only appended to');
  END;
  CREATE TRIGGER entry_kept BEFORE DELETE ON entry
    WHEN OLD.seq > coalesce((SELECT json_extract(detail, '$.through') FROM entry
      WHERE act = 'audit.prune' ORDER BY seq DESC LIMIT 1), 0) BEGIN
    SELECT RAISE(ABORT, 'only what an audit.prune entry names may be deleted');
  END;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schema};`;

export function createAuditSchema(database: DatabaseSync): void {
  database.exec(`BEGIN IMMEDIATE; ${statements} COMMIT`);
}

/** 0 for a file that is new and empty. Faults: `store.audit-damaged`, `store.schema-newer`. */
export function checkAuditSchema(database: DatabaseSync, path: string): number {
  const pragma = (name: string): number =>
    Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  const found = pragma('user_version');
  const empty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!empty && pragma('application_id') !== applicationId) {
    throw new FaultError(fault('store.audit-damaged', path, 'not an audit log of this platform'));
  }
  if (found > schema) {
    throw new FaultError(fault('store.schema-newer', path, `schema ${found}, ours: ${schema}`));
  }
  return found;
}

const actorKinds = [
  'user',
  'token',
  'thing',
  'anonymous',
  'system',
] as const satisfies readonly AuditActorKind[];
const results = ['done', 'refused', 'failed'] as const satisfies readonly AuditResult[];

/** A row as SQLite gives it. What we never write is read as something else, so that the row's hash does not fit it. */
export function rowOf(value: unknown): AuditRow {
  const columnsOf = isObject(value) ? value : {};
  const whole = (name: string): number | undefined => {
    const found = columnsOf[name];
    return typeof found === 'number' ? found : undefined;
  };
  const text = (name: string): string | undefined => {
    const found = columnsOf[name];
    return typeof found === 'string' ? found : undefined;
  };
  return {
    seq: whole('seq') ?? 0,
    time: whole('time') ?? 0,
    tenant: whole('tenant') ?? 0,
    actorKind: actorKinds.find((kind) => kind === text('actor_kind')) ?? 'system',
    actor: whole('actor'),
    account: whole('account'),
    act: text('act') ?? '',
    resourceKind: text('resource_kind'),
    resource: text('resource'),
    source: text('source'),
    result: results.find((result) => result === text('result')) ?? 'failed',
    code: text('code'),
    before: text('before'),
    after: text('after'),
    detail: detailOf(text('detail')),
    trace: text('trace'),
    algorithm: text('algorithm') ?? '',
    prev: text('prev') ?? '',
    hash: text('hash') ?? '',
  };
}

function detailOf(json = ''): AuditDetail {
  try {
    const value: unknown = JSON.parse(json);
    return isDetail(value) ? value : {};
  } catch {
    return {};
  }
}

/** Whether a value is an object of texts, numbers and booleans. */
export function isDetail(value: unknown): value is AuditDetail {
  return (
    isObject(value) &&
    Object.values(value).every((item) => ['string', 'number', 'boolean'].includes(typeof item))
  );
}
