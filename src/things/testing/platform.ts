// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEntry } from '#bus';
import { limitsOf, type LimitName } from '#core';
import { RecordingLogger, RecordingMetrics, SimClock } from '#runtime/sim';
import { RegistryAuthenticator, TrustedAuthorities } from '#security';
import { openRegistry, type Registry } from '#store';
import { systemClock } from '#runtime';
import { Authorities, type KeySealer } from '../authorities.ts';
import { BindingCache } from '../bindings.ts';
import {
  ActionTasks,
  CommandNumbers,
  DesiredValues,
  Dispatcher,
  RegistryReader,
  ThingDeviceServices,
} from '../commands/index.ts';
import { DeviceCredentials } from '../credentials.ts';
import { JustInTimeRegistration } from '../just-in-time.ts';
import { ModelService } from '../models.ts';
import { Provisioning } from '../provisioning.ts';
import { SeriesIds } from '../series-ids.ts';
import { ThingService } from '../service.ts';
import { MemoryLog } from './memory-log.ts';

/** The model of the things of these tests. */
export const valveModel = {
  '@context': ['https://www.w3.org/2022/wot/td/v1.1'],
  '@type': 'tm:ThingModel',
  id: 'urn:test:valve',
  title: 'Valve',
  version: { model: '1.0.0' },
  properties: {
    level: { type: 'number', unit: '%', readOnly: true },
    target: { type: 'number', minimum: 0, maximum: 100 },
    mode: { type: 'string', enum: ['auto', 'manual'] },
    plan: { type: 'object', properties: { from: { type: 'integer' } } },
    secret: { type: 'string', writeOnly: true },
  },
  actions: {
    open: { input: { type: 'object', properties: { angle: { type: 'number', maximum: 90 } } } },
    stop: {},
  },
  events: { jammed: { data: { type: 'object', required: ['force'] } } },
} as const;

/** Names what it seals instead of hiding it. */
const plainBox: KeySealer = {
  seal: (purpose, secret) => `${purpose}|${Buffer.from(secret).toString('base64')}`,
  open(purpose, sealed) {
    const [sealedFor, text = ''] = sealed.split('|');
    if (sealedFor !== purpose) throw new Error(`sealed for ${sealedFor}`);
    return Buffer.from(text, 'base64');
  },
};

/** What lasts over a crash: the registry's file and the log. */
export interface Place {
  readonly directory: string;
  readonly clock: SimClock;
  readonly log: MemoryLog;
}

export async function newPlace(): Promise<Place> {
  const clock = new SimClock();
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-things-'));
  return { directory, clock, log: new MemoryLog(() => clock.now()) };
}

export async function removePlace({ directory }: Place): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

/** The services of this domain, wired as `main` does. */
export async function openPlatform(
  place: Place,
  overrides: Partial<Record<LimitName, number>> = {},
) {
  const { clock, log, directory } = place;
  const limits = limitsOf(overrides);
  const logger = new RecordingLogger();
  const path = join(directory, 'registry.db');
  const registry: Registry = await openRegistry({ path, logger, limits, clock: systemClock });
  const pending: LogEntry[] = [];
  const durable = async (): Promise<void> => {
    await log.append(pending.splice(0));
  };
  const add = (entry: LogEntry): void => {
    if (pending.push(entry) === 1) queueMicrotask(() => void durable());
  };
  const models = new ModelService({ registry, limits, clock });
  const ids = new SeriesIds(registry, logger);
  await ids.start();
  const base = { registry, models, ids, limits, clock, logger, announce: add };
  const bindings = new BindingCache(base);
  const trusted = new TrustedAuthorities(registry.read, clock);
  await trusted.start();
  const authenticator = new RegistryAuthenticator({
    registry: registry.read,
    authorities: trusted,
    limits,
    clock,
    hit: () => {},
  });
  const append = async (entry: LogEntry): Promise<void> => {
    add(entry);
    await durable();
  };
  const things = new ThingService({ ...base, bindings, authenticator, append });
  const admission = { ...base, trusted, authenticator, things, box: plainBox };
  const authorities = new Authorities(admission);
  const credentials = new DeviceCredentials({ ...admission, authorities });
  const justInTime = new JustInTimeRegistration(admission);
  authenticator.onUnregistered((shown) => justInTime.register(shown));
  const provisioning = new Provisioning(admission);
  const invalidate = (thing: number): void => bindings.invalidate(thing);
  const reader = new RegistryReader({
    log,
    registry,
    directory: bindings,
    invalidate,
    limits,
    clock,
    logger,
    metrics: new RecordingMetrics(),
  });
  const numbers = new CommandNumbers(registry);
  const recorder = { add, durable };
  const shared = { registry, reader, bindings, recorder, numbers, limits, clock, logger };
  const tasks = new ActionTasks(shared);
  const desired = new DesiredValues(shared);
  const dispatcher = new Dispatcher({ ...shared, add });
  const tenantOf = (thing: number): number | undefined => bindings.peek(thing)?.tenant;
  const devices = new ThingDeviceServices({ add, dispatcher, tenantOf, limits, clock });
  tasks.start();
  desired.start();
  dispatcher.start();
  devices.start();
  await reader.start();
  return {
    registry,
    models,
    bindings,
    things,
    authenticator,
    ...{ trusted, authorities, credentials, justInTime, provisioning },
    reader,
    tasks,
    desired,
    dispatcher,
    devices,
    logger,
    add,
    /** Waits until the registry has all of the log, and what follows from that is done. */
    async settled(): Promise<void> {
      for (let quiet = 0; quiet < 3;) {
        const head = log.head;
        await durable();
        await registry.write(() => Promise.resolve());
        await new Promise((resolve) => setTimeout(resolve, 3));
        quiet = head === log.head && (log.readers().get('registry') ?? 0) >= 0 ? quiet + 1 : 0;
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await tasks[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
      await ids[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
    },
  };
}

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** A thing of the valve model. */
export async function newValve(platform: Platform, parent?: number): Promise<number> {
  await platform.models.add(1, valveModel);
  const model = { uri: valveModel.id };
  return (await platform.things.create(1, { name: 'valve', model, parent })).id;
}
