// SPDX-License-Identifier: Apache-2.0
import { Type, type Static, type TProperties } from 'typebox';
import { Compile } from 'typebox/compile';
import { RecordKind, type LogEntry } from '#bus';

const Id = Type.Integer({ minimum: 0 });
// The registry's columns are strict: a time with a fraction would stop the reader for good.
const Time = Type.Integer();
const base = { tenant: Id, thing: Id, time: Time };

function step<const S extends string, P extends TProperties>(name: S, fields: P) {
  return Type.Object({ step: Type.Literal(name), ...base, ...fields });
}

const detail = Type.Optional(Type.String());

/** A step of an action. Task 0 in an answer: the device named none, so it is the oldest one sent for that action. */
const TaskRecord = Type.Union([
  step('task-created', {
    task: Id,
    action: Type.String(),
    input: Type.Unknown(),
    requester: Type.String(),
    expires: Time,
  }),
  step('task-sent', { task: Id, detail }),
  step('task-delivered', { task: Id, detail }),
  step('task-answered', { task: Id, action: Type.String(), output: Type.Unknown() }),
  step('task-failed', { task: Id, action: Type.String(), error: Type.String() }),
  step('task-timed-out', { task: Id }),
  step('task-cancelled', { task: Id, detail }),
]);

/** A step of a desired value. That it was reported back is read from the readings themselves. */
const DesiredRecord = Type.Union([
  step('desired-set', {
    request: Id,
    property: Type.String(),
    value: Type.Unknown(),
    requester: Type.String(),
  }),
  step('desired-sent', { property: Type.String(), version: Id }),
  step('desired-delivered', { property: Type.String(), version: Id }),
  step('desired-cancelled', { property: Type.String() }),
]);

export type TaskRecord = Static<typeof TaskRecord>;
export type DesiredRecord = Static<typeof DesiredRecord>;
export type ActionRecord = TaskRecord | DesiredRecord;

/** A connection came or went, or the process began and nobody is connected. */
const ConnectionRecord = Type.Union([
  Type.Object({ change: Type.Literal('online'), ...base }),
  Type.Object({
    change: Type.Literal('offline'),
    ...base,
    cause: Type.Optional(Type.String()),
  }),
  Type.Object({ change: Type.Literal('started'), time: Time }),
]);
export type ConnectionRecord = Static<typeof ConnectionRecord>;

const ChangedRecord = Type.Object({
  change: Type.Union([Type.Literal('changed'), Type.Literal('removed')]),
  things: Type.Array(Id),
});

const SeriesRecord = Type.Object({
  series: Type.Integer({ minimum: 1, maximum: 4_294_967_295 }),
  tenant: Id,
  thing: Id,
  property: Type.String(),
  type: Type.String(),
  unit: Type.Optional(Type.String()),
  created: Time,
});
export type SeriesRecord = Static<typeof SeriesRecord>;

const taskRecord = Compile(TaskRecord);
const desiredRecord = Compile(DesiredRecord);
const connectionRecord = Compile(ConnectionRecord);
const changedRecord = Compile(ChangedRecord);
const seriesRecord = Compile(SeriesRecord);

export function encodeAction(record: ActionRecord): LogEntry {
  return { kind: RecordKind.action, payload: Buffer.from(JSON.stringify(record)) };
}

export function encodeConnection(record: ConnectionRecord): LogEntry {
  return { kind: RecordKind.lifecycle, payload: Buffer.from(JSON.stringify(record)) };
}

/** Kinds of records that are looked into; most others are not JSON. */
const registryKinds: ReadonlySet<number> = new Set([
  RecordKind.action,
  RecordKind.lifecycle,
  RecordKind.series,
]);

/** A record of the kinds `action`, `lifecycle` and `series`; undefined for those that change nothing in the registry. */
export type RegistryRecord =
  | { readonly of: 'task'; readonly record: TaskRecord }
  | { readonly of: 'desired'; readonly record: DesiredRecord }
  | { readonly of: 'connection'; readonly record: ConnectionRecord }
  | { readonly of: 'changed' | 'removed'; readonly things: readonly number[] }
  | { readonly of: 'series'; readonly record: SeriesRecord };

export function decodeRecord(entry: LogEntry): RegistryRecord | undefined {
  if (!registryKinds.has(entry.kind)) return undefined;
  const value = jsonOf(entry.payload);
  switch (entry.kind) {
    case RecordKind.action:
      if (taskRecord.Check(value)) return { of: 'task', record: value };
      return desiredRecord.Check(value) ? { of: 'desired', record: value } : undefined;
    case RecordKind.lifecycle:
      if (connectionRecord.Check(value)) return { of: 'connection', record: value };
      return changedRecord.Check(value) ? { of: value.change, things: value.things } : undefined;
    case RecordKind.series:
      return seriesRecord.Check(value) ? { of: 'series', record: value } : undefined;
    default:
      return undefined;
  }
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString());
  } catch {
    return undefined;
  }
}
