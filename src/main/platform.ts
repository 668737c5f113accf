// SPDX-License-Identifier: Apache-2.0
import { join, resolve } from 'node:path';
import { Bans, banStore, createIngest } from '#access';
import { openJournal } from '#bus';
import { openDataDirectory, type Config } from '#config';
import { AddressRanges, Days, Seconds, unwrap } from '#core';
import {
  afterTurn,
  limitHits,
  MetricsRegistry,
  nodeDisk,
  systemClock,
  systemRandom,
} from '#runtime';
import {
  AuditLog,
  LastUsed,
  Policy,
  RegistryAuthenticator,
  SecretBox,
  TrustedAuthorities,
} from '#security';
import { dataLayout, openDuckdbSeries, openRegistry, openSqliteAudit } from '#store';
import { rangesOf } from './addresses.ts';
import { loggerOf } from './logger.ts';
import { openPeople } from './people.ts';
import { startReaders } from './readers.ts';
import type { Storage } from './storage.ts';
import { openThings } from './things.ts';

/** A log that has stopped, because the disk was full or failed, is tried again this often; it logs what happens. */
const reopenEveryMs = Seconds(5);

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

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
  const auditing = await openAudit({ ...base, config, data }, stack);
  const ingest = stack.use(createIngest({ ...base, log, afterTurn }));
  const limitHit = limitHits(metrics);
  const trusted = new TrustedAuthorities(registry.read, clock);
  await trusted.start();
  const shared = new AddressRanges(rangesOf('server.sharedSources', config.server.sharedSources));
  const authenticator = new RegistryAuthenticator({
    ...base,
    isShared: (source) => shared.has(source),
    registry: registry.read,
    authorities: trusted,
    hit: (name) => limitHit.hit(name),
  });
  const lastUsed = stack.use(new LastUsed(registry, clock, logger));
  lastUsed.start();
  authenticator.onProved((principal) => lastUsed.note(principal));
  const bans = stack.use(new Bans({ ...base, store: banStore(registry) }));
  await bans.start();
  bans.watch(authenticator.guard);
  const { separationOfDuties } = config.auth;
  const policy = new Policy({ registry: registry.read, limits, separationOfDuties });
  const { suite } = config.crypto;
  const box = await SecretBox.open({ directory: data.path, suite, registry });
  const stores = { ...base, ...auditing, config, data, log, registry, series, ingest };
  const storage = { ...stores, authenticator, policy, trusted, box };
  const things = await openThings(storage, stack);
  const people = await openPeople({ ...storage, ...things, limitHit }, stack);
  await startReaders({ ...storage, ...things }, stack);
  return { ...storage, ...things, ...people, tenants: registry.read.tenants, bans, limitHit };
}

/** The audit log is opened before anything that acts, and closed after it. */
async function openAudit(
  base: Pick<Storage, 'limits' | 'clock' | 'metrics' | 'logger' | 'config' | 'data'>,
  stack: AsyncDisposableStack,
) {
  const { retentionDays, hash } = base.config.audit;
  const path = join(base.data.path, dataLayout.audit);
  const auditStore = stack.use(await openSqliteAudit({ ...base, path, hash }));
  const retentionMs = Days(retentionDays);
  const audit = stack.use(new AuditLog({ ...base, store: auditStore, retentionMs }));
  audit.start();
  return { audit, auditStore };
}
