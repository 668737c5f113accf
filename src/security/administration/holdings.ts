// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import type { Account, Grant, RegistryReads } from '#store';
import { isPermission, permissionSpec, type Permission } from '../policy/permissions.ts';
import { dutiesOf } from '../policy/policy.ts';
import { builtInRole, customRoleId } from '../policy/roles.ts';
import { rootTenant } from '../port.ts';

/** What the registry, or a transaction on it, says of people. */
export type PeopleView = Pick<
  RegistryReads,
  'accounts' | 'federated' | 'grants' | 'groups' | 'passkeys' | 'roles' | 'tokens'
>;

/** A grant with its role as permissions. */
export interface HeldGrant extends Grant {
  readonly permissions: ReadonlySet<Permission>;
}

/** Permissions of a role by its name in a grant; none when there is no such role. */
export async function permissionsOfRole(
  { roles }: Pick<PeopleView, 'roles'>,
  role: string,
): Promise<ReadonlySet<Permission>> {
  const builtIn = builtInRole(role);
  if (builtIn !== undefined) return new Set(builtIn.permissions);
  const id = customRoleId(role);
  const custom = id === undefined ? undefined : await roles.byId(id);
  return new Set(custom?.permissions.filter(isPermission));
}

export async function withPermissions(
  view: PeopleView,
  grants: readonly Grant[],
): Promise<readonly HeldGrant[]> {
  const held: HeldGrant[] = [];
  for (const grant of grants)
    held.push({ ...grant, permissions: await permissionsOfRole(view, grant.role) });
  return held;
}

/** What an account has been granted, itself and by its groups. */
export async function heldBy(view: PeopleView, account: number): Promise<readonly HeldGrant[]> {
  return withPermissions(view, await view.grants.ofAccount(account));
}

/** The accounts that a grant is for. */
export async function subjectsOf(
  { groups }: Pick<PeopleView, 'groups'>,
  { account, group }: Pick<Grant, 'account' | 'group'>,
): Promise<readonly number[]> {
  if (account !== undefined) return [account];
  return group === undefined ? [] : groups.members(group);
}

/** Whether permissions may be together in one person with 三员分立. */
export function isOneDuty(permissions: Iterable<Permission>): boolean {
  const all = [...permissions];
  const duties = dutiesOf(all);
  if (!duties.has('audit')) return duties.size <= 1;
  // Who checks the others changes nothing.
  return duties.size === 1 && all.every((name) => name.endsWith('.read'));
}

/** Fault: `security.duties-conflict` for the first account that has more than one duty. */
export async function demandOneDuty(view: PeopleView, accounts: Iterable<number>): Promise<void> {
  for (const account of new Set(accounts)) {
    const held = await heldBy(view, account);
    if (isOneDuty(held.flatMap(({ permissions }) => [...permissions]))) continue;
    throw new FaultError(fault('security.duties-conflict', 'account', String(account)));
  }
}

const administering: readonly Permission[] = ['users.manage', 'roles.manage'];

/** Whether somebody is left who can sign in and manage users and roles of the whole installation. */
export async function hasAdministrator(
  view: PeopleView,
  separationOfDuties: boolean,
): Promise<boolean> {
  const atRoot = await withPermissions(view, await view.grants.ofTenants([rootTenant]));
  const asked = new Set<number>();
  for (const grant of atRoot) {
    if (!administering.some((permission) => grant.permissions.has(permission))) continue;
    for (const account of await subjectsOf(view, grant)) {
      if (asked.has(account)) continue;
      asked.add(account);
      if (await isAdministrator(view, account, separationOfDuties)) return true;
    }
  }
  return false;
}

async function isAdministrator(
  view: PeopleView,
  id: number,
  separationOfDuties: boolean,
): Promise<boolean> {
  const account = await view.accounts.byId(id);
  if (account === undefined || !(await canSignIn(view, account))) return false;
  const held = await heldBy(view, id);
  const duties = dutiesOf(held.flatMap(({ permissions }) => [...permissions]));
  if (separationOfDuties && duties.size > 1) return false;
  return administering.every((permission) =>
    held.some((grant) => grant.tenant === rootTenant && effective(grant).includes(permission)),
  );
}

async function canSignIn(view: PeopleView, account: Account): Promise<boolean> {
  if (account.kind !== 'user' || account.disabled) return false;
  if (account.password !== undefined) return true;
  const passkeys = await view.passkeys.ofAccount(account.id);
  return passkeys.length > 0 || (await view.federated.ofAccount(account.id)).length > 0;
}

/** What somebody gives: permissions for a tenant and below it, perhaps narrowed. */
export type Given = Pick<HeldGrant, 'permissions' | 'tenant' | 'labels' | 'properties'>;

/** The permissions of a grant that count: see `Rights`. */
export function effective({ permissions, tenant, labels, properties }: Given): Permission[] {
  const narrowed = labels !== undefined || properties !== undefined;
  return [...permissions].filter((permission) => {
    const { on } = permissionSpec(permission);
    if (on === 'installation' && tenant !== rootTenant) return false;
    return !narrowed || on === 'thing' || permission === 'models.read';
  });
}
