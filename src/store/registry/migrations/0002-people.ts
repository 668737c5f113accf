// SPDX-License-Identifier: Apache-2.0
import type { Migration } from './index.ts';

/** Tenants become a tree; people, what they may do, and what lets devices in. */
export const people: Migration = {
  number: 2,
  statements: [
    // The name was unique in the installation; now it is among the children of a parent.
    `CREATE TABLE tenant_tree (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      parent INTEGER REFERENCES tenant,
      name TEXT NOT NULL,
      unknown_properties TEXT NOT NULL,
      created INTEGER NOT NULL,
      removed INTEGER NOT NULL DEFAULT 0
    ) STRICT`,
    `INSERT INTO tenant_tree (id, parent, name, unknown_properties, created)
      SELECT id, iif(id > 2, 1, NULL), name, unknown_properties, created FROM tenant`,
    `DROP TABLE tenant`,
    `ALTER TABLE tenant_tree RENAME TO tenant`,
    `CREATE UNIQUE INDEX tenant_by_name ON tenant (coalesce(parent, 0), name) WHERE removed = 0`,
    `CREATE TABLE account (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant INTEGER NOT NULL REFERENCES tenant,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      name_key TEXT NOT NULL UNIQUE,
      title TEXT NOT NULL,
      password TEXT,
      password_temporary INTEGER NOT NULL,
      totp TEXT,
      totp_step INTEGER NOT NULL,
      recovery TEXT NOT NULL,
      disabled INTEGER NOT NULL,
      locked_until INTEGER,
      language TEXT,
      created INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      last_login INTEGER,
      revision INTEGER NOT NULL,
      removed INTEGER NOT NULL DEFAULT 0
    ) STRICT`,
    `CREATE INDEX account_by_tenant ON account (tenant, id) WHERE removed = 0`,
    `ALTER TABLE api_token ADD COLUMN account INTEGER REFERENCES account`,
    `CREATE INDEX api_token_by_account ON api_token (account) WHERE account IS NOT NULL`,
    `ALTER TABLE credential ADD COLUMN username TEXT`,
    `CREATE TABLE passkey (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account INTEGER NOT NULL REFERENCES account,
      name TEXT NOT NULL,
      credential TEXT NOT NULL UNIQUE,
      public_key TEXT NOT NULL,
      algorithm INTEGER NOT NULL,
      counter INTEGER NOT NULL,
      created INTEGER NOT NULL,
      used INTEGER
    ) STRICT`,
    `CREATE INDEX passkey_by_account ON passkey (account)`,
    `CREATE TABLE federated_identity (
      provider TEXT NOT NULL,
      subject TEXT NOT NULL,
      account INTEGER NOT NULL REFERENCES account,
      created INTEGER NOT NULL,
      PRIMARY KEY (provider, subject)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX federated_identity_by_account ON federated_identity (account)`,
    `CREATE TABLE session (
      hash TEXT PRIMARY KEY,
      account INTEGER REFERENCES account,
      token INTEGER REFERENCES api_token,
      strong INTEGER NOT NULL,
      source TEXT NOT NULL,
      agent TEXT NOT NULL,
      opened INTEGER NOT NULL,
      used INTEGER NOT NULL,
      expires INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX session_by_account ON session (account) WHERE account IS NOT NULL`,
    `CREATE INDEX session_by_token ON session (token) WHERE token IS NOT NULL`,
    `CREATE INDEX session_by_expiry ON session (expires)`,
    `CREATE TABLE account_group (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant INTEGER NOT NULL REFERENCES tenant,
      name TEXT NOT NULL,
      title TEXT NOT NULL,
      created INTEGER NOT NULL,
      UNIQUE (tenant, name)
    ) STRICT`,
    `CREATE TABLE group_member (
      "group" INTEGER NOT NULL REFERENCES account_group ON DELETE CASCADE,
      account INTEGER NOT NULL REFERENCES account,
      PRIMARY KEY ("group", account)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX group_member_by_account ON group_member (account)`,
    `CREATE TABLE custom_role (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant INTEGER NOT NULL REFERENCES tenant,
      name TEXT NOT NULL,
      title TEXT NOT NULL,
      permissions TEXT NOT NULL,
      created INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      UNIQUE (tenant, name)
    ) STRICT`,
    `CREATE TABLE role_grant (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account INTEGER REFERENCES account,
      "group" INTEGER REFERENCES account_group ON DELETE CASCADE,
      role TEXT NOT NULL,
      tenant INTEGER NOT NULL REFERENCES tenant,
      labels TEXT,
      properties TEXT,
      created INTEGER NOT NULL,
      CHECK ((account IS NULL) <> ("group" IS NULL))
    ) STRICT`,
    `CREATE INDEX role_grant_by_account ON role_grant (account) WHERE account IS NOT NULL`,
    `CREATE INDEX role_grant_by_group ON role_grant ("group") WHERE "group" IS NOT NULL`,
    `CREATE INDEX role_grant_by_tenant ON role_grant (tenant, role)`,
    `CREATE INDEX role_grant_by_role ON role_grant (role)`,
    `CREATE INDEX credential_revoked_fingerprint ON credential (fingerprint)
      WHERE revoked IS NOT NULL AND fingerprint IS NOT NULL`,
    `CREATE INDEX credential_revoked_subject ON credential (subject)
      WHERE revoked IS NOT NULL AND subject IS NOT NULL`,
    `CREATE TABLE authority (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant INTEGER NOT NULL REFERENCES tenant,
      name TEXT NOT NULL,
      certificate TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      key TEXT,
      just_in_time TEXT NOT NULL,
      model TEXT,
      created INTEGER NOT NULL,
      revoked INTEGER
    ) STRICT`,
    `CREATE UNIQUE INDEX authority_by_fingerprint ON authority (fingerprint) WHERE revoked IS NULL`,
    `CREATE INDEX authority_by_tenant ON authority (tenant)`,
    `CREATE TABLE provisioning_key (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant INTEGER NOT NULL REFERENCES tenant,
      model TEXT NOT NULL,
      name TEXT NOT NULL,
      hash TEXT NOT NULL UNIQUE,
      admits TEXT NOT NULL,
      devices_max INTEGER NOT NULL,
      devices INTEGER NOT NULL,
      created INTEGER NOT NULL,
      expires INTEGER,
      revoked INTEGER
    ) STRICT`,
    `CREATE INDEX provisioning_key_by_tenant ON provisioning_key (tenant)`,
    `CREATE TABLE provisioned_device (
      key INTEGER NOT NULL REFERENCES provisioning_key ON DELETE CASCADE,
      serial TEXT NOT NULL,
      thing INTEGER REFERENCES thing,
      issued INTEGER,
      PRIMARY KEY (key, serial)
    ) STRICT, WITHOUT ROWID`,
  ],
};
