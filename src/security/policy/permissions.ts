// SPDX-License-Identifier: Apache-2.0

/** Administrators of 三员分立: with `auth.separationOfDuties` nobody has permissions of two of them. */
export type Duty = 'system' | 'security' | 'audit';

export interface PermissionSpec {
  /**
   * What it is about: `thing` can be narrowed by labels and properties; `tenant` counts in a tenant and below it;
   * `installation` counts only for those who have it at the root.
   */
  readonly on: 'thing' | 'tenant' | 'installation';
  /** A person needs a second factor in this session. */
  readonly strong?: true;
  readonly duty?: Duty;
  readonly en: string;
  readonly zh: string;
}

/** Everything that somebody may be permitted, by `noun.operation`. Names are public: roles and tokens carry them. */
export const permissionTable = {
  'things.read': { on: 'thing', en: 'see things', zh: '查看设备' },
  'things.write': { on: 'thing', en: 'create, change and delete things', zh: '增删改设备' },
  'readings.read': { on: 'thing', en: 'read values and history', zh: '查看数据' },
  'readings.write': { on: 'thing', en: 'send readings for things', zh: '写入数据' },
  'actions.invoke': {
    on: 'thing',
    en: 'invoke actions and set desired values',
    zh: '下发命令与期望值',
  },
  'credentials.read': { on: 'thing', en: 'see credentials of devices', zh: '查看设备凭据' },
  'credentials.manage': {
    on: 'thing',
    en: 'make and revoke credentials of devices',
    zh: '管理设备凭据',
  },
  'models.read': { on: 'tenant', en: 'see thing models', zh: '查看物模型' },
  'models.write': { on: 'tenant', en: 'store and remove thing models', zh: '管理物模型' },
  'topics.publish': { on: 'tenant', en: 'publish to broker topics', zh: '发布普通主题' },
  'topics.subscribe': { on: 'tenant', en: 'subscribe to broker topics', zh: '订阅普通主题' },
  'diagnosis.read': { on: 'tenant', en: 'see refused connections and packets', zh: '查看接入诊断' },
  'diagnosis.manage': { on: 'tenant', en: 'claim and ban', zh: '认领与封禁' },
  'authorities.manage': {
    on: 'tenant',
    strong: true,
    duty: 'security',
    en: 'manage certificate authorities and provisioning keys',
    zh: '管理证书机构与预置密钥',
  },
  'users.read': { on: 'tenant', en: 'see users, groups and roles', zh: '查看用户、组与角色' },
  'users.manage': {
    on: 'tenant',
    strong: true,
    duty: 'security',
    en: 'manage users, groups and service accounts',
    zh: '管理用户、组与服务账号',
  },
  'roles.manage': {
    on: 'tenant',
    strong: true,
    duty: 'security',
    en: 'manage roles and who has them',
    zh: '管理角色与授权',
  },
  'tenants.read': { on: 'tenant', en: 'see tenants', zh: '查看租户' },
  'tenants.manage': {
    on: 'tenant',
    strong: true,
    duty: 'system',
    en: 'create, change and remove tenants',
    zh: '管理租户',
  },
  'tokens.create': { on: 'tenant', en: 'make API tokens of one’s own', zh: '创建本人的 API 令牌' },
  'tokens.manage': {
    on: 'tenant',
    strong: true,
    duty: 'security',
    en: 'see and revoke the API tokens of others',
    zh: '管理他人的 API 令牌',
  },
  'audit.read': {
    on: 'tenant',
    strong: true,
    duty: 'audit',
    en: 'read, export and verify the audit log',
    zh: '查看、导出与校验审计日志',
  },
  'system.read': { on: 'installation', en: 'see the state of the platform', zh: '查看系统状态' },
  'system.manage': {
    on: 'installation',
    strong: true,
    duty: 'system',
    en: 'backups, demo data, settings of the platform',
    zh: '备份与系统设置',
  },
} as const satisfies Record<string, PermissionSpec>;

export type Permission = keyof typeof permissionTable;

export const permissionNames: readonly Permission[] =
  Object.keys(permissionTable).filter(isPermission);

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(permissionTable, text);
}

export function permissionSpec(permission: Permission): PermissionSpec {
  return permissionTable[permission];
}

const reading = permissionNames.filter((name) => name.endsWith('.read') && name !== 'audit.read');

/** Sets of permissions that a token may carry by one name. */
const scopeTable: ReadonlyMap<string, readonly Permission[]> = new Map([
  ['admin', permissionNames],
  ['read', [...reading, 'topics.subscribe']],
  [
    'write',
    [
      ...reading,
      ...(['things.write', 'models.write', 'actions.invoke', 'credentials.manage'] as const),
      ...(['diagnosis.manage', 'topics.publish', 'topics.subscribe'] as const),
    ],
  ],
  ['ingest', ['readings.write', 'topics.publish']],
]);

export const scopeNames: readonly string[] = [...scopeTable.keys()];

/** Permissions that a token's scopes stand for: `admin`, `read`, `write`, `ingest`, or permissions by name. */
export function permissionsOfScopes(scopes: readonly string[]): ReadonlySet<Permission> {
  return new Set(
    scopes.flatMap((scope) => scopeTable.get(scope) ?? (isPermission(scope) ? [scope] : [])),
  );
}
