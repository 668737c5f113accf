// SPDX-License-Identifier: Apache-2.0
import { Type, type Static } from 'typebox';
import {
  accountNamePattern,
  builtInRoles,
  permissionNames,
  type FilledGroup,
  type Role,
  type SeenAccount,
} from '#security';
import type { ApiToken, Grant, Group, Tenant } from '#store';
import { Time } from './common.ts';
import { isoTime } from './things.ts';

const closed = { additionalProperties: false } as const;
const Id = Type.Integer({ minimum: 1 });
const words = (lengthMax: number) =>
  Type.String({ minLength: 1, maxLength: lengthMax, pattern: '^[^\\u0000-\\u001f\\u007f]+$' });
/** What people read; may be empty. */
const Title = Type.String({ maxLength: 128, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
const Language = Type.String({
  pattern: '^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$',
  maxLength: 35,
  description: 'BCP 47',
});
const TenantChoice = Type.Optional(
  Type.Integer({ minimum: 1, description: 'that of the request, or one below it' }),
);

export const NumberPath = Type.Object({ id: Id });

/** Body of `POST /api/v1/users` and `/api/v1/service-accounts`. */
const newAccount = {
  name: Type.String({ pattern: accountNamePattern.source, examples: ['li.ming'] }),
  title: Type.Optional(Title),
  tenant: TenantChoice,
};
export const NewUser = Type.Object(
  {
    ...newAccount,
    language: Type.Optional(Language),
    password: Type.Optional(
      Type.Boolean({
        description: 'whether a temporary password is made; false for who signs in elsewhere',
        default: true,
      }),
    ),
  },
  closed,
);
export const NewServiceAccount = Type.Object(newAccount, closed);

const accountEdit = { title: Type.Optional(Title), disabled: Type.Optional(Type.Boolean()) };
export const UserPatch = Type.Object(
  { ...accountEdit, language: Type.Optional(Type.Union([Language, Type.Null()])) },
  { ...closed, minProperties: 1 },
);
export const ServiceAccountPatch = Type.Object(accountEdit, { ...closed, minProperties: 1 });

export const AccountBody = Type.Object(
  {
    id: Type.Integer(),
    tenant: Type.Integer(),
    name: Type.String(),
    title: Type.String(),
    language: Type.Optional(Type.String()),
    disabled: Type.Boolean(),
    lockedUntil: Type.Optional(Time),
    password: Type.Boolean({ description: 'whether there is one' }),
    passwordTemporary: Type.Boolean(),
    secondFactor: Type.Boolean(),
    created: Time,
    updated: Time,
    lastLogin: Type.Optional(Time),
    revision: Type.Integer(),
  },
  { $id: 'Account' },
);
export type AccountBody = Static<typeof AccountBody>;

/** A password that is shown this once. */
export const TemporaryPassword = Type.String({ description: 'shown once; changed at first login' });

export function accountBody(row: SeenAccount): AccountBody {
  const { id, tenant, name, title, language, disabled, lockedUntil, lastLogin } = row;
  return {
    ...{ id, tenant, name, title, disabled },
    ...(language === undefined ? {} : { language }),
    ...(lockedUntil === undefined ? {} : { lockedUntil: isoTime(lockedUntil) }),
    password: row.password !== undefined,
    passwordTemporary: row.passwordTemporary,
    secondFactor: row.secondFactor,
    created: isoTime(row.created),
    updated: isoTime(row.updated),
    ...(lastLogin === undefined ? {} : { lastLogin: isoTime(lastLogin) }),
    revision: row.revision,
  };
}

export const NewGroupBody = Type.Object(
  { name: words(64), title: Type.Optional(Title), tenant: TenantChoice },
  closed,
);
export const GroupPatch = Type.Object({ title: Title }, closed);
export const GroupMembers = Type.Object(
  { accounts: Type.Array(Id, { uniqueItems: true, maxItems: 100_000 }) },
  closed,
);

const group = {
  id: Type.Integer(),
  tenant: Type.Integer(),
  name: Type.String(),
  title: Type.String(),
  created: Time,
};
export const GroupSummary = Type.Object(group, { $id: 'GroupSummary' });
export const GroupBody = Type.Object(
  { ...group, members: Type.Array(Type.Integer(), { description: 'accounts' }) },
  { $id: 'Group' },
);

export function groupSummary({
  id,
  tenant,
  name,
  title,
  created,
}: Group): Static<typeof GroupSummary> {
  return { id, tenant, name, title, created: isoTime(created) };
}

export function groupBody(row: FilledGroup): Static<typeof GroupBody> {
  return { ...groupSummary(row), members: [...row.members] };
}

export const PermissionBody = Type.Object(
  {
    name: Type.String(),
    en: Type.String(),
    zh: Type.String(),
    on: Type.Union([Type.Literal('thing'), Type.Literal('tenant'), Type.Literal('installation')]),
    strong: Type.Boolean({ description: 'needs a second factor' }),
    duty: Type.Optional(Type.String({ description: 'of 三员分立: system, security or audit' })),
  },
  { $id: 'Permission' },
);

const Permissions = Type.Array(Type.String({ examples: [permissionNames[0]] }), {
  uniqueItems: true,
  maxItems: 256,
});
export const NewRoleBody = Type.Object(
  {
    name: words(64),
    title: Type.Optional(Title),
    permissions: Permissions,
    tenant: TenantChoice,
  },
  closed,
);
export const RolePatch = Type.Object(
  { title: Type.Optional(Title), permissions: Type.Optional(Permissions) },
  { ...closed, minProperties: 1 },
);
export const RoleBody = Type.Object(
  {
    id: Type.String({ description: `${Object.keys(builtInRoles)[0]}, …, or role:{number}` }),
    builtIn: Type.Boolean(),
    en: Type.String(),
    zh: Type.String(),
    permissions: Type.Array(Type.String()),
    tenant: Type.Optional(Type.Integer({ description: 'it counts there and below' })),
    name: Type.Optional(Type.String()),
    created: Type.Optional(Time),
    updated: Type.Optional(Time),
    revision: Type.Optional(Type.Integer()),
  },
  { $id: 'Role' },
);

export function roleBody({ id, en, zh, permissions, custom }: Role): Static<typeof RoleBody> {
  const base = { id, builtIn: custom === undefined, en, zh, permissions: [...permissions] };
  if (custom === undefined) return base;
  const { tenant, name, created, updated, revision } = custom;
  return { ...base, tenant, name, created: isoTime(created), updated: isoTime(updated), revision };
}

const Labels = Type.Record(
  Type.String({ pattern: '^[^\\u0000-\\u001f]{1,128}$' }),
  Type.String({ maxLength: 256 }),
  { additionalProperties: false, minProperties: 1, maxProperties: 32 },
);
const narrowing = {
  labels: Type.Optional(Labels),
  properties: Type.Optional(
    Type.Array(words(128), { minItems: 1, maxItems: 256, uniqueItems: true }),
  ),
};
export const NewGrantBody = Type.Object(
  {
    account: Type.Optional(Id),
    group: Type.Optional(Id),
    role: Type.String({ minLength: 1, maxLength: 64 }),
    tenant: TenantChoice,
    ...narrowing,
  },
  { ...closed, description: 'to an account or to a group' },
);
export const GrantBody = Type.Object(
  {
    id: Type.Integer(),
    account: Type.Optional(Type.Integer()),
    group: Type.Optional(Type.Integer()),
    role: Type.String(),
    tenant: Type.Integer(),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
    properties: Type.Optional(Type.Array(Type.String())),
    created: Time,
  },
  { $id: 'Grant' },
);

export function grantBody(row: Grant): Static<typeof GrantBody> {
  const { id, account, group: to, role, tenant, labels, properties, created } = row;
  return {
    ...{ id, role, tenant, created: isoTime(created) },
    ...(account === undefined ? {} : { account }),
    ...(to === undefined ? {} : { group: to }),
    ...(labels === undefined ? {} : { labels: { ...labels } }),
    ...(properties === undefined ? {} : { properties: [...properties] }),
  };
}

const UnknownProperties = Type.Union([Type.Literal('refuse'), Type.Literal('collect')], {
  description: 'what happens to a property that the model of a thing does not have',
});
export const NewTenantBody = Type.Object(
  {
    name: words(128),
    parent: TenantChoice,
    unknownProperties: Type.Optional(UnknownProperties),
  },
  closed,
);
export const TenantPatch = Type.Object(
  { name: Type.Optional(words(128)), unknownProperties: Type.Optional(UnknownProperties) },
  { ...closed, minProperties: 1 },
);
export const TenantBody = Type.Object(
  {
    id: Type.Integer(),
    parent: Type.Optional(Type.Integer()),
    name: Type.String(),
    unknownProperties: UnknownProperties,
    created: Time,
  },
  { $id: 'Tenant' },
);

export function tenantBody(row: Tenant): Static<typeof TenantBody> {
  const { id, parent, name, unknownProperties, created } = row;
  return {
    ...{ id, name, unknownProperties, created: isoTime(created) },
    ...(parent === undefined ? {} : { parent }),
  };
}

export const NewTokenBody = Type.Object(
  {
    name: words(128),
    scopes: Type.Array(
      Type.String({
        maxLength: 64,
        description: 'admin, read, write, ingest, or permissions by name',
        examples: ['read'],
      }),
      { minItems: 1, maxItems: 256, uniqueItems: true },
    ),
    expires: Type.Optional(Time),
    account: Type.Optional(
      Type.Integer({ minimum: 1, description: 'a service account; otherwise it is your own' }),
    ),
  },
  closed,
);
export const TokenBody = Type.Object(
  {
    id: Type.Integer(),
    tenant: Type.Integer(),
    account: Type.Optional(Type.Integer()),
    name: Type.String(),
    scopes: Type.Array(Type.String()),
    created: Time,
    expires: Type.Optional(Time),
    revoked: Type.Optional(Time),
    used: Type.Optional(Time),
  },
  { $id: 'ApiToken' },
);

export function tokenBody(row: ApiToken): Static<typeof TokenBody> {
  const { id, tenant, account, name, scopes, created, expires, revoked, used } = row;
  return {
    ...{ id, tenant, name, scopes: [...scopes], created: isoTime(created) },
    ...(account === undefined ? {} : { account }),
    ...(expires === undefined ? {} : { expires: isoTime(expires) }),
    ...(revoked === undefined ? {} : { revoked: isoTime(revoked) }),
    ...(used === undefined ? {} : { used: isoTime(used) }),
  };
}
