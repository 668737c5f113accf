// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createIngest, Diagnosis, startMqtt, Trace, type MqttServer } from '#access';
import { startApi, Uploads, type ApiServices, type SystemInfo } from '#api';
import { openJournal, type Journal } from '#bus';
import {
  listenFault,
  openDataDirectory,
  parseListen,
  type Config,
  type ListenAddress,
} from '#config';
import { assert, Days, FaultError, Seconds, unwrap } from '#core';
import {
  afterTurn,
  createLogger,
  limitHits,
  MetricsRegistry,
  nodeDisk,
  sleep,
  systemClock,
  systemRandom,
  type Logger,
} from '#runtime';
import { Administrator, ApiTokens, LastUsed, RegistryAuthenticator } from '#security';
import { createBackup, dataLayout, feedSeries, openDuckdbSeries, openRegistry } from '#store';
import {
  ActionTasks,
  BindingCache,
  CommandNumbers,
  CurrentState,
  DesiredValues,
  DeviceCredentials,
  Dispatcher,
  FollowUps,
  ModelService,
  RegistryReader,
  SeriesIds,
  StateReader,
  ThingDeviceServices,
  ThingService,
} from '#things';

export interface StartOptions {
  /** Print one line of JSON when ready, and nothing else, on standard output. */
  readonly json: boolean;
}

