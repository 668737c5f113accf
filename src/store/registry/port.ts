// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';
import type { Filter } from '#model';
import type { Page, PageRequest } from './page.ts';
import type { PeopleReads, PeopleTables } from './people-port.ts';
import type {
  ApiToken,
  ConnectionChange,
  Credential,
  CredentialMatch,
  DesiredRow,
  FollowUp,
  LocationRow,
  ModelRef,
  ModelRow,
  ModelStatus,
  NewApiToken,
  NewCredential,
  NewModel,
  NewThing,
  SeriesRow,
  TaskRow,
  TaskState,
  TaskStep,
  Tenant,
  Thing,
  ThingChanges,
} from './rows.ts';

export type ThingSort = 'id' | 'name' | 'updated' | 'created';

export interface ThingQuery extends PageRequest {
  readonly tenant: number;
  /** Further tenants whose things belong to the list: those below. */
  readonly below?: readonly number[] | undefined;
  /** Only things that carry all labels of one of these sets: what the asker may see. */
  readonly labels?: readonly Readonly<Record<string, string>>[] | undefined;
  readonly filter?: Filter | undefined;
  readonly sort?: ThingSort | undefined;
  readonly order?: 'ascending' | 'descending' | undefined;
}

/** `exact` is false when counting stopped at the most that was asked for. */
export interface Count {
  readonly count: number;
  readonly exact: boolean;
}

export interface TenantReads {
  get(id: number): Promise<Tenant | undefined>;
  all(): Promise<readonly Tenant[]>;
}

export interface TenantTable extends TenantReads {
  /** The new id; `common.conflict` when the parent has a child of that name. */
  insert(tenant: Omit<Tenant, 'id'>): Promise<number>;
  update(id: number, changes: Partial<Omit<Tenant, 'id' | 'created'>>): Promise<void>;
  /** `common.conflict` when it has tenants, things, models or accounts. */
  remove(id: number): Promise<void>;
}

export interface ModelFilter {
  /** Keeps to the versions of one model. */
  readonly uri?: string | undefined;
  /** Of each model only the version stored last. */
  readonly newest?: boolean | undefined;
  /** In uri or title, whatever its case. */
  readonly text?: string | undefined;
}

export interface ModelReads {
  /** Without a version the one stored last. */
  get(tenant: number, uri: string, version?: string): Promise<ModelRow | undefined>;
  byId(tenant: number, id: number): Promise<ModelRow | undefined>;
  /** All versions of a model, the oldest first. */
  versions(tenant: number, uri: string): Promise<readonly ModelRow[]>;
  /** By id. */
  list(tenant: number, page: PageRequest & ModelFilter): Promise<Page<ModelRow>>;
  /** Counts models, not their versions, up to `max`. */
  count(tenant: number, max: number): Promise<Count>;
  /** Newest versions of models with a text in uri or title, whatever its case. */
  search(tenant: number, text: string, limit: number): Promise<readonly ModelRow[]>;
  /** Whether a thing is of this version. */
  inUse(model: ModelRow): Promise<boolean>;
}

export interface ModelTable extends ModelReads {
  /** The new id; `common.conflict` when the version is there already. */
  insert(model: NewModel): Promise<number>;
  setStatus(id: number, status: ModelStatus): Promise<void>;
  remove(id: number): Promise<void>;
}

export interface ThingReads {
  /** Without the deleted ones. */
  byId(id: number): Promise<Thing | undefined>;
  byIds(ids: readonly number[]): Promise<readonly Thing[]>;
  byUri(tenant: number, uri: string): Promise<Thing | undefined>;
  tombstone(id: number): Promise<Thing | undefined>;
  /** Keyset paging: what is inserted or removed meanwhile moves no other row to another page. */
  list(query: ThingQuery): Promise<Page<Thing>>;
  /** Counts up to `max`. */
  count(
    query: Pick<ThingQuery, 'tenant' | 'below' | 'labels' | 'filter'>,
    max: number,
  ): Promise<Count>;
  hasChildren(parent: number): Promise<boolean>;
}

