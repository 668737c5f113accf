// SPDX-License-Identifier: Apache-2.0
import type { LogEntry } from '#bus';
import { FaultError, Hours, Minutes, Seconds, fault, type DurationMs, type Limits } from '#core';
import type { Clock, Logger, Timer } from '#runtime';
import type { Count, Page, Registry, TaskQuery, TaskRow, TaskStep } from '#store';
import type { Bindings } from '../port.ts';
import type { CommandNumbers } from './numbers.ts';
import { encodeAction } from './record.ts';
import type { RegistryReader } from './registry-reader.ts';
import { isOpen, openStates, taskOf, type TaskCreated } from './task-step.ts';
import { Waiting } from './waiting.ts';

const duePeriod: DurationMs = Seconds(1);
const prunePeriod: DurationMs = Minutes(10);
const batchMax = 1_000;
const defaultTimeout: DurationMs = Hours(1);
/** How long a caller waits for the registry to have what is already durable in the log. */
const appliedMsMax: DurationMs = Seconds(5);

/** The log as things write to it: added records are durable when the promise resolves. `Ingest` of `#access` fits. */
export interface Recorder {
  add(entry: LogEntry): void;
  durable(): Promise<void>;
}

export interface Invocation {
  readonly tenant: number;
  readonly thing: number;
  readonly action: string;
  readonly input?: unknown;
  readonly requester: string;
  /** From now until the task is over without an answer; an hour where left out. */
  readonly timeoutMs?: DurationMs | undefined;
}

export interface CommandOptions {
  readonly registry: Registry;
  readonly reader: RegistryReader;
  readonly bindings: Bindings;
  readonly recorder: Recorder;
  readonly numbers: CommandNumbers;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Actions as tasks: made durable in the log before the caller is answered, then sent, answered or timed out. */
export class ActionTasks {
  readonly #options: CommandOptions;
  readonly #created: Waiting<number, TaskRow>;
  readonly #ended: Waiting<number, TaskRow>;
  /** Time-outs recorded and not yet applied. */
  readonly #timingOut = new Set<number>();
  #timers: Timer[] = [];
  readonly #looking = new Map<string, Promise<void>>();

  constructor(options: CommandOptions) {
    this.#options = options;
    this.#created = new Waiting(options.clock);
    this.#ended = new Waiting(options.clock);
  }