export interface Running {
  readonly http: string;
  readonly listeners: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A log that has stopped, because the disk was full or failed, is tried again this often; it logs what happens. */
const reopenEveryMs = Seconds(5);

/** The one place that knows every part: opens the stores, starts the readers, then the listeners. */
export async function start(config: Config, options: StartOptions): Promise<Running> {
  await using starting = new AsyncDisposableStack();
  const platform = await openPlatform(config, starting);
  const running = await serve(platform, starting);
  announce(platform, running, options);
  const stack = starting.move();
  return { ...running, stop: () => stack.disposeAsync() };
}

type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** Storage and domains, without anything that listens. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- its parts are its type
export async function openPlatform(config: Config, stack: AsyncDisposableStack) {
  const { limits } = config;
  const clock = systemClock;
  const random = systemRandom();
  const metrics = new MetricsRegistry();
  const logger = loggerOf(config);
  const data = stack.use(unwrap(openDataDirectory(resolve(config.store.dir))));
  const base = { limits, clock, random, metrics, logger, disk: nodeDisk };
  const place = (name: string): string => join(data.path, name);
  const log = stack.use(await openJournal({ ...base, directory: place(dataLayout.log) }));
  const reopening = clock.every(reopenEveryMs, () => {
    if (log.stopped !== undefined) log.reopen().catch(() => undefined);
  });
  stack.defer(() => reopening.cancel());
  const registry = stack.use(await openRegistry({ ...base, path: place(dataLayout.registry) }));
  const { retentionDays, series: engine } = config.store;
  const series = stack.use(
    await openDuckdbSeries({
      ...base,
      directory: place(dataLayout.series),
      retentionMs: retentionDays === 0 ? undefined : Days(retentionDays),
      memoryBytes: engine.memoryMiB * 1_048_576,
      threads: engine.threads === 0 ? undefined : engine.threads,
    }),
  );
  const ingest = stack.use(createIngest({ ...base, log, afterTurn }));
  const limitHit = limitHits(metrics);
  const authenticator = new RegistryAuthenticator({
    ...base,
    registry: registry.read,
    hit: (name) => limitHit.hit(name),
  });
  const lastUsed = stack.use(new LastUsed(registry, clock, logger));
  lastUsed.start();
  authenticator.onProved((principal) => lastUsed.note(principal));
  const storage = { ...base, config, data, log, registry, series, ingest, authenticator };
  const things = await openThings(storage, stack);
  await startReaders({ ...storage, ...things }, stack);
  return { ...storage, ...things, limitHit };
}

type Storage = Pick<
  ApiServices,
  'limits' | 'clock' | 'metrics' | 'logger' | 'ingest' | 'series' | 'authenticator'
> & { readonly log: Journal } & Pick<Parameters<typeof createBackup>[0], 'registry'> & {
    readonly disk: typeof nodeDisk;
    readonly data: { readonly path: string };
  };

async function openThings(storage: Storage, stack: AsyncDisposableStack) {
  const { registry, authenticator, clock, ingest, limits, log, logger, series } = storage;
  const add: typeof ingest.add = (entry) => ingest.add(entry);
  const append = async (entry: Parameters<typeof add>[0]): Promise<void> => {
    add(entry);
    await ingest.durable();
  };
  const ids = stack.use(new SeriesIds(registry, logger));
  await ids.start();
  const models = new ModelService({ registry, limits, clock });
  const bindings = new BindingCache({ ...storage, models, ids, announce: add });
  const things = new ThingService({ ...storage, models, bindings, append });
  const credentials = new DeviceCredentials(registry, authenticator, clock);
  const tokens = new ApiTokens(registry, authenticator, clock);
  const directory = storage.data.path;
  const administrator = new Administrator({ directory, tokens, authenticator, clock });
  await administrator.start();
  const state = new CurrentState();
  const invalidate = (thing: number): void => bindings.invalidate(thing);
  const reader = new RegistryReader({ ...storage, directory: bindings, invalidate });
  const numbers = new CommandNumbers(registry);
  const commands = { ...storage, reader, bindings, recorder: ingest, numbers };
  const tasks = stack.use(new ActionTasks(commands));
  const desired = new DesiredValues(commands);
  const dispatcher = new Dispatcher({ ...storage, reader, bindings, add });
  const tenantOf = (thing: number): number | undefined => bindings.peek(thing)?.tenant;
  const devices = new ThingDeviceServices({ add, dispatcher, tenantOf, limits, clock });
  const followUps = stack.use(new FollowUps({ registry, series, log, append, clock, logger }));
  return {
    ...{ models, bindings, things, credentials, tokens, administrator, state, reader },
    ...{ tasks, desired, dispatcher, devices, followUps },
  };
}

/** Starts what reads the log; at the end the readers stop before the stores they write to. */
async function startReaders(
  parts: Storage & Awaited<ReturnType<typeof openThings>>,
  stack: AsyncDisposableStack,
): Promise<void> {
  const { log, series, state, reader, logger } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const snapshots = join(parts.data.path, dataLayout.snapshots);
  parts.tasks.start();
  parts.desired.start();
  parts.dispatcher.start();
  const stateReader = new StateReader({ ...parts, state, directory: snapshots });
  await stateReader.start();
  await reader.start();
  const feeding = feedSeries({ ...parts, log, store: series, signal });
  feeding.catch((error: unknown) => logger.error({ err: error }, 'the series store lost the log'));
  parts.devices.start();
  parts.followUps.start();
  stack.defer(async () => {
    stopping.abort();
    await Promise.allSettled([feeding, reader[Symbol.asyncDispose]()]);
    await stateReader[Symbol.asyncDispose]();
  });
}

/** Opens the listeners: devices first, then HTTP. */
async function serve(
  platform: Platform,
  stack: AsyncDisposableStack,
): Promise<Pick<Running, 'http' | 'listeners'>> {
  const { config, limits, clock, metrics, data } = platform;
  const diagnosis = new Diagnosis(limits, metrics);
  const trace = new Trace((offset) => storedUpTo(platform, offset));
  const directory = join(data.path, dataLayout.snapshots);
  const settings = config.access.mqtt;
  const mqtt = settings.enabled
    ? stack.use(
        await startMqtt({
          ...platform,
          ...{ config: settings, services: platform.devices, directory, diagnosis, trace },
        }).catch((error: unknown) => {
          throw listenError('access.mqtt.listen', settings.listen, error);
        }),
      )
    : undefined;
  const listeners = listenersOf(mqtt);
  const system = systemInfo(platform, mqtt, listeners, clock.now());
  const uploads = new Uploads(platform.registry);
  const services = { ...platform, diagnosis, trace, system, uploads };
  const api = stack.use(
    await startApi({
      services,
      upgrades: mqtt === undefined ? {} : { '/mqtt': (...upgrade) => mqtt.upgrade(...upgrade) },
    }),
  );
  const address = config.server.http;
  const url = await api.listen(listenAddress(address)).catch((error: unknown) => {
    throw listenError('server.http', address, error);
  });
  const http = reachable(url);
  listeners['http'] = http;
  return { http, listeners };
}

/** How long a trace waits for the series store, and how often it looks. */
const storeWait = { mostMs: 30_000, everyMs: 20 };

async function storedUpTo(
  { series, clock }: Pick<Platform, 'series' | 'clock'>,
  offset: number,
): Promise<number | undefined> {
  const patience = AbortSignal.timeout(storeWait.mostMs);
  while (series.committed <= offset && !patience.aborted) {
    await sleep(clock, storeWait.everyMs, patience);
  }
  return series.committed > offset ? clock.now() : undefined;
}

/** The URL by which a browser on this machine gets to a server that listens on every address. */
function reachable(url: string): string {
  return url.replace(/^(https?:\/\/)(\[::\]|0\.0\.0\.0)(?=[:/]|$)/, '$1localhost');
}

function listenError(key: string, address: string, error: unknown): unknown {
  const found = listenFault(key, address, error);
  return found === undefined ? error : new FaultError(found, { cause: error });
}

function listenersOf(mqtt: MqttServer | undefined): Record<string, string> {
  const found = Object.entries({ ...mqtt?.listeners });
  return Object.fromEntries(found.flatMap(([name, at]) => (at === undefined ? [] : [[name, at]])));
}

function systemInfo(
  platform: Platform,
  mqtt: MqttServer | undefined,
  listeners: Readonly<Record<string, string>>,
  started: number,
): SystemInfo {
  const { log, series, config, data, clock } = platform;
  const product = versionOf();
  return {
    version: product,
    started,
    listeners: () => listeners,
    connections: () => mqtt?.stats().connections ?? 0,
    messages: () => sum(mqtt?.stats().publishes ?? []),
    readings: () => mqtt?.stats().readings ?? 0,
    lag: () =>
      Object.fromEntries([...log.readers()].map(([name, offset]) => [name, log.head - offset])),
    checks: {
      log: () => ({ ok: log.stopped === undefined, detail: log.stopped?.message ?? 'on disk' }),
      series: async () => {
        const stats = await series.stats();
        return { ok: true, detail: `${stats.storedPoints + stats.hotPoints} points` };
      },
      registry: async () => {
        await platform.registry.read.settings.get('ready');
        return { ok: true, detail: 'answers' };
      },
    },
    backup: () =>
      createBackup({
        ...{ log, series, clock, product, registry: platform.registry },
        data: data.path,
        target: resolve(config.backup.dir),
      }),
  };
}

/** An address that the configuration's schema has let through. */
function listenAddress(text: string): ListenAddress {
  const address = parseListen(text);
  assert(address !== undefined, `${text} is an address`);
  return address;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

function loggerOf(config: Config): Logger {
  const { level, format } = config.telemetry.log;
  const terminal = process.stderr.isTTY;
  return createLogger({
    level,
    format: format === 'auto' ? (terminal ? 'pretty' : 'json') : format,
    colour: terminal,
    write: (line) => process.stderr.write(line),
  });
}

function versionOf(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version }: { readonly version: string } = JSON.parse(text);
  return version;
}

/** Tells the person, or the program, that started it where everything is. */
function announce(
  { data, administrator }: Platform,
  { http, listeners }: Pick<Running, 'http' | 'listeners'>,
  { json }: StartOptions,
): void {
  data.announce(listeners);
  if (json) {
    process.stdout.write(`${JSON.stringify({ ready: true, http, listeners, data: data.path })}\n`);
    return;
  }
  const link = `${http}/?link=${administrator.newLink()}`;
  const rows = Object.entries(listeners).map(([name, at]) => `  ${name.padEnd(8)} ${at}`);
  process.stdout.write(
    `\n  烽燧 Fengsui is ready\n\n${rows.join('\n')}\n  data     ${data.path}\n\n  Open this link once, within an hour:\n  ${link}\n\n`,
  );
}
