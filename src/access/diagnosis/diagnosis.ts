// SPDX-License-Identifier: Apache-2.0
import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { sourceKey, type ErrorCode, type Limits, type TimeMs } from '#core';
import type { Counter, Metrics } from '#runtime';
import { Attempts } from './attempts.ts';
import { rootTenant, type ShownSecret } from '#security';

/** Where in the life of a connection something failed. */
export type DiagnosisStep =
  | 'accept'
  | 'tls'
  | 'connect'
  | 'auth'
  | 'decode'
  | 'policy'
  | 'model'
  | 'log'
  | 'keep-alive'
  | 'limit'
  | 'delivery';

export type DiagnosisTransport = 'tcp' | 'tls' | 'ws' | 'http';

export interface DiagnosisNote {
  readonly protocol: string;
  readonly transport: DiagnosisTransport;
  /** Remote address. */
  readonly source: string;
  /** Who the client says it is, in one text. Never a secret. */
  readonly identity: string;
  /** The same by its parts, where the client has said them. */
  readonly clientId?: string | undefined;
  readonly username?: string | undefined;
  readonly step: DiagnosisStep;
  readonly code: ErrorCode;
  /** What the client was told, in the words of its protocol: `0x82`, `401`. */
  readonly told?: string | undefined;
  /** The exact place: `byte 17`, a JSON pointer, a topic, the name of a limit. */
  readonly at?: string | undefined;
  readonly detail: string;
  /** Whose it is, when the thing is known; otherwise it is the root tenant's. */
  readonly tenant?: number | undefined;
  readonly thing?: number | undefined;
  /** What a later claim needs of the secret that was shown; never leaves the process. */
  readonly secret?: ShownSecret | undefined;
}

/** An entry as it may be shown. */
export interface DiagnosisEntry extends Omit<DiagnosisNote, 'secret' | 'tenant'> {
  /** The same refusal of the same client has the same one as long as the process runs. */
  readonly id: string;
  readonly tenant: number;
  readonly family: 4 | 6;
  readonly first: TimeMs;
  readonly last: TimeMs;
  /** How often the same happened. */
  readonly count: number;
  /** Whether it can be claimed as a thing. */
  readonly claimable: boolean;
}

/** What a claim takes from an entry. */
export interface Claimable {
  readonly source: string;
  readonly username: string | undefined;
  readonly clientId: string | undefined;
  readonly secret: ShownSecret;
}

interface Kept extends Omit<DiagnosisNote, 'at' | 'detail' | 'told'> {
  readonly id: string;
  readonly tenant: number;
  readonly group: string;
  at: string | undefined;
  detail: string;
  told: string | undefined;
  secret: ShownSecret | undefined;
  first: TimeMs;
  last: TimeMs;
  count: number;
}

/** Longest text kept of anything that a stranger chose. */
const textMax = 256;

/**
 * Refused and failed connections and messages, newest last, the same from the same client merged into one.
 * Bounded by `diagnosis.entriesMax`: the source with most entries loses the one that has not happened for longest, so that
 * a noisy one does not push others out.
 */
export class Diagnosis {
  /** Everybody who tried, refused or not. */
  readonly attempts = new Attempts();
  readonly #limits: Limits;
  /** Ids are made of secrets too: without this they would tell whether a guess is right. */
  readonly #key = randomBytes(32);
  readonly #metrics: Metrics;
  readonly #entries = new Map<string, Kept>();
  readonly #groups = new Map<string, number>();
  readonly #counters = new Map<string, Counter>();
  readonly #listeners = new Set<(entry: DiagnosisEntry) => void>();

  constructor(limits: Limits, metrics: Metrics) {
    this.#limits = limits;
    this.#metrics = metrics;
  }

