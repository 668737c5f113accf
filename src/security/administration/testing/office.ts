// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultError, limitsOf, type ErrorCode, type LimitName } from '#core';
import { systemClock } from '#runtime';
import { RecordingLogger, SimClock } from '#runtime/sim';
import { openRegistry, type AccountKind, type Grant } from '#store';
import { ApiTokens } from '../../api-tokens.ts';
import { RegistryAuthenticator } from '../../authenticator.ts';
import { Policy } from '../../policy/policy.ts';
import type { Principal, Revocation } from '../../port.ts';
import { Administration } from '../administration.ts';

export interface OfficeOptions {
  readonly separationOfDuties?: boolean;
  readonly limits?: Partial<Record<LimitName, number>>;
}

type Narrowed = Partial<Pick<Grant, 'labels' | 'properties'>>;

/** An administration over a registry of its own: a city with two districts, and a town beside it. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- its parts are its type
export async function openOffice({
  separationOfDuties = false,
  limits: overrides,
}: OfficeOptions = {}) {
  await using opening = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-office-'));
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const clock = new SimClock();
  const limits = limitsOf(overrides);
  const path = join(directory, 'r.db');
  const logger = new RecordingLogger();
  const registry = opening.use(await openRegistry({ path, logger, limits, clock: systemClock }));
  const hit = (): void => {};
  const authenticator = new RegistryAuthenticator({ registry: registry.read, limits, clock, hit });
  const revoked: Revocation[] = [];
  authenticator.onRevoked((revocation) => revoked.push(revocation));
  const policy = new Policy({ registry: registry.read, limits, separationOfDuties });
  const tokens = new ApiTokens(registry, authenticator, clock);
  const ended: number[] = [];
  const unlocked: number[] = [];
  const settled: number[] = [];
  const administration = new Administration({
    ...{ registry, policy, authenticator, clock, limits, hit, separationOfDuties, tokens },
    identity: {
      passwords: { hash: async (password) => `hash of ${password}` },
      logins: { unlock: async (account) => void unlocked.push(account) },
      sessions: { endOfAccount: async (account) => void ended.push(account) },
    },
    tenantChanged: (tenant) => settled.push(tenant),
  });

  const tenant = (name: string, parent: number): Promise<number> =>
    registry.write((tables) =>
      tables.tenants.insert({ name, parent, unknownProperties: 'refuse', created: 1 }),
    );
  const city = await tenant('city', 1);
  const places = {
    city,
    north: await tenant('north', city),
    south: await tenant('south', city),
    town: await tenant('town', 1),
  };

  const person = (name: string, home: number, kind: AccountKind = 'user'): Promise<number> =>
    registry.write((tables) =>
      tables.accounts.insert({
        ...{ tenant: home, kind, name, title: '', language: undefined, created: 1 },
        password: kind === 'user' ? 'p' : undefined,
        passwordTemporary: false,
      }),
    );
  /** Grants without asking anybody. */
  const grant = async (
    subject: { readonly account: number } | { readonly group: number },
    role: string,
    at: number,
    narrowed: Narrowed = {},
  ): Promise<number> => {
    const { labels, properties } = narrowed;
    const to = { account: undefined, group: undefined, ...subject };
    const rest = { role, tenant: at, labels, properties, created: 1 };
    const id = await registry.write((tables) => tables.grants.insert({ ...to, ...rest }));
    await policy.changed();
    return id;
  };
  const roleAt = async (name: string, role: string, at: number): Promise<Principal> => {
    const account = await person(name, at);
    await grant({ account }, role, at);
    return actor(account, at);
  };

  const stack = opening.move();
  return {
    ...{ administration, registry, authenticator, policy, clock, tokens },
    ...{ places, revoked, ended, unlocked, settled },
    ...{ person, grant, roleAt },
    [Symbol.asyncDispose]: (): Promise<void> => stack.disposeAsync(),
  };
}

export type Office = Awaited<ReturnType<typeof openOffice>>;

/** A person signed in with two factors, or one. */
export function actor(account: number, tenant: number, strong = true): Principal {
  const base = { kind: 'user', account, name: `a${account}`, session: `s${account}` } as const;
  return { ...base, tenant, home: tenant, strong };
}

/** The administrator's token in its file: nobody's. */
export const nobodysToken: Principal = {
  ...{ kind: 'token', tenant: 1, home: 1, token: 1, account: undefined, name: 'admin' },
  scopes: ['admin'],
};

export function accountOf(principal: Principal): number {
  assert(principal.kind === 'user');
  return principal.account;
}

/** Asserts that something is refused with a code. */
export async function refused(code: ErrorCode, work: Promise<unknown>): Promise<string> {
  let detail = '';
  await assert.rejects(work, (error) => {
    assert(error instanceof FaultError, String(error));
    assert.equal(error.fault.code, code, `${error.fault.code} ${error.fault.at}`);
    detail = error.fault.detail ?? '';
    return true;
  });
  return detail;
}
