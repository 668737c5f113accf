// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Diagnosis, PacketTap, Trace, type Ingest } from '#access';
import {
  Backups,
  Demo,
  startApi,
  systemInfo,
  Uploads,
  type ApiServer,
  type ApiServices,
  type SystemInfo,
} from '#api';
import { loadConfig } from '#config';
import { createBackup, type Registry } from '#store';
import { openPlatform } from '../../src/main.ts';

/** The whole server without its listeners, in a directory of its own; requests go in through `api.app.inject`. */
export interface TestPlatform extends AsyncDisposable {
  readonly api: ApiServer;
  readonly services: ApiServices;
  readonly adminToken: string;
  readonly registry: Registry;
  /** Holds the answers of the HTTP surface that wait for the disk back until the result is called. */
  stall(): () => void;
  /** Resolves when all that is in the log now is in the series store. */
  stored(): Promise<void>;
}

/** Tests ask faster than people and programs may. */
const unhurried = ['Source', 'Principal'].flatMap((whose) => [
  `limits.http.requestsPerSecondPer${whose}=1000000`,
  `limits.http.requestBurstPer${whose}=1000000`,
]);

/** `settings` are `key=value` as for `--set`. */
export async function startPlatform(settings: readonly string[] = []): Promise<TestPlatform> {
  await using starting = new AsyncDisposableStack();
  const data = await mkdtemp(join(tmpdir(), 'fengsui-api-'));
  starting.defer(() => rm(data, { recursive: true, force: true }));
  const loaded = loadConfig({
    workingDirectory: data,
    environment: {},
    data: join(data, 'data'),
    set: ['telemetry.log.level=error', 'store.series.memoryMiB=256', ...unhurried, ...settings],
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
  const platform = await openPlatform(loaded.config, starting);
  const { limits, metrics, registry, log, series, clock } = platform;
  const ingest = new StallingIngest(platform.ingest);
  // What nobody stores any more is not waited for.
  const ended = new AbortController();
  starting.defer(() => ended.abort());
  const trace = new Trace(async (offset) => {
    while (series.committed <= offset && !ended.signal.aborted) await setTimeout(5);
    return clock.now();
  });
  const services: ApiServices = {
    ...platform,
    ingest,
    diagnosis: new Diagnosis(limits, metrics),
    trace,
    packets: new PacketTap(limits, trace),
    system: systemOf(platform, data),
    backups: backupsOf(platform, data),
    demo: new Demo({ ...platform, directory: data }),
    uploads: new Uploads(registry),
  };
  const api = starting.use(await startApi({ services, upgrades: {} }));
  const adminToken = (await readFile(join(data, 'data', 'admin.token'), 'utf8')).trim();
  const stack = starting.move();
  return {
    ...{ api, services, adminToken, registry },
    stall: () => ingest.stall(),
    stored: async () => {
      const head = log.head;
      while (series.committed < head) await setTimeout(5);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

type Parts = Awaited<ReturnType<typeof openPlatform>>;

/** Three connections that are not there. */
function systemOf(platform: Parts, data: string): SystemInfo {
  const { clock } = platform;
  const exposure = { anonymous: false, certificates: [], hosts: {} };
  const open = { protocol: 'mqtt', transport: 'tcp', clientId: 'c', since: 0 } as const;
  const ours = { tenant: 1, thing: 7 };
  return {
    ...systemInfo({
      ...{ ...platform, mqtt: undefined, data, exposure },
      ...{ version: '0.0.0-test', started: clock.now() },
      listeners: { mqtt: '127.0.0.1:1883' },
    }),
    connections: () => 3,
    open: () => [
      { ...open, ...ours, family: 4, source: '10.0.0.1' },
      { ...open, ...ours, family: 4, source: '10.0.0.2' },
      { ...open, tenant: undefined, thing: undefined, family: 6, source: '2001:db8::1' },
    ],
  };
}

function backupsOf(platform: Parts, data: string): Backups {
  const target = join(data, 'backup');
  return new Backups({
    ...{ ...platform, directory: target, schedule: { everyHours: 0, atHour: 2, keep: 2 } },
    make: ({ scheduled }) =>
      createBackup({
        ...{ ...platform, target, scheduled, product: '0.0.0-test' },
        data: join(data, 'data'),
      }),
  });
}

/** The way into the log as it is, but for answers that can be held back. */
class StallingIngest implements Ingest {
  readonly #ingest: Ingest;
  #stalled: Promise<void> | undefined;

  constructor(ingest: Ingest) {
    this.#ingest = ingest;
  }

  stall(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stalled = promise;
    return resolve;
  }

  async durable(): Promise<void> {
    await this.#ingest.durable();
    await this.#stalled;
  }

  get generation(): number {
    return this.#ingest.generation;
  }
  get batch(): Ingest['batch'] {
    return this.#ingest.batch;
  }
  get now(): number {
    return this.#ingest.now;
  }
  get pendingBytes(): number {
    return this.#ingest.pendingBytes;
  }
  get congested(): boolean {
    return this.#ingest.congested;
  }
  get durableOffset(): number {
    return this.#ingest.durableOffset;
  }
  add(...entry: Parameters<Ingest['add']>): void {
    this.#ingest.add(...entry);
  }
  wait(...waiter: Parameters<Ingest['wait']>): void {
    this.#ingest.wait(...waiter);
  }
  whenReady(...resume: Parameters<Ingest['whenReady']>): void {
    this.#ingest.whenReady(...resume);
  }
}
