// SPDX-License-Identifier: Apache-2.0
import type { Generated } from 'kysely';

interface AccountColumns {
  id: Generated<number>;
  tenant: number;
  kind: string;
  name: string;
  /** The name as it is compared. */
  name_key: string;
  title: string;
  password: string | null;
  password_temporary: number;
  totp: string | null;
  totp_step: number;
  recovery: string;
  disabled: number;
  locked_until: number | null;
  language: string | null;
  created: number;
  updated: number;
  last_login: number | null;
  revision: number;
  removed: Generated<number>;
}

interface PasskeyColumns {
  id: Generated<number>;
  account: number;
  name: string;
  credential: string;
  public_key: string;
  algorithm: number;
  counter: number;
  created: number;
  used: number | null;
}

interface SessionColumns {
  hash: string;
  account: number | null;
  token: number | null;
  strong: number;
  source: string;
  agent: string;
  opened: number;
  used: number;
  expires: number;
}

interface RoleColumns {
  id: Generated<number>;
  tenant: number;
  name: string;
  title: string;
  permissions: string;
  created: number;
  updated: number;
  revision: number;
}

interface GrantColumns {
  id: Generated<number>;
  account: number | null;
  group: number | null;
  role: string;
  tenant: number;
  labels: string | null;
  properties: string | null;
  created: number;
}

interface AuthorityColumns {
  id: Generated<number>;
  tenant: number;
  name: string;
  certificate: string;
  fingerprint: string;
  key: string | null;
  just_in_time: string;
  model: string | null;
  created: number;
  revoked: number | null;
}

interface ProvisioningKeyColumns {
  id: Generated<number>;
  tenant: number;
  model: string;
  name: string;
  hash: string;
  admits: string;
  devices_max: number;
  devices: number;
  created: number;
  expires: number | null;
  revoked: number | null;
}

/** Tables of people and of what lets devices in. */
export interface PeopleSchema {
  account: AccountColumns;
  passkey: PasskeyColumns;
  federated_identity: { provider: string; subject: string; account: number; created: number };
  session: SessionColumns;
  account_group: {
    id: Generated<number>;
    tenant: number;
    name: string;
    title: string;
    created: number;
  };
  group_member: { group: number; account: number };
  custom_role: RoleColumns;
  role_grant: GrantColumns;
  authority: AuthorityColumns;
  provisioning_key: ProvisioningKeyColumns;
  provisioned_device: {
    key: number;
    serial: string;
    thing: number | null;
    issued: number | null;
  };
}