  note(note: DiagnosisNote, now: TimeMs): void {
    this.#counter(note.protocol, note.step).inc();
    const id = this.#idOf(note);
    const kept = this.#entries.get(id) ?? this.#add(id, note, now);
    // Put back at the end: the map is in the order of the latest occurrence.
    this.#entries.delete(id);
    this.#entries.set(id, kept);
    kept.last = now;
    kept.count++;
    kept.at = cut(note.at);
    kept.detail = note.detail.slice(0, textMax);
    kept.told = note.told;
    kept.secret = note.secret;
    if (this.#listeners.size === 0) return;
    const entry = this.#shown(kept, now);
    for (const listener of this.#listeners) listener(entry);
  }

  /** Newest first; those of one tenant, or all. */
  entries(tenant?: number): DiagnosisEntry[] {
    const now = [...this.#entries.values()].at(-1)?.last ?? 0;
    return [...this.#entries.values()]
      .filter((kept) => tenant === undefined || kept.tenant === tenant)
      .map((kept) => this.#shown(kept, now))
      .toReversed();
  }

  find(tenant: number, id: string): DiagnosisEntry | undefined {
    const kept = this.#entries.get(id);
    return kept?.tenant === tenant ? this.#shown(kept, kept.last) : undefined;
  }

  /** What a claim of the entry needs; undefined when it has no secret, or showed it too long ago. */
  claimable(tenant: number, id: string, now: TimeMs): Claimable | undefined {
    const kept = this.#entries.get(id);
    if (kept?.tenant !== tenant || kept.secret === undefined) return undefined;
    if (now - kept.last > this.#limits['diagnosis.claimMs']) return undefined;
    const { source, username, clientId, secret } = kept;
    return { source, username, clientId, secret };
  }

  /** Takes an entry away, with everything else that was refused of the same client for its credential. */
  settle(id: string): void {
    const settled = this.#entries.get(id);
    if (settled === undefined) return;
    for (const kept of this.#entries.values()) {
      const who = kept.source === settled.source && kept.identity === settled.identity;
      const same = who && kept.secret?.hash === settled.secret?.hash;
      if (same && kept.step === 'auth') this.#drop(kept);
    }
    if (this.#entries.has(id)) this.#drop(settled);
  }

  /** Forgets the secrets of entries that can no longer be claimed. */
  forgetSecrets(now: TimeMs): void {
    const before = now - this.#limits['diagnosis.claimMs'];
    for (const kept of this.#entries.values()) if (kept.last < before) kept.secret = undefined;
  }

  /** Tells of each occurrence until the returned function is called. */
  follow(listener: (entry: DiagnosisEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #add(id: string, note: DiagnosisNote, now: TimeMs): Kept {
    if (this.#entries.size >= this.#limits['diagnosis.entriesMax']) this.#dropOldest();
    const group = sourceKey(note.source);
    this.#groups.set(group, (this.#groups.get(group) ?? 0) + 1);
    const { protocol, transport, source, step, code, thing, tenant = rootTenant } = note;
    return {
      ...{ id, group, protocol, transport, source, step, code, thing, tenant },
      identity: note.identity.slice(0, textMax),
      clientId: cut(note.clientId),
      username: cut(note.username),
      ...{ at: undefined, detail: '', told: undefined, secret: undefined },
      ...{ first: now, last: now, count: 0 },
    };
  }

  #shown({ secret, group: _group, ...kept }: Kept, now: TimeMs): DiagnosisEntry {
    const fresh = now - kept.last <= this.#limits['diagnosis.claimMs'];
    const claimable = secret !== undefined && kept.step === 'auth' && fresh;
    return { ...kept, family: isIPv6(kept.source) ? 6 : 4, claimable };
  }

  /**
   * Where it failed is a part of what it is for messages; the place in malformed bytes may be another each time. Who shows
   * another secret may be another client behind the same address: a claim must not let in that one.
   */
  #idOf(note: DiagnosisNote): string {
    const { protocol, transport, source, identity, step, code, tenant, thing, secret } = note;
    const place = step === 'decode' ? undefined : note.at;
    const same = [protocol, transport, source, identity, step, code, place, tenant, thing];
    const text = JSON.stringify([...same, secret?.hash]);
    return createHmac('sha256', this.#key).update(text).digest('base64url').slice(0, 16);
  }

  #dropOldest(): void {
    let [group, most] = ['', 0];
    for (const [each, count] of this.#groups) if (count > most) [group, most] = [each, count];
    for (const kept of this.#entries.values()) {
      if (kept.group !== group) continue;
      this.#drop(kept);
      return;
    }
  }

  #drop({ id, group }: Kept): void {
    this.#entries.delete(id);
    const left = (this.#groups.get(group) ?? 1) - 1;
    if (left === 0) this.#groups.delete(group);
    else this.#groups.set(group, left);
  }

  #counter(protocol: string, step: DiagnosisStep): Counter {
    const key = `${protocol} ${step}`;
    let counter = this.#counters.get(key);
    if (!counter) {
      const labels = { protocol, step };
      counter = this.#metrics.counter(
        'fengsui_refusals_total',
        'Refused or failed, by step',
        labels,
      );
      this.#counters.set(key, counter);
    }
    return counter;
  }
}

function cut(text: string | undefined): string | undefined {
  return text?.slice(0, textMax);
}