export interface ThingTable extends ThingReads {
  /** `things.uri-taken` with `at` naming the row's index and uri when a uri is taken. Ids come from `counters`. */
  insert(things: readonly NewThing[]): Promise<void>;
  /** Whether the thing had that revision and was changed. */
  update(id: number, revision: number, changes: ThingChanges, now: TimeMs): Promise<boolean>;
  /** Leaves a tombstone; the uri is free again, labels are gone. */
  remove(id: number, now: TimeMs): Promise<void>;
  /** The newest change of each thing wins; a `registered` thing that comes online is `active` from then on. */
  connections(changes: readonly ConnectionChange[]): Promise<void>;
  /** At start nobody is connected: `restarted` is why. */
  allOffline(): Promise<void>;
}

export interface SeriesReads {
  /** Series in use, retired ones left out unless asked for. */
  ofThings(things: readonly number[], retired?: 'with-retired'): Promise<readonly SeriesRow[]>;
  byIds(ids: readonly number[]): Promise<readonly SeriesRow[]>;
  /** Ids of the series in use that hold values of a type. */
  idsOfType(type: string): Promise<Uint32Array>;
}

export interface SeriesTable extends SeriesReads {
  insert(rows: readonly SeriesRow[]): Promise<void>;
  retire(ids: readonly number[], now: TimeMs): Promise<void>;
}

export interface CredentialReads {
  byHash(hash: string): Promise<CredentialMatch | undefined>;
  byFingerprint(fingerprint: string): Promise<CredentialMatch | undefined>;
  bySubject(subject: string): Promise<CredentialMatch | undefined>;
  ofThing(thing: number): Promise<readonly Credential[]>;
  /** Whether a certificate was registered once and is revoked. */
  isRevoked(fingerprint: string): Promise<boolean>;
  /** Revoked ones of which the subject begins so, the newest `limit`; the subject is never empty. */
  revokedBySubject(prefix: string, limit: number): Promise<readonly Credential[]>;
}

export interface CredentialTable extends CredentialReads {
  /** The new id; `common.conflict` when the fingerprint or subject belongs to a credential in use. */
  insert(credential: NewCredential): Promise<number>;
  /** Whether it was there and not revoked yet. */
  revoke(thing: number, id: number, now: TimeMs): Promise<boolean>;
  revokeOfThing(thing: number, now: TimeMs): Promise<void>;
  /** Whether it was in use and now ends then, or earlier where it would have anyway. */
  expire(thing: number, id: number, expires: TimeMs): Promise<boolean>;
  /** Forgets tokens of a thing that are over but for the newest `keep`, and certificates that have expired. */
  forget(thing: number, keep: number, now: TimeMs): Promise<void>;
  used(uses: readonly { readonly id: number; readonly time: TimeMs }[]): Promise<void>;
}

export interface TokenReads {
  byHash(hash: string): Promise<ApiToken | undefined>;
  /** Also when it was revoked. */
  byId(id: number): Promise<ApiToken | undefined>;
  list(tenant: number): Promise<readonly ApiToken[]>;
  /** In use, wherever they count. */
  ofAccount(account: number): Promise<readonly ApiToken[]>;
  /** Of the tenants, by id, also those that are over; with an account only its own. */
  page(
    query: PageRequest & {
      readonly tenants: readonly number[];
      readonly account?: number | undefined;
    },
  ): Promise<Page<ApiToken>>;
}

export interface TokenTable extends TokenReads {
  insert(token: NewApiToken): Promise<number>;
  revoke(tenant: number, id: number, now: TimeMs): Promise<boolean>;
  used(uses: readonly { readonly id: number; readonly time: TimeMs }[]): Promise<void>;
}

export interface LocationReads {
  /** The newest location of each thing. */
  latest(things: readonly number[]): Promise<readonly LocationRow[]>;
  /** In `[from, to)`, the oldest first. */
  track(thing: number, from: TimeMs, to: TimeMs, limit: number): Promise<readonly LocationRow[]>;
}

export interface LocationTable extends LocationReads {
  /** A second location of the same time replaces the first. */
  append(rows: readonly LocationRow[]): Promise<void>;
}

export interface DesiredReads {
  /** The newest version of each property of the thing. */
  ofThing(thing: number): Promise<readonly DesiredRow[]>;
  /** Newest versions that are pending or sent; all things when none is named. */
  open(thing?: number): Promise<readonly DesiredRow[]>;
  history(thing: number, property: string, limit: number): Promise<readonly DesiredRow[]>;
}

