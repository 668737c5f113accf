// SPDX-License-Identifier: Apache-2.0
import type { LogEntry } from '#bus';
import type { Limits } from '#core';
import type { Clock, Logger } from '#runtime';
import type { DesiredRow, RegistryReads, TaskRow } from '#store';
import type { Bindings } from '../port.ts';
import { isOpenDesired } from './fold.ts';
import type { DeviceLink, DeviceMessage } from './link.ts';
import { encodeAction, type ActionRecord } from './record.ts';
import type { RegistryReader } from './registry-reader.ts';
import { isOpen } from './task-step.ts';

const childrenMax = 10_000;

export interface DispatcherOptions {
  readonly registry: { readonly read: RegistryReads };
  readonly reader: RegistryReader;
  readonly bindings: Bindings;
  readonly add: (entry: LogEntry) => void;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Brings tasks and desired values to devices that are there. It sends first and records that it was sent afterwards, so
 * that a crash in between sends again: a device may get a task twice, with the same id, and never misses one.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #links = new Map<number, Set<DeviceLink>>();
  readonly #given = new GivenOut();
  /** Things being dispatched; true when something new came meanwhile. */
  readonly #busy = new Map<number, boolean>();

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.reader.onApplied(({ tasks, desired }) => {
      const waiting = new Set<number>();
      for (const row of tasks) {
        if (row.state === 'queued') waiting.add(row.thing);
        else if (row.state !== 'sent') this.#given.delete(taskKey(row));
      }
      for (const row of desired) {
        if (row.status === 'pending') waiting.add(row.thing);
        else if (!isOpenDesired(row)) this.#given.delete(desiredKey(row));
      }
      for (const thing of waiting) this.#dispatch(thing);
    });
  }

  /** Whether the first link of the thing was added. */
  online(thing: number, link: DeviceLink): boolean {
    const links = this.#links.get(thing) ?? new Set();
    const isFirst = links.size === 0;
    links.add(link);
    this.#links.set(thing, links);
    this.#dispatch(thing);
    this.#dispatchChildren(thing).catch((error: unknown) => this.#failed(thing, error));
    return isFirst;
  }

  /** Whether the last link of the thing is gone. */
  offline(thing: number, link: DeviceLink): boolean {
    const links = this.#links.get(thing);
    this.#given.gone(link);
    if (links?.delete(link) !== true || links.size > 0) return false;
    this.#links.delete(thing);
    return true;
  }

  async #dispatchChildren(gateway: number): Promise<void> {
    const { registry } = this.#options;
    const children = await registry.read.tasks.waitingUnder(gateway, childrenMax);
    for (const child of children) this.#dispatch(child);
  }

  #dispatch(thing: number): void {
    if (this.#busy.has(thing)) {
      this.#busy.set(thing, true);
      return;
    }
    this.#busy.set(thing, false);
    this.#run(thing)
      .catch((error: unknown) => this.#failed(thing, error))
      .finally(() => {
        const again = this.#busy.get(thing) === true;
        this.#busy.delete(thing);
        if (again) this.#dispatch(thing);
      });
  }

  async #run(thing: number): Promise<void> {
    const { registry, limits, bindings } = this.#options;
    if (this.#links.size === 0) return;
    const parent = (await bindings.load(thing))?.parent ?? 0;
    if (!this.#links.has(thing) && !this.#links.has(parent)) return;
    for (const row of await registry.read.tasks.open(thing, limits['tasks.openPerThingMax'])) {
      if (row.state !== 'delivered') this.#sendTask(row, parent);
    }
    const desired = await registry.read.desired.open(thing);
    this.#sendDesired(thing, parent, desired.filter(isOpenDesired));
  }

  #sendTask(row: TaskRow, parent: number): void {
    const { id: task, tenant, thing, action, input, expires } = row;
    const now = this.#options.clock.now();
    if (!isOpen(row.state) || expires <= now || this.#given.has(taskKey(row))) return;
    const message: DeviceMessage = {
      kind: 'action',
      name: action,
      payload: Buffer.from(JSON.stringify({ task, input })),
      contentType: 'application/json',
      correlation: Buffer.from(String(task)),
    };
    this.#send(parent, thing, message, [
      {
        key: taskKey(row),
        sent: { step: 'task-sent', tenant, thing, task, time: now },
        delivered: { step: 'task-delivered', tenant, thing, task, time: now },
      },
    ]);
  }

  /** All open values go in one message, so that the device sees them together. */
  #sendDesired(thing: number, parent: number, open: readonly DesiredRow[]): void {
    const rows = open.filter((row) => !this.#given.has(desiredKey(row)));
    if (rows.length === 0) return;
    const values = Object.fromEntries(rows.map((row) => [row.property, row.value]));
    const versions = Object.fromEntries(rows.map((row) => [row.property, row.version]));
    const message: DeviceMessage = {
      kind: 'desired',
      name: '',
      payload: Buffer.from(JSON.stringify({ values, versions })),
      contentType: 'application/json',
    };
    const time = this.#options.clock.now();
    const parts = rows.map((row): Part => {
      const { tenant, property, version } = row;
      const of = { tenant, thing, time, property, version };
      const sent = { step: 'desired-sent', ...of } as const;
      return { key: desiredKey(row), sent, delivered: { ...sent, step: 'desired-delivered' } };
    });
    this.#send(parent, thing, message, parts);
  }

  /** Sends over the first link of the thing or of its gateway that takes it. */
  #send(parent: number, thing: number, message: DeviceMessage, parts: readonly Part[]): void {
    for (const link of [...(this.#links.get(thing) ?? []), ...(this.#links.get(parent) ?? [])]) {
      const settled = (arrived: boolean): void => {
        const time = this.#options.clock.now();
        for (const part of parts) {
          if (arrived) this.#add({ ...part.delivered, time });
          else this.#given.delete(part.key);
        }
      };
      // Before sending, because a link may settle within the call.
      for (const part of parts) this.#given.add(part.key, link);
      if (link.send(thing, message, settled)) {
        for (const part of parts) this.#add(part.sent);
        return;
      }
      for (const part of parts) this.#given.delete(part.key);
    }
  }

  #add(record: ActionRecord): void {
    this.#options.add(encodeAction(record));
  }

  #failed(thing: number, error: unknown): void {
    this.#options.logger.warn({ err: error, thing }, 'what waits for a thing could not be sent');
  }
}