  start(): void {
    const { clock, reader } = this.#options;
    reader.onApplied(({ tasks }) => {
      for (const row of tasks) {
        this.#created.settle(row.id, row);
        if (isOpen(row.state)) continue;
        this.#timingOut.delete(row.id);
        this.#ended.settle(row.id, row);
      }
    });
    this.#timers = [
      clock.every(duePeriod, () => this.#look('due', () => this.#timeOut())),
      clock.every(prunePeriod, () => this.#look('old', () => this.#prune())),
    ];
  }

  /**
   * Makes a task; durable when it resolves. Faults: `common.not-found`, `things.no-such-action`, those of the input with
   * `at` within it, `common.limit` when too many are open.
   */
  async create(invocation: Invocation): Promise<TaskRow> {
    const { recorder, numbers, clock, limits } = this.#options;
    const { tenant, thing, action, requester } = invocation;
    await this.#check(invocation);
    const time = clock.now();
    const timeout = Math.min(invocation.timeoutMs ?? defaultTimeout, limits['tasks.timeoutMsMax']);
    const record: TaskCreated = {
      step: 'task-created',
      tenant,
      thing,
      time,
      task: await numbers.take(),
      action,
      input: invocation.input ?? null,
      requester,
      expires: time + timeout,
    };
    recorder.add(encodeAction(record));
    const applied = this.#created.for(record.task, appliedMsMax);
    await recorder.durable();
    return (await applied) ?? taskOf(record);
  }

  /** Gives an open task up; a device that has it already is not told. */
  async cancel(tenant: number, task: number, requester: string): Promise<TaskRow> {
    const { recorder, clock } = this.#options;
    const row = await this.#find(tenant, task);
    if (!isOpen(row.state)) throw new FaultError(fault('things.task-over', 'task', row.state));
    const { thing } = row;
    const time = clock.now();
    recorder.add(
      encodeAction({ step: 'task-cancelled', tenant, thing, task, time, detail: requester }),
    );
    const ended = this.#ended.for(task, appliedMsMax);
    await recorder.durable();
    return (await ended) ?? { ...row, state: 'cancelled', updated: time };
  }

  /** A task with its history. Fault: `common.not-found`. */
  async get(
    tenant: number,
    task: number,
  ): Promise<{ readonly task: TaskRow; readonly steps: readonly TaskStep[] }> {
    const row = await this.#find(tenant, task);
    return { task: row, steps: await this.#options.registry.read.tasks.steps(task) };
  }

  list(query: TaskQuery): Promise<Page<TaskRow>> {
    return this.#options.registry.read.tasks.list(query);
  }

  /** Those under way, the newest first. */
  listOpen(query: Omit<TaskQuery, 'states'>): Promise<Page<TaskRow>> {
    return this.list({ ...query, states: openStates });
  }

  /** Counts those of a tenant that are under way, up to `max`. */
  countOpen(tenant: number, max: number): Promise<Count> {
    return this.#options.registry.read.tasks.countOpen(tenant, max);
  }

  /** The task once it has ended, or as it is when the time is over. */
  async wait(tenant: number, task: number, timeout: DurationMs): Promise<TaskRow> {
    const ended = this.#ended.for(task, timeout);
    const row = await this.#find(tenant, task);
    if (!isOpen(row.state)) return row;
    return (await ended) ?? this.#find(tenant, task);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#looking.values());
  }

  async #check({ tenant, thing, action, input }: Invocation): Promise<void> {
    const { bindings, registry, limits } = this.#options;
    const binding = await bindings.load(thing);
    if (binding?.tenant !== tenant) throw notFound('thing', thing);
    const slot = binding.model.actions.get(action);
    if (slot === undefined) throw new FaultError(fault('things.no-such-action', 'action', action));
    const wrong = slot.checkInput(input ?? null);
    if (wrong !== undefined) throw new FaultError({ ...wrong, at: `/input${wrong.at ?? ''}` });
    checkSize(input, limits);
    const open = await registry.read.tasks.openCount(thing);
    if (open >= limits['tasks.openPerThingMax']) {
      throw new FaultError(fault('common.limit', 'tasks.openPerThingMax', String(open)));
    }
  }

  async #find(tenant: number, task: number): Promise<TaskRow> {
    const row = await this.#options.registry.read.tasks.byId(task);
    if (row?.tenant !== tenant) throw notFound('task', task);
    return row;
  }

  /** Starts work unless the same is still under way. */
  #look(name: string, work: () => Promise<void>): void {
    if (this.#looking.has(name)) return;
    const looking = work()
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'tasks could not be looked after; tried again');
      })
      .finally(() => this.#looking.delete(name));
    this.#looking.set(name, looking);
  }

  async #timeOut(): Promise<void> {
    const { registry, recorder, clock } = this.#options;
    const time = clock.now();
    const due = await registry.read.tasks.due(time, batchMax);
    const fresh = due.filter((row) => !this.#timingOut.has(row.id));
    if (fresh.length === 0) return;
    for (const { id: task, tenant, thing } of fresh) {
      this.#timingOut.add(task);
      recorder.add(encodeAction({ step: 'task-timed-out', tenant, thing, task, time }));
    }
    try {
      await recorder.durable();
    } catch (error) {
      for (const row of fresh) this.#timingOut.delete(row.id);
      throw error;
    }
  }

  async #prune(): Promise<void> {
    const { registry, clock, limits } = this.#options;
    const before = clock.now() - limits['tasks.keepMs'];
    let count = batchMax;
    while (count === batchMax) {
      count = await registry.write((tables) => tables.tasks.prune(before, batchMax));
    }
  }
}

export function notFound(what: string, id: number): FaultError {
  return new FaultError(fault('common.not-found', what, String(id)));
}

/** Refuses a value whose JSON is larger than `tasks.inputBytesMax`. */
export function checkSize(value: unknown, limits: Limits): void {
  const bytes = Buffer.byteLength(JSON.stringify(value ?? null));
  if (bytes > limits['tasks.inputBytesMax']) {
    throw new FaultError(fault('common.limit', 'tasks.inputBytesMax', `${bytes} bytes`));
  }
}
