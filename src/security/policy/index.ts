// SPDX-License-Identifier: Apache-2.0
export {
  isPermission,
  permissionNames,
  permissionSpec,
  permissionsOfScopes,
  scopeNames,
  type Duty,
  type Permission,
} from './permissions.ts';
export { dutiesOf, Policy, type PolicyOptions } from './policy.ts';
export type { Rights } from './rights.ts';
export { builtInRole, builtInRoles, customRoleId } from './roles.ts';
export { TenantTree } from './tenant-tree.ts';
export { ThingScope, wholeScope, type Labels } from './thing-scope.ts';
