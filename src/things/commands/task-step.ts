// SPDX-License-Identifier: Apache-2.0
import type { TaskRow, TaskState, TaskStep } from '#store';
import type { TaskRecord } from './record.ts';

export type TaskCreated = Extract<TaskRecord, { readonly step: 'task-created' }>;

/** What a record makes of a task. `late`: it came after the end and changes nothing but the history. */
export interface TaskChange {
  readonly row: TaskRow;
  readonly step: TaskStep;
  readonly late: boolean;
}

export const openStates = ['queued', 'sent', 'delivered'] as const satisfies readonly TaskState[];

export function isOpen(state: TaskState): boolean {
  return openStates.some((open) => open === state);
}

/** The task that a creation record means. */
export function taskOf(record: TaskCreated): TaskRow {
  const { tenant, thing, task, action, requester, time, expires } = record;
  return {
    id: task,
    tenant,
    thing,
    action,
    input: record.input ?? null,
    state: 'queued',
    requester,
    created: time,
    updated: time,
    expires,
    output: undefined,
    error: undefined,
  };
}

/**
 * The next state of a task: queued → sent → delivered → answered | failed | timed-out | cancelled. States are never taken
 * back: of an answer and a time-out the record that stands first in the log counts.
 */
export function nextTask(row: TaskRow, record: Exclude<TaskRecord, TaskCreated>): TaskChange {
  const { step: name, time } = record;
  const detail = detailOf(record);
  const step: TaskStep = { task: row.id, step: name.slice('task-'.length), time, detail };
  if (!isOpen(row.state)) return { row, step, late: true };
  const updated = Math.max(row.updated, time);
  switch (record.step) {
    case 'task-sent':
      return {
        row: { ...row, updated, state: row.state === 'queued' ? 'sent' : row.state },
        step,
        late: false,
      };
    case 'task-delivered':
      return { row: { ...row, updated, state: 'delivered' }, step, late: false };
    case 'task-answered':
      return {
        row: { ...row, updated, state: 'answered', output: record.output ?? null },
        step,
        late: false,
      };
    case 'task-failed':
      return { row: { ...row, updated, state: 'failed', error: record.error }, step, late: false };
    case 'task-timed-out':
      return { row: { ...row, updated, state: 'timed-out' }, step, late: false };
    case 'task-cancelled':
      return { row: { ...row, updated, state: 'cancelled' }, step, late: false };
  }
}

function detailOf(record: Exclude<TaskRecord, TaskCreated>): string | undefined {
  if ('detail' in record) return record.detail;
  return 'error' in record ? record.error : undefined;
}