/** A step of one message: a task, or one of the desired values in it. */
interface Part {
  readonly key: string;
  readonly sent: ActionRecord;
  readonly delivered: ActionRecord;
}

/**
 * What was given to a link and need not be given again while that connection lasts. A new connection gets what has
 * not been answered or reported once more.
 */
class GivenOut {
  readonly #linkOf = new Map<string, DeviceLink>();
  readonly #keysOf = new Map<DeviceLink, Set<string>>();

  has(key: string): boolean {
    return this.#linkOf.has(key);
  }

  add(key: string, link: DeviceLink): void {
    this.#linkOf.set(key, link);
    const keys = this.#keysOf.get(link) ?? new Set();
    keys.add(key);
    this.#keysOf.set(link, keys);
  }

  delete(key: string): void {
    const link = this.#linkOf.get(key);
    if (link === undefined) return;
    this.#linkOf.delete(key);
    const keys = this.#keysOf.get(link);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(link);
  }

  gone(link: DeviceLink): void {
    for (const key of this.#keysOf.get(link) ?? []) this.#linkOf.delete(key);
    this.#keysOf.delete(link);
  }
}

function taskKey(row: TaskRow): string {
  return `task ${row.id}`;
}

function desiredKey(row: DesiredRow): string {
  return `desired ${row.thing} ${row.version} ${row.property}`;
}
