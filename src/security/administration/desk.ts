// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, unwrap, type LimitName, type Limits } from '#core';
import type { Clock } from '#runtime';
import type { Account, Registry, RegistryTables } from '#store';
import type { RegistryAuthenticator } from '../authenticator.ts';
import type { Permission } from '../policy/permissions.ts';
import type { Policy } from '../policy/policy.ts';
import type { Principal } from '../port.ts';
import { demandOneDuty, hasAdministrator } from './holdings.ts';
import { Powers } from './powers.ts';

export interface DeskOptions {
  readonly registry: Registry;
  readonly policy: Pick<Policy, 'rightsOf' | 'tree' | 'changed'>;
  readonly authenticator: Pick<RegistryAuthenticator, 'revoke'>;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Told each time a limit is reached. */
  readonly hit: (limit: LimitName) => void;
  /** 三员分立. */
  readonly separationOfDuties: boolean;
}

/** What a change was from and to, for the audit log. */
export interface Change<T> {
  readonly before: T;
  readonly after: T;
}

/**
 * Where people are administered: one change at a time, so that what it was checked against is still so when it is
 * written; and none that leaves the installation without an administrator.
 */
export class Desk {
  readonly options: DeskOptions;
  readonly powers: Powers;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DeskOptions) {
    this.options = options;
    this.powers = new Powers(options);
  }

  get read(): Registry['read'] {
    return this.options.registry.read;
  }

  get now(): number {
    return this.options.clock.now();
  }

  /** Runs a change when those before it are done. Faults: those of the permission, asked then. */
  change<T>(actor: Principal, permission: Permission, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      await this.demand(actor, permission);
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async demand(actor: Principal, permission: Permission): Promise<void> {
    const rights = await this.options.policy.rightsOf(actor);
    unwrap(rights.demand(permission));
  }

  /** Commits, and tells the policy. Faults: `security.last-administrator`. */
  async write<T>(work: (tables: RegistryTables) => Promise<T>): Promise<T> {
    const { registry, policy, separationOfDuties } = this.options;
    const result = await registry.write(async (tables) => {
      const had = await hasAdministrator(tables, separationOfDuties);
      const done = await work(tables);
      if (had && !(await hasAdministrator(tables, separationOfDuties)))
        throw new FaultError(fault('security.last-administrator'));
      return done;
    });
    await policy.changed();
    return result;
  }

  /** Faults: `security.duties-conflict`, with 三员分立 only. */
  async demandOneDuty(tables: RegistryTables, accounts: Iterable<number>): Promise<void> {
    if (this.options.separationOfDuties) await demandOneDuty(tables, accounts);
  }

  /** Faults: `common.limit` when there are as many already. */
  demandRoom(count: number, limit: LimitName): void {
    const { limits, hit } = this.options;
    if (count < limits[limit]) return;
    hit(limit);
    throw new FaultError(fault('common.limit', limit));
  }

  /** An account of the actor's sub-tree. Faults: `common.not-found`. */
  async account(actor: Principal, id: number): Promise<Account> {
    const row = await this.read.accounts.byId(id);
    if (row === undefined) throw new FaultError(fault('common.not-found', 'account', String(id)));
    await this.powers.demandReach(actor, row.tenant, 'account');
    return row;
  }
}

/** Faults: `api.precondition` when a row was changed since it was read. */
export function demandRevision(row: { readonly revision: number }, revision?: number): void {
  if (revision !== undefined && row.revision !== revision)
    throw new FaultError(fault('api.precondition', 'if-match', `"${row.revision}"`));
}

/** Says of a refusal of the registry that something is in use. */
export async function orInUse<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FaultError) || error.fault.code !== 'common.conflict') throw error;
    const { at, detail } = error.fault;
    throw new FaultError(fault('security.in-use', at, detail), { cause: error });
  }
}
