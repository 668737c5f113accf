// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type LogEntry } from '#bus';
import { fault, type Fault, type Limits, type Result, type TimeMs } from '#core';
import { contentTypeOf, decodeCbor, parseJson, type ThingBinding } from '#model';
import type { Clock } from '#runtime';
import type { Dispatcher } from './dispatcher.ts';
import type { DeviceLink, DevicePayload } from './link.ts';
import { encodeAction, encodeConnection } from './record.ts';

export interface DeviceServicesOptions {
  /** Adds to the unit of the log that the device's acknowledgement waits for. */
  readonly add: (entry: LogEntry) => void;
  readonly dispatcher: Dispatcher;
  /** A thing's tenant, from its binding in memory. */
  readonly tenantOf: (thing: number) => number | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
}

/** What adapters call for events, answers and connections. */
export class ThingDeviceServices {
  readonly #options: DeviceServicesOptions;

  constructor(options: DeviceServicesOptions) {
    this.#options = options;
  }

  /** Says in the log that nobody is connected yet: connections of a process that died were never closed. */
  start(): void {
    const { add, clock } = this.#options;
    add(encodeConnection({ change: 'started', time: clock.now() }));
  }

  /** A device reports an event of its model. */
  event(binding: ThingBinding, name: string, payload: DevicePayload): Fault | undefined {
    const slot = binding.model.events.get(name);
    const collects = binding.unknownProperties === 'collect';
    if (slot === undefined && !collects) return fault('things.no-such-event', name);
    const data = this.#decode(payload);
    if (!data.ok) return data.fault;
    const wrong = slot?.checkData(data.value);
    if (wrong !== undefined) return wrong;
    const { tenant, thing } = binding;
    const record = { tenant, thing, event: name, data: data.value ?? null, time: payload.now };
    const entry = { kind: RecordKind.event, payload: Buffer.from(JSON.stringify(record)) };
    this.#options.add(entry);
    return undefined;
  }

  /**
   * A device answers an action: `{"task": 17, "output": …}` or `{"task": 17, "error": "…"}`; anything else is the output
   * itself. The task may come as correlation data instead; without either the oldest one sent is meant.
   */
  result(binding: ThingBinding, action: string, payload: DevicePayload): Fault | undefined {
    const data = this.#decode(payload);
    if (!data.ok) return data.fault;
    const answer = answerOf(data.value);
    const task = answer.task ?? taskNumber(payload.correlation) ?? 0;
    const { tenant, thing } = binding;
    const base = { tenant, thing, time: payload.now, task, action };
    this.#options.add(
      encodeAction(
        answer.error === undefined
          ? { step: 'task-answered', ...base, output: answer.output ?? null }
          : { step: 'task-failed', ...base, error: answer.error },
      ),
    );
    return undefined;
  }

  online(thing: number, link: DeviceLink): void {
    if (this.#options.dispatcher.online(thing, link))
      this.#options.add(encodeConnection({ change: 'online', ...this.#about(thing) }));
  }

  offline(thing: number, link: DeviceLink, cause: string): void {
    if (this.#options.dispatcher.offline(thing, link))
      this.#options.add(encodeConnection({ change: 'offline', ...this.#about(thing), cause }));
  }

  #about(thing: number): { tenant: number; thing: number; time: TimeMs } {
    const { clock, tenantOf } = this.#options;
    return { tenant: tenantOf(thing) ?? 0, thing, time: clock.now() };
  }

  #decode({ bytes, contentType }: DevicePayload): Result<unknown> {
    const { limits } = this.#options;
    const max = limits['tasks.inputBytesMax'];
    if (bytes.length > max) {
      return {
        ok: false,
        fault: fault('model.payload-too-large', '', `tasks.inputBytesMax ${max}`),
      };
    }
    if (bytes.length === 0) return { ok: true, value: undefined };
    const type = contentTypeOf(contentType);
    if (type === 'json') return parseJson(bytes, 0, bytes.length, limits);
    if (type === 'cbor') return decodeCbor(bytes, 0, bytes.length, limits);
    return {
      ok: false,
      fault: fault('model.bad-payload', '', `content type ${contentType ?? ''}`),
    };
  }
}

interface Answer {
  readonly task: number | undefined;
  readonly output: unknown;
  readonly error: string | undefined;
}

function answerOf(value: unknown): Answer {
  const plain: Answer = { task: undefined, output: value, error: undefined };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return plain;
  const members = new Map<string, unknown>(Object.entries(value));
  if (!['task', 'output', 'error'].some((name) => members.has(name))) return plain;
  const task = members.get('task');
  const error = members.get('error');
  return {
    task: typeof task === 'string' || typeof task === 'number' ? safeId(Number(task)) : undefined,
    output: members.get('output'),
    error: error === undefined || error === null ? undefined : textOf(error),
  };
}

function textOf(error: unknown): string {
  return typeof error === 'string' ? error : JSON.stringify(error);
}

function taskNumber(correlation: Buffer | undefined): number | undefined {
  if (correlation === undefined || correlation.length > 16) return undefined;
  const text = correlation.toString('latin1');
  return /^[1-9]\d*$/.test(text) ? safeId(Number(text)) : undefined;
}

function safeId(id: number): number | undefined {
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
