// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { Days, Hours, Minutes, Seconds, type TimeMs } from '#core';
import type { Clock } from '#runtime';
import type { LimitWatch } from '../health/limit-watch.ts';
import type { BackupState } from '../backups.ts';
import type { SystemInfo } from '../system.ts';
import { found, good, type Finding } from './finding.ts';
import type { IssueCheck } from './issues.ts';
import {
  checkCertificate,
  checkClock,
  checkFamilies,
  checkSpace,
  checkWritable,
  hostOf,
  isLocalHost,
  machineFamilies,
} from './machine.ts';

export interface IssueSources {
  readonly clock: Clock;
  readonly system: SystemInfo;
  readonly limitWatch: LimitWatch;
  readonly backups: { state(): Promise<BackupState> };
  readonly demo: { present(): boolean };
  readonly audit: { readonly stopped: Error | undefined };
  /** Names of administrators without a second factor; left out where nobody can have one. */
  readonly singleFactor?: (() => Promise<readonly string[]>) | undefined;
}

const often = Seconds(1);
const seldom = Minutes(1);
/** Records that a reader may be behind: some seconds of heavy load. */
const lagRecordsMax = 50_000;
/** Readers that commit as they go; the others commit with their snapshots, so that their offset says nothing. */
const storeReaders = ['series', 'registry'];
const backupAgeMsMax = Days(7);

/** Everything that is looked at while the server runs. */
export function serverChecks(sources: IssueSources): readonly IssueCheck[] {
  const { clock, system } = sources;
  const { data } = system;
  return [
    ...storeChecks(system),
    ...listenerChecks(sources),
    { everyMs: Seconds(4), failing: 'data-not-writable', run: () => checkWritable(data) },
    { everyMs: Seconds(4), failing: 'data-not-writable', run: () => checkSpace(data) },
    { everyMs: seldom, failing: 'clock-wrong', run: () => checkClock(data, clock.now()) },
    { everyMs: often, failing: 'reader-behind', run: () => checkLag(system.lag()) },
    { everyMs: Seconds(4), failing: 'backup-failed', run: () => checkBackups(sources) },
    { everyMs: often, failing: 'audit-stopped', run: () => checkAudit(sources) },
    { everyMs: often, failing: 'demo-present', run: () => checkDemo(sources) },
    { everyMs: often, failing: 'limit-hit', run: () => checkLimits(sources) },
    {
      everyMs: Seconds(4),
      failing: 'administrator-single-factor',
      run: () => checkFactors(sources),
    },
  ];
}

/** The same checks as `/readyz`: what is not ready is an issue. */
function storeChecks({ checks }: SystemInfo): readonly IssueCheck[] {
  const codes = {
    log: 'log-stopped',
    series: 'series-stopped',
    registry: 'registry-stopped',
  } as const;
  return Object.entries(checks).map(([name, check]) => {
    const code = name === 'log' || name === 'series' ? codes[name] : codes.registry;
    return {
      everyMs: often,
      failing: code,
      run: async () => {
        const { ok, detail } = await check();
        return ok ? good(detail) : found(code, detail);
      },
    };
  });
}

function checkAudit({ audit }: IssueSources): Finding {
  const { stopped } = audit;
  return stopped === undefined ? good('on disk') : found('audit-stopped', stopped.message);
}

function listenerChecks({ clock, system }: IssueSources): readonly IssueCheck[] {
  const { exposure } = system;
  const hosts = (): Record<string, string> =>
    Object.fromEntries(
      Object.entries(system.listeners()).map(([name, address]) => [name, hostOf(address)]),
    );
  return [
    {
      everyMs: seldom,
      failing: 'listener-without-tls',
      run: () => [checkEncryption(hosts()), checkAnonymous(exposure.anonymous)],
    },
    {
      everyMs: seldom,
      failing: 'one-address-family',
      run: () => checkFamilies({ ...hosts(), ...exposure.hosts }, machineFamilies()),
    },
    {
      everyMs: seldom,
      failing: 'certificate-unreadable',
      run: () =>
        Promise.all(
          exposure.certificates.map(async (file) =>
            checkCertificate(await readFile(file), file, clock.now()),
          ),
        ),
    },
  ];
}

/** Devices may come without TLS only where there is a way with it too, or where nobody else can listen. */
function checkEncryption(hosts: Readonly<Record<string, string>>): Finding {
  const open = ['mqtt', 'mqttWs'].filter((name) => {
    const host = hosts[name];
    return host !== undefined && !isLocalHost(host);
  });
  if (open.length === 0 || 'mqtts' in hosts) return good(Object.keys(hosts).join(', '));
  return found('listener-without-tls', open.join(', '));
}

function checkAnonymous(anonymous: boolean): Finding {
  return anonymous ? found('listener-anonymous', 'access.mqtt.anonymous') : good('no');
}

function checkLag(readers: Readonly<Record<string, number>>): Finding {
  const behind = Object.entries(readers).filter(
    ([name, records]) => storeReaders.includes(name) && records > lagRecordsMax,
  );
  if (behind.length === 0) return good('none');
  return found('reader-behind', behind.map(([name, records]) => `${name}: ${records}`).join(', '));
}

async function checkBackups({ backups, clock }: IssueSources): Promise<readonly Finding[]> {
  const { verified, failure } = await backups.state();
  const age = verified === undefined ? undefined : clock.now() - verified;
  const shown = (time: TimeMs): string => new Date(time).toISOString();
  return [
    failure === undefined ? good('none failed') : found('backup-failed', failure),
    age === undefined || verified === undefined
      ? found('backup-none', '')
      : age > backupAgeMsMax
        ? found('backup-old', shown(verified))
        : good(shown(verified)),
  ];
}

function checkDemo({ demo }: IssueSources): Finding {
  return demo.present() ? found('demo-present', '') : good('none');
}

function checkLimits({ limitWatch, clock }: IssueSources): Finding {
  const since = clock.now() - Hours(1);
  const hit = limitWatch.hits().filter(({ last }) => last !== undefined && last >= since);
  if (hit.length === 0) return good('none');
  return found('limit-hit', hit.map(({ name, count }) => `${name} (${count})`).join(', '));
}

async function checkFactors({ singleFactor }: IssueSources): Promise<Finding> {
  const names = (await singleFactor?.()) ?? [];
  return names.length === 0 ? good('all') : found('administrator-single-factor', names.join(', '));
}
