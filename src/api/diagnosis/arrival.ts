// SPDX-License-Identifier: Apache-2.0
import type { DiagnosisEntry, DiagnosisStep } from '#access';
import { Minutes, type TimeMs } from '#core';
import type { Credential, Thing } from '#store';
import { isoTime } from '../schemas/things.ts';
import type { ApiServices } from '../services.ts';
import { passed, type Check } from './check.ts';

type Services = Pick<
  ApiServices,
  | 'clock'
  | 'system'
  | 'diagnosis'
  | 'credentials'
  | 'bindings'
  | 'state'
  | 'log'
  | 'series'
  | 'bans'
>;

export interface ArrivalQuestion {
  readonly tenant: number;
  /** Undefined: for any device. */
  readonly thing: Thing | undefined;
  readonly protocol: 'mqtt' | 'http';
}

/** What happened longer ago says nothing about now. */
const lately = Minutes(10);
const namedMax = 20;

/** Looks at every step from the listener to the store, in their order. */
export async function checkArrival(
  services: Services,
  question: ArrivalQuestion,
): Promise<readonly Check[]> {
  const { diagnosis, clock } = services;
  const { tenant, thing } = question;
  const since = clock.now() - lately;
  const entries = diagnosis
    .entries(tenant)
    .filter((entry) => entry.last >= since && concerns(entry, thing));
  const reading = thing && (await lastReading(services, thing));
  const arrived = reading !== undefined && reading >= since;
  const checks = [
    listening(services, question),
    attempted(services, question, since),
    refused(entries, arrived || thing?.online === true),
  ];
  if (thing !== undefined) {
    checks.push(enabled(thing), await credentialed(services, thing));
    checks.push(connected(services, question, thing), heard(reading, arrived));
  }
  checks.push(understood(entries), limited(services, entries, question), stored(services));
  return checks;
}

function concerns({ thing: of }: DiagnosisEntry, thing: Thing | undefined): boolean {
  // What belongs to no thing may be this one under a wrong name.
  return thing === undefined || of === undefined || of === thing.id;
}

function listening({ system }: Services, { protocol }: ArrivalQuestion): Check {
  const open = Object.entries(system.listeners()).filter(([name]) => name.startsWith(protocol));
  if (open.length === 0)
    return { name: 'listener', state: 'fail', detail: protocol, code: 'access.not-listening' };
  const detail = open.map(([name, at]) => `${name} ${at} (${familyOf(at)})`).join(', ');
  return passed('listener', detail);
}

function familyOf(address: string): string {
  if (address.includes('[::]')) return 'IPv4, IPv6';
  return address.includes('[') ? 'IPv6' : 'IPv4';
}

function attempted({ diagnosis }: Services, { protocol }: ArrivalQuestion, since: TimeMs): Check {
  const attempts = diagnosis.attempts.since(protocol, since);
  if (attempts.length === 0)
    return { name: 'attempts', state: 'fail', detail: '0', code: 'access.no-attempts' };
  const [newest] = attempts;
  return passed('attempts', `${attempts.length}, ${newest?.source} ${isoTime(newest?.last ?? 0)}`);
}

const connecting: readonly DiagnosisStep[] = ['accept', 'tls', 'connect', 'auth', 'decode'];

function refused(entries: readonly DiagnosisEntry[], isIn: boolean): Check {
  const some = entries.filter(({ step }) => connecting.includes(step));
  const [newest] = some;
  if (newest === undefined) return passed('refused', '0');
  const { code, source, identity } = newest;
  const detail = `${some.length}, ${source} ${identity}`;
  return { name: 'refused', state: isIn ? 'warn' : 'fail', detail, code, entries: idsOf(some) };
}

function enabled({ lifecycle }: Thing): Check {
  const isOut = lifecycle === 'disabled' || lifecycle === 'retired';
  if (!isOut) return passed('lifecycle', lifecycle);
  return { name: 'lifecycle', state: 'fail', detail: lifecycle, code: 'access.thing-disabled' };
}

