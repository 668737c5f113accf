// SPDX-License-Identifier: Apache-2.0
import { sql } from 'kysely';
import { fromJson, jsonOrNull, nullable, optional, wordOf } from '../columns.ts';
import { cursorOf, idCursor } from '../cursor.ts';
import type { TaskTable } from '../port.ts';
import type { TaskRow } from '../rows.ts';
import type { Db, Row } from '../schema.ts';

const states = [
  'queued',
  'sent',
  'delivered',
  'answered',
  'failed',
  'timed-out',
  'cancelled',
] as const;

// Written out, so that the planner sees the condition of the partial indexes.
const isOpen = sql<boolean>`state IN ('queued', 'sent', 'delivered')`;
const hasEnded = sql<boolean>`state IN ('answered', 'failed', 'timed-out', 'cancelled')`;

function taskOf(row: Row<'task'>): TaskRow {
  return {
    ...row,
    input: fromJson(row.input),
    state: wordOf(states, row.state),
    output: fromJson(row.output),
    error: optional(row.error),
  };
}

export function taskTable(db: Db): TaskTable {
  return { ...lookUps(db), ...openTasks(db), ...changes(db) };
}

function lookUps(db: Db): Pick<TaskTable, 'byId' | 'list' | 'steps'> {
  return {
    async byId(id) {
      const row = await db.selectFrom('task').selectAll().where('id', '=', id).executeTakeFirst();
      return row && taskOf(row);
    },
    async list({ tenant, thing, states: wanted, limit, cursor }) {
      let query = db.selectFrom('task').selectAll();
      query =
        thing === undefined
          ? query.where('tenant', '=', tenant)
          : query.where('thing', '=', thing).where(sql<boolean>`+tenant = ${tenant}`);
      if (wanted !== undefined) query = query.where('state', 'in', wanted);
      if (cursor !== undefined) query = query.where('id', '<', idCursor(cursor));
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map(taskOf);
      return {
        items,
        cursor: rows.length > limit ? cursorOf('id', [items.at(-1)?.id ?? 0]) : undefined,
      };
    },
    async steps(id) {
      const rows = await db
        .selectFrom('task_step')
        .select(['task', 'step', 'time', 'detail'])
        .where('task', '=', id)
        .orderBy('id')
        .execute();
      return rows.map((row) => ({ ...row, detail: optional(row.detail) }));
    },
  };
}

function openTasks(
  db: Db,
): Pick<TaskTable, 'open' | 'openCount' | 'countOpen' | 'due' | 'waitingUnder'> {
  return {
    async open(thing, limit) {
      const rows = await db
        .selectFrom('task')
        .selectAll()
        .where('thing', '=', thing)
        .where(isOpen)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(taskOf);
    },
    async openCount(thing) {
      const row = await db
        .selectFrom('task')
        .select((builder) => builder.fn.countAll<number>().as('count'))
        .where('thing', '=', thing)
        .where(isOpen)
        .executeTakeFirst();
      return Number(row?.count ?? 0);
    },
    async countOpen(tenant, max) {
      const { rows } = await sql<{ count: number }>`
        SELECT count(*) AS count FROM (
          SELECT id FROM task INDEXED BY task_open
          WHERE +tenant = ${tenant} AND ${isOpen} LIMIT ${max + 1})`.execute(db);
      const count = rows[0]?.count ?? 0;
      return { count: Math.min(count, max), exact: count <= max };
    },
    async due(now, limit) {
      const rows = await db
        .selectFrom('task')
        .selectAll()
        .where('expires', '<=', now)
        .where(isOpen)
        .orderBy('expires')
        .limit(limit)
        .execute();
      return rows.map(taskOf);
    },
    async waitingUnder(parent, limit) {
      const { rows } = await sql<{ id: number }>`
        SELECT child.id FROM thing AS child WHERE child.parent = ${parent}
          AND child.deleted IS NULL AND (
            EXISTS (SELECT 1 FROM task WHERE task.thing = child.id
              AND state IN ('queued', 'sent', 'delivered'))
            OR EXISTS (SELECT 1 FROM desired WHERE desired.thing = child.id
              AND status IN ('pending', 'sent')))
        ORDER BY child.id LIMIT ${limit}`.execute(db);
      return rows.map((row) => row.id);
    },
  };
}

function changes(db: Db): Pick<TaskTable, 'put' | 'addStep' | 'prune'> {
  return {
    async put(row) {
      const { id, tenant, thing, action, requester, created, ...rest } = row;
      const set = {
        state: rest.state,
        updated: rest.updated,
        expires: rest.expires,
        output: jsonOrNull(rest.output),
        error: nullable(rest.error),
      };
      const input = JSON.stringify(rest.input ?? null);
      await db
        .insertInto('task')
        .values({ id, tenant, thing, action, requester, created, input, ...set })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(set))
        .execute();
    },
    async addStep({ task: id, step, time, detail }) {
      await db
        .insertInto('task_step')
        .values({ task: id, step, time, detail: nullable(detail) })
        .execute();
    },
    async prune(before, limit) {
      const old = await db
        .selectFrom('task')
        .select('id')
        .where('updated', '<', before)
        .where(hasEnded)
        .limit(limit)
        .execute();
      if (old.length === 0) return 0;
      const ids = old.map((row) => row.id);
      await db.deleteFrom('task').where('id', 'in', ids).execute();
      return ids.length;
    },
  };
}
