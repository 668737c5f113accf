// SPDX-License-Identifier: Apache-2.0
import type { Limits, TimeMs } from '#core';
import type { Batch } from '#model';
import type { ConnectionChange, DesiredRow, RegistryTables, SeriesRow, TaskRow } from '#store';
import { eraseSeries } from '../service.ts';
import type { DesiredWatch } from './desired-watch.ts';
import type {
  ConnectionRecord,
  DesiredRecord,
  RegistryRecord,
  SeriesRecord,
  TaskRecord,
} from './record.ts';
import { isOpen, nextTask, taskOf, type TaskCreated } from './task-step.ts';

/** What a chunk of the log has changed, told to listeners once it is committed. */
export interface Applied {
  readonly tasks: TaskRow[];
  readonly desired: DesiredRow[];
  /** Requests whose values are set now. */
  readonly requests: number[];
  /** Things whose series changed otherwise than their binding knows. */
  readonly rebound: number[];
}

const openMax = 1_000;

/**
 * Folds records into the registry's tables, within one transaction a chunk. It depends on nothing but the log and the
 * tables, so that the same log gives the same registry however often it is cut short and begun again.
 */
export class RegistryFold {
  readonly applied: Applied = { tasks: [], desired: [], requests: [], rebound: [] };
  readonly #tables: RegistryTables;
  readonly #watch: DesiredWatch;
  readonly #limits: Limits;
  readonly #connections = new Map<number, ConnectionChange>();

  constructor(tables: RegistryTables, watch: DesiredWatch, limits: Limits) {
    this.#tables = tables;
    this.#watch = watch;
    this.#limits = limits;
  }

  async record(entry: RegistryRecord): Promise<void> {
    switch (entry.of) {
      case 'task':
        if (entry.record.step === 'task-created') await this.#create(entry.record);
        else await this.#step(entry.record);
        return;
      case 'desired':
        return this.#desired(entry.record);
      case 'connection':
        return this.#connection(entry.record);
      case 'changed':
        for (const thing of entry.things) await this.#rewatch(thing);
        return;
      case 'removed':
        for (const thing of entry.things) await this.#removed(thing);
        return;
      case 'series':
        return this.#series(entry.record);
    }
  }