async function credentialed({ credentials, clock }: Services, thing: Thing): Promise<Check> {
  const name = 'credential';
  const all = await credentials.list(thing);
  const now = clock.now();
  const valid = all.filter((row) => isValid(row, now));
  if (valid.length === 0) {
    const expired = all.some(({ revoked }) => revoked === undefined);
    const code = expired ? 'access.credential-expired' : 'access.no-valid-credential';
    return { name, state: 'fail', detail: `0 of ${all.length}`, code };
  }
  const used = Math.max(...valid.map((row) => row.used ?? 0));
  const detail = `${valid.length} of ${all.length}`;
  if (used > 0 || thing.online)
    return passed(name, used > 0 ? `${detail}, ${isoTime(used)}` : detail);
  return { name, state: 'warn', detail, code: 'access.credential-unused' };
}

function isValid({ revoked, expires }: Credential, now: TimeMs): boolean {
  return revoked === undefined && (expires === undefined || expires > now);
}

function connected({ system }: Services, { protocol }: ArrivalQuestion, thing: Thing): Check {
  if (protocol === 'http') return passed('connection', 'HTTP keeps none');
  for (const { thing: id, source, since } of system.open())
    if (id === thing.id) return passed('connection', `${source} ${isoTime(since)}`);
  const detail = thing.seen === undefined ? '' : isoTime(thing.seen);
  return { name: 'connection', state: 'fail', detail, code: 'access.not-connected' };
}

async function lastReading(
  { bindings, state }: Services,
  thing: Thing,
): Promise<TimeMs | undefined> {
  const series = await bindings.ofThing(thing.id);
  const times = series.flatMap((each) => state.get(each.series)?.time ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

function heard(reading: TimeMs | undefined, arrived: boolean): Check {
  if (reading === undefined)
    return { name: 'messages', state: 'fail', detail: '0', code: 'access.no-messages' };
  const detail = isoTime(reading);
  if (arrived) return passed('messages', detail);
  return { name: 'messages', state: 'warn', detail, code: 'access.no-messages' };
}

function understood(entries: readonly DiagnosisEntry[]): Check {
  const some = entries.filter(({ step }) => step === 'model' || step === 'policy');
  const [newest] = some;
  if (newest === undefined) return passed('model', '0');
  const { code, at = '', detail } = newest;
  const what = [at, detail].filter((part) => part !== '').join(' ');
  return { name: 'model', state: 'warn', detail: what, code, entries: idsOf(some) };
}

function limited(
  { bans }: Services,
  entries: readonly DiagnosisEntry[],
  question: ArrivalQuestion,
): Check {
  const { tenant, thing } = question;
  const names = thing === undefined ? [] : [String(thing.id), thing.uri];
  const banned = bans
    .list(tenant)
    .find(({ kind, target }) => kind === 'identity' && names.includes(target));
  if (banned) {
    const code = banned.automatic ? 'access.source-banned' : 'access.banned';
    return { name: 'limits', state: 'fail', detail: banned.target, code };
  }
  const some = entries.filter(({ step }) => step === 'limit');
  const [newest] = some;
  if (newest === undefined) return passed('limits', '0');
  const { code, at, detail } = newest;
  return { name: 'limits', state: 'warn', detail: at ?? detail, code, entries: idsOf(some) };
}

function stored({ log, series, clock }: Services): Check {
  const behind = log.head - series.committed;
  const detail = `${behind} records behind, ${isoTime(clock.now())}`;
  if (log.stopped !== undefined)
    return {
      name: 'stored',
      state: 'fail',
      detail: log.stopped.message,
      code: 'common.unavailable',
    };
  if (behind <= recordsBehindMax) return passed('stored', detail);
  return { name: 'stored', state: 'warn', detail, code: 'access.not-stored' };
}

const recordsBehindMax = 10_000;

function idsOf(entries: readonly DiagnosisEntry[]): string[] {
  return entries.slice(0, namedMax).map(({ id }) => id);
}
