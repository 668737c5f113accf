// SPDX-License-Identifier: Apache-2.0
import { permissionNames, permissionTable, type Permission } from './permissions.ts';

export interface BuiltInRole {
  readonly en: string;
  readonly zh: string;
  readonly permissions: readonly Permission[];
}

const seeing = ['things.read', 'readings.read', 'models.read'] as const;

/** Roles that every installation has. Names are public: grants carry them. */
export const builtInRoles = {
  administrator: { en: 'platform administrator', zh: '平台管理员', permissions: permissionNames },
  'tenant-administrator': {
    en: 'tenant administrator',
    zh: '租户管理员',
    permissions: permissionNames.filter((name) => permissionTable[name].on !== 'installation'),
  },
  'device-engineer': {
    en: 'device engineer',
    zh: '设备工程师',
    permissions: [
      ...seeing,
      ...(['things.write', 'readings.write', 'actions.invoke', 'models.write'] as const),
      ...([
        'credentials.read',
        'credentials.manage',
        'diagnosis.read',
        'diagnosis.manage',
      ] as const),
      ...(['topics.publish', 'topics.subscribe', 'tokens.create', 'system.read'] as const),
    ],
  },
  'duty-officer': {
    en: 'duty officer',
    zh: '值班员',
    permissions: [...seeing, 'actions.invoke', 'diagnosis.read', 'system.read'],
  },
  'data-manager': {
    en: 'data manager',
    zh: '数据管理员',
    permissions: [...seeing, 'models.write', 'tokens.create', 'system.read'],
  },
  'security-officer': {
    en: 'security officer',
    zh: '安全官',
    permissions: [
      ...seeing,
      ...(['things.write', 'credentials.read', 'credentials.manage', 'users.read'] as const),
      ...(['diagnosis.read', 'diagnosis.manage', 'audit.read', 'system.read'] as const),
    ],
  },
  developer: {
    en: 'developer',
    zh: '开发者',
    permissions: [
      ...seeing,
      ...(['readings.write', 'actions.invoke', 'tokens.create'] as const),
      ...(['topics.publish', 'topics.subscribe'] as const),
    ],
  },
  regulator: { en: 'regulator', zh: '监管', permissions: [...seeing, 'tenants.read'] },
  viewer: { en: 'viewer', zh: '只读', permissions: seeing },
  'system-administrator': {
    en: 'system administrator',
    zh: '系统管理员',
    permissions: ['system.read', 'system.manage', 'tenants.read', 'tenants.manage'],
  },
  'security-administrator': {
    en: 'security administrator',
    zh: '安全管理员',
    permissions: [
      ...(['users.read', 'users.manage', 'roles.manage', 'tokens.manage'] as const),
      ...(['authorities.manage', 'tenants.read', 'diagnosis.read'] as const),
    ],
  },
  'audit-administrator': {
    en: 'audit administrator',
    zh: '审计管理员',
    permissions: ['audit.read', 'users.read', 'tenants.read'],
  },
} as const satisfies Record<string, BuiltInRole>;

export type BuiltInRoleName = keyof typeof builtInRoles;

export function builtInRole(name: string): BuiltInRole | undefined {
  return isBuiltIn(name) ? builtInRoles[name] : undefined;
}

function isBuiltIn(name: string): name is BuiltInRoleName {
  return Object.hasOwn(builtInRoles, name);
}

/** The number in `role:{id}`, the name of a custom role in a grant. */
export function customRoleId(role: string): number | undefined {
  const digits = /^role:([1-9]\d{0,14})$/.exec(role)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