export interface DesiredTable extends DesiredReads {
  /** Inserts the version or replaces it; versions older than the newest `keep` are dropped. */
  put(row: DesiredRow, keep: number): Promise<void>;
}

export interface TaskQuery extends PageRequest {
  readonly tenant: number;
  readonly thing?: number | undefined;
  readonly states?: readonly TaskState[] | undefined;
}

export interface TaskReads {
  byId(id: number): Promise<TaskRow | undefined>;
  /** The newest first. */
  list(query: TaskQuery): Promise<Page<TaskRow>>;
  /** Queued, sent and delivered tasks of a thing, the oldest first. */
  open(thing: number, limit: number): Promise<readonly TaskRow[]>;
  openCount(thing: number): Promise<number>;
  /** Counts open tasks of a tenant up to `max`. */
  countOpen(tenant: number, max: number): Promise<Count>;
  /** Open tasks whose time is over. */
  due(now: TimeMs, limit: number): Promise<readonly TaskRow[]>;
  steps(task: number): Promise<readonly TaskStep[]>;
  /** Children of a gateway that have open tasks or open desired values. */
  waitingUnder(parent: number, limit: number): Promise<readonly number[]>;
}

export interface TaskTable extends TaskReads {
  put(row: TaskRow): Promise<void>;
  addStep(step: TaskStep): Promise<void>;
  /** Forgets tasks that ended before a time; at most `limit` at once. The number forgotten. */
  prune(before: TimeMs, limit: number): Promise<number>;
}

export interface FollowUpReads {
  due(now: TimeMs, limit: number): Promise<readonly FollowUp[]>;
}

export interface FollowUpTable extends FollowUpReads {
  add(kind: string, payload: FollowUp['payload'], due: TimeMs): Promise<void>;
  remove(id: number): Promise<void>;
}

export interface ReaderReads {
  offset(reader: string): Promise<number | undefined>;
}

export interface ReaderTable extends ReaderReads {
  commit(reader: string, offset: number): Promise<void>;
}

export interface SettingReads {
  get(key: string): Promise<unknown>;
}

export interface SettingTable extends SettingReads {
  put(key: string, value: unknown): Promise<void>;
}

export interface CounterTable {
  /** The first of `count` numbers that nobody else gets, not even after a crash. Refuses beyond `max`. */
  take(name: 'thing' | 'series' | 'task', count: number, max: number): Promise<number>;
}

/** What is committed, read at any time. */
export interface RegistryReads extends PeopleReads {
  readonly tenants: TenantReads;
  readonly models: ModelReads;
  readonly things: ThingReads;
  readonly series: SeriesReads;
  readonly credentials: CredentialReads;
  readonly tokens: TokenReads;
  readonly locations: LocationReads;
  readonly desired: DesiredReads;
  readonly tasks: TaskReads;
  readonly followUps: FollowUpReads;
  readonly readers: ReaderReads;
  readonly settings: SettingReads;
}

/** What a transaction sees and changes. */
export interface RegistryTables extends Omit<RegistryReads, keyof PeopleReads>, PeopleTables {
  readonly tenants: TenantTable;
  readonly models: ModelTable;
  readonly things: ThingTable;
  readonly series: SeriesTable;
  readonly credentials: CredentialTable;
  readonly tokens: TokenTable;
  readonly locations: LocationTable;
  readonly desired: DesiredTable;
  readonly tasks: TaskTable;
  readonly followUps: FollowUpTable;
  readonly readers: ReaderTable;
  readonly settings: SettingTable;
  readonly counters: CounterTable;
}

/** The registry: small facts that must be right (things, models, credentials), not readings. */
export interface Registry {
  readonly read: RegistryReads;
  /**
   * Runs the work in one transaction and resolves when it is durable. A throw undoes it all. Transactions run
   * one after another; the work awaits nothing but the tables it is given.
   */
  write<T>(work: (tables: RegistryTables) => Promise<T>): Promise<T>;
  /** A consistent copy into a new file while running. */
  backup(path: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export type { ModelRef, Page, PageRequest };
