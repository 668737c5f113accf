// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { auditRefusals, Diagnosis, PacketTap, startMqtt, Trace, type MqttServer } from '#access';
import { Backups, Demo, startApi, systemInfo, Uploads, type Exposure } from '#api';
import type { Config } from '#config';
import { Minutes } from '#core';
import { sleep } from '#runtime';
import { createBackup, dataLayout } from '#store';
import { listenAddress, listenError, rangesOf, reachable } from './addresses.ts';
import type { Platform } from './platform.ts';

/** Where the parts of a running server are reached. */
export interface Served {
  readonly http: string;
  readonly listeners: Readonly<Record<string, string>>;
  /** Who brings the demo to life lends the way to stop it. */
  readonly demo: Pick<Demo, 'attach'>;
}

/** Opens the listeners: devices first, then HTTP. */
export async function serve(platform: Platform, stack: AsyncDisposableStack): Promise<Served> {
  const { config, limits, clock, metrics, data } = platform;
  const diagnosis = new Diagnosis(limits, metrics);
  stack.defer(auditRefusals(diagnosis, platform.audit));
  const trace = new Trace((offset) => storedUpTo(platform, offset));
  const packets = new PacketTap(limits, trace);
  const forgetting = clock.every(Minutes(1), () => diagnosis.forgetSecrets(clock.now()));
  stack.defer(() => forgetting.cancel());
  const trustedProxies = rangesOf('server.trustedProxies', config.server.trustedProxies);
  const sharedSources = rangesOf('server.sharedSources', config.server.sharedSources);
  const directory = join(data.path, dataLayout.snapshots);
  const settings = config.access.mqtt;
  const mqtt = settings.enabled
    ? stack.use(
        await startMqtt({
          ...platform,
          ...{ config: settings, services: platform.devices, directory, diagnosis, trace },
          ...{ packets, trustedProxies, sharedSources },
          authorities: platform.trusted,
        }).catch((error: unknown) => {
          throw listenError('access.mqtt.listen', settings.listen, error);
        }),
      )
    : undefined;
  const listeners = listenersOf(mqtt);
  const version = versionOf();
  const system = systemInfo({
    ...{ ...platform, mqtt, listeners, version, started: clock.now() },
    ...{ data: data.path, exposure: exposureOf(config) },
  });
  const backups = stack.use(backupsOf(platform, version));
  backups.start();
  const demo = new Demo({ ...platform, directory: data.path });
  await demo.start();
  const uploads = new Uploads(platform.registry);
  const watching = { diagnosis, trace, packets };
  const services = { ...platform, ...watching, system, uploads, backups, demo };
  const api = stack.use(
    await startApi({
      services,
      basePath: config.server.basePath,
      ...{ trustedProxies, sharedSources },
      upgrades: mqtt === undefined ? {} : { '/mqtt': (...upgrade) => mqtt.upgrade(...upgrade) },
    }),
  );
  const address = config.server.http;
  const url = await api.listen(listenAddress(address)).catch((error: unknown) => {
    throw listenError('server.http', address, error);
  });
  const http = reachable(url);
  listeners['http'] = http;
  return { http, listeners, demo };
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

function listenersOf(mqtt: MqttServer | undefined): Record<string, string> {
  const found = Object.entries({ ...mqtt?.listeners });
  return Object.fromEntries(found.flatMap(([name, at]) => (at === undefined ? [] : [[name, at]])));
}

function backupsOf(platform: Platform, product: string): Backups {
  const { config, data } = platform;
  const directory = resolve(config.backup.dir);
  const place = { data: data.path, target: directory };
  return new Backups({
    ...{ ...platform, directory, schedule: config.backup },
    make: ({ scheduled }) => createBackup({ ...platform, ...place, product, scheduled }),
  });
}

function exposureOf({ server, access }: Config): Exposure {
  const { enabled, anonymous, tls } = access.mqtt;
  const certificates = enabled && tls.listen !== undefined ? [tls.cert] : [];
  return {
    anonymous: enabled && anonymous,
    certificates: certificates.filter((file) => file !== undefined),
    hosts: { http: listenAddress(server.http).host },
  };
}

function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version }: { readonly version: string } = JSON.parse(text);
  return version;
}