  /** Takes desired values that a batch of readings reports back. */
  async readings(batch: Batch): Promise<void> {
    const tolerance = this.#limits['ingest.clockFutureMsMax'];
    for (const { desired, series, time } of [...this.#watch.matches(batch, tolerance)]) {
      this.#watch.delete(series);
      const row = {
        ...desired,
        status: 'reported',
        reportedValue: desired.value,
        reported: time,
      } as const;
      await this.#put(row);
    }
  }

  /** Writes what was held together for the chunk. */
  async finish(): Promise<void> {
    await this.#flushConnections();
  }

  async #create(record: TaskCreated): Promise<void> {
    if ((await this.#tables.tasks.byId(record.task)) !== undefined) return;
    const row = taskOf(record);
    const alive = await this.#tables.things.byId(row.thing);
    if (alive === undefined && (await this.#tables.things.tombstone(row.thing)) === undefined)
      return;
    await this.#tables.tasks.put(row);
    const { task, time } = record;
    await this.#tables.tasks.addStep({ task, step: 'created', time, detail: record.requester });
    this.applied.tasks.push(row);
    if (alive === undefined) await this.#cancel(row, time);
  }

  async #step(record: Exclude<TaskRecord, TaskCreated>): Promise<void> {
    const row = await this.#meant(record);
    if (row === undefined || row.thing !== record.thing) return;
    const change = nextTask(row, record);
    if (!change.late) await this.#tables.tasks.put(change.row);
    const { step } = change;
    await this.#tables.tasks.addStep(change.late ? { ...step, step: `late ${step.step}` } : step);
    if (!change.late) this.applied.tasks.push(change.row);
  }

  async #meant(record: Exclude<TaskRecord, TaskCreated>): Promise<TaskRow | undefined> {
    if (record.task !== 0) return this.#tables.tasks.byId(record.task);
    if (!('action' in record)) return undefined;
    const open = await this.#tables.tasks.open(record.thing, openMax);
    return open.find((row) => row.action === record.action && row.state !== 'queued');
  }

  async #desired(record: DesiredRecord): Promise<void> {
    const { thing, property, time } = record;
    const [newest] = await this.#tables.desired.history(thing, property, 1);
    switch (record.step) {
      case 'desired-set':
        return this.#set(record, newest);
      case 'desired-cancelled':
        if (newest !== undefined && isOpenDesired(newest)) await this.#close(newest, 'cancelled');
        return;
      case 'desired-sent':
        if (newest?.version === record.version && newest.status === 'pending') {
          await this.#put({ ...newest, status: 'sent' });
        }
        return;
      case 'desired-delivered': {
        if (newest?.version !== record.version || !isOpenDesired(newest)) return;
        // Without a series there will never be a reading: that the device has taken it is all there is to know.
        const series = await this.#seriesOf(thing, property);
        if (series !== undefined) return;
        await this.#put({
          ...newest,
          status: 'reported',
          reportedValue: newest.value,
          reported: time,
        });
      }
    }
  }

  async #set(
    record: Extract<DesiredRecord, { readonly step: 'desired-set' }>,
    newest: DesiredRow | undefined,
  ): Promise<void> {
    const { tenant, thing, property, requester, time, request } = record;
    this.applied.requests.push(request);
    if ((await this.#tables.things.byId(thing)) === undefined) return;
    if (newest !== undefined && isOpenDesired(newest)) await this.#close(newest, 'superseded');
    const row: DesiredRow = {
      tenant,
      thing,
      property,
      version: (newest?.version ?? 0) + 1,
      value: record.value ?? null,
      requester,
      requested: time,
      status: 'pending',
      reportedValue: undefined,
      reported: undefined,
    };
    await this.#put(row);
    const series = await this.#seriesOf(thing, property);
    if (series !== undefined) this.#watch.set(series, row);
  }

  async #close(row: DesiredRow, status: 'superseded' | 'cancelled'): Promise<void> {
    const series = await this.#seriesOf(row.thing, row.property);
    if (series !== undefined) this.#watch.delete(series);
    await this.#put({ ...row, status });
  }

  async #put(row: DesiredRow): Promise<void> {
    await this.#tables.desired.put(row, this.#limits['desired.versionsMax']);
    this.applied.desired.push(row);
  }

  async #seriesOf(thing: number, property: string): Promise<number | undefined> {
    const rows = await this.#tables.series.ofThings([thing]);
    return rows.find((row) => row.property === property)?.id;
  }

  async #connection(record: ConnectionRecord): Promise<void> {
    if (record.change === 'started') {
      await this.#flushConnections();
      await this.#tables.things.allOffline();
      return;
    }
    const { thing, time } = record;
    // One change a thing and statement, or what came between two of them would depend on where chunks end.
    if (this.#connections.has(thing)) await this.#flushConnections();
    this.#connections.set(
      thing,
      record.change === 'online'
        ? { thing, online: true, time }
        : { thing, online: false, time, cause: record.cause },
    );
  }

  async #flushConnections(): Promise<void> {
    const changes = [...this.#connections.values()];
    this.#connections.clear();
    if (changes.length > 0) await this.#tables.things.connections(changes);
  }

  /** A change of the model may have given a property another series. */
  async #rewatch(thing: number): Promise<void> {
    if (this.#watch.size === 0) return;
    const open = await this.#tables.desired.open(thing);
    if (open.length === 0) return;
    this.#watch.deleteThing(thing);
    for (const row of open) {
      const series = await this.#seriesOf(thing, row.property);
      if (series !== undefined) this.#watch.set(series, row);
    }
  }

  async #removed(thing: number): Promise<void> {
    const gone = await this.#tables.things.tombstone(thing);
    if (gone?.deleted === undefined) return;
    for (const row of await this.#tables.tasks.open(thing, openMax))
      await this.#cancel(row, gone.deleted);
    for (const row of await this.#tables.desired.open(thing)) await this.#close(row, 'cancelled');
  }

  async #cancel(row: TaskRow, time: TimeMs): Promise<void> {
    if (!isOpen(row.state)) return;
    const { tenant, thing, id: task } = row;
    await this.#step({
      step: 'task-cancelled',
      tenant,
      thing,
      task,
      time,
      detail: 'the thing is gone',
    });
  }

  /** A series that collecting made. Its readings exist already, so it is kept, retired, where it came too late. */
  async #series(record: SeriesRecord): Promise<void> {
    const { series: id, thing, property, type, unit, created } = record;
    const { things, series, followUps } = this.#tables;
    if ((await series.byIds([id])).length > 0) return;
    const owner = await things.byId(thing);
    const tenant = owner?.tenant ?? (await things.tombstone(thing))?.tenant;
    if (tenant === undefined) return;
    const row: SeriesRow = {
      id,
      tenant,
      thing,
      property,
      dataset: '',
      type,
      unit,
      created,
      retired: undefined,
    };
    if (owner === undefined) {
      await series.insert([{ ...row, retired: created }]);
      await followUps.add(eraseSeries, { series: [id] }, created);
      return;
    }
    const taken = (await this.#seriesOf(thing, property)) !== undefined;
    await series.insert([taken ? { ...row, retired: created } : row]);
    if (taken) this.applied.rebound.push(thing);
  }
}

export function isOpenDesired(row: DesiredRow): boolean {
  return row.status === 'pending' || row.status === 'sent';
}
