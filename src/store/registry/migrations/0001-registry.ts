// SPDX-License-Identifier: Apache-2.0
import type { Migration } from './index.ts';

/** Times are milliseconds since 1970; JSON columns hold text. A tombstone keeps its row, so ids are never reused. */
export const registry: Migration = {
  number: 1,
  statements: [
    `CREATE TABLE tenant (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      unknown_properties TEXT NOT NULL,
      created INTEGER NOT NULL
    ) STRICT`,
    `INSERT INTO tenant (id, name, unknown_properties, created)
      VALUES (1, 'root', 'refuse', 0), (2, 'anonymous', 'refuse', 0)`,
    `CREATE TABLE model (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant INTEGER NOT NULL REFERENCES tenant,
      uri TEXT NOT NULL,
      version TEXT NOT NULL,
      title TEXT NOT NULL,
      document TEXT NOT NULL,
      status TEXT NOT NULL,
      created INTEGER NOT NULL,
      UNIQUE (tenant, uri, version)
    ) STRICT`,
    `CREATE TABLE thing (
      id INTEGER PRIMARY KEY,
      tenant INTEGER NOT NULL REFERENCES tenant,
      uri TEXT NOT NULL,
      name TEXT NOT NULL,
      description TEXT NOT NULL,
      kind TEXT NOT NULL,
      types TEXT NOT NULL,
      model_uri TEXT,
      model_version TEXT,
      parent INTEGER REFERENCES thing,
      properties TEXT NOT NULL,
      labels TEXT NOT NULL,
      lifecycle TEXT NOT NULL,
      created INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      online INTEGER NOT NULL,
      seen INTEGER,
      deleted INTEGER,
      FOREIGN KEY (tenant, model_uri, model_version) REFERENCES model (tenant, uri, version)
    ) STRICT`,
    // Indexes leave tombstones out, so that the uri is free again and lists never step over the dead.
    `CREATE UNIQUE INDEX thing_by_uri ON thing (uri, tenant) WHERE deleted IS NULL`,
    `CREATE INDEX thing_by_id ON thing (tenant, id) WHERE deleted IS NULL`,
    `CREATE INDEX thing_by_name ON thing (tenant, name, id) WHERE deleted IS NULL`,
    `CREATE INDEX thing_by_updated ON thing (tenant, updated, id) WHERE deleted IS NULL`,
    `CREATE INDEX thing_by_created ON thing (tenant, created, id) WHERE deleted IS NULL`,
    `CREATE INDEX thing_by_kind ON thing (tenant, kind, id) WHERE deleted IS NULL`,
    `CREATE INDEX thing_by_lifecycle ON thing (tenant, lifecycle, id) WHERE deleted IS NULL`,
    `CREATE INDEX thing_by_model ON thing (tenant, model_uri, model_version, id)
      WHERE deleted IS NULL`,
    `CREATE INDEX thing_by_parent ON thing (parent, id) WHERE parent IS NOT NULL`,
    `CREATE INDEX thing_online ON thing (tenant, id) WHERE online = 1`,
    `CREATE TABLE thing_label (
      tenant INTEGER NOT NULL,
      label TEXT NOT NULL,
      value TEXT NOT NULL,
      thing INTEGER NOT NULL REFERENCES thing,
      PRIMARY KEY (tenant, label, value, thing)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX thing_label_by_thing ON thing_label (thing)`,
    `CREATE TABLE credential (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant INTEGER NOT NULL REFERENCES tenant,
      thing INTEGER NOT NULL REFERENCES thing,
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      hash TEXT,
      fingerprint TEXT,
      subject TEXT,
      created INTEGER NOT NULL,
      expires INTEGER,
      revoked INTEGER,
      used INTEGER
    ) STRICT`,
    `CREATE INDEX credential_by_thing ON credential (thing)`,
    `CREATE UNIQUE INDEX credential_by_hash ON credential (hash) WHERE hash IS NOT NULL`,
    `CREATE UNIQUE INDEX credential_by_fingerprint ON credential (fingerprint)
      WHERE fingerprint IS NOT NULL AND revoked IS NULL`,
    `CREATE UNIQUE INDEX credential_by_subject ON credential (subject)
      WHERE subject IS NOT NULL AND revoked IS NULL`,
    `CREATE TABLE api_token (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      tenant INTEGER NOT NULL REFERENCES tenant,
      name TEXT NOT NULL,
      hash TEXT NOT NULL UNIQUE,
      scopes TEXT NOT NULL,
      created INTEGER NOT NULL,
      expires INTEGER,
      revoked INTEGER,
      used INTEGER
    ) STRICT`,
    `CREATE TABLE series (
      id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 4294967295),
      tenant INTEGER NOT NULL REFERENCES tenant,
      thing INTEGER NOT NULL REFERENCES thing,
      property TEXT NOT NULL,
      dataset TEXT NOT NULL,
      type TEXT NOT NULL,
      unit TEXT,
      created INTEGER NOT NULL,
      retired INTEGER
    ) STRICT`,
    `CREATE UNIQUE INDEX series_in_use ON series (thing, property, dataset) WHERE retired IS NULL`,
    `CREATE INDEX series_retired ON series (thing) WHERE retired IS NOT NULL`,
    `CREATE INDEX series_position ON series (id) WHERE type = 'position' AND retired IS NULL`,
    `CREATE TABLE location_track (
      tenant INTEGER NOT NULL,
      thing INTEGER NOT NULL REFERENCES thing,
      time INTEGER NOT NULL,
      geometry TEXT NOT NULL,
      PRIMARY KEY (thing, time)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE desired (
      tenant INTEGER NOT NULL,
      thing INTEGER NOT NULL REFERENCES thing,
      property TEXT NOT NULL,
      version INTEGER NOT NULL,
      value TEXT NOT NULL,
      requester TEXT NOT NULL,
      requested INTEGER NOT NULL,
      status TEXT NOT NULL,
      reported_value TEXT,
      reported INTEGER,
      PRIMARY KEY (thing, property, version)
    ) STRICT, WITHOUT ROWID`,
    `CREATE INDEX desired_open ON desired (thing) WHERE status IN ('pending', 'sent')`,
    `CREATE TABLE task (
      id INTEGER PRIMARY KEY,
      tenant INTEGER NOT NULL,
      thing INTEGER NOT NULL REFERENCES thing,
      action TEXT NOT NULL,
      input TEXT NOT NULL,
      state TEXT NOT NULL,
      requester TEXT NOT NULL,
      created INTEGER NOT NULL,
      updated INTEGER NOT NULL,
      expires INTEGER NOT NULL,
      output TEXT,
      error TEXT
    ) STRICT`,
    `CREATE INDEX task_by_tenant ON task (tenant, id)`,
    `CREATE INDEX task_by_thing ON task (thing, id)`,
    `CREATE INDEX task_open ON task (thing, id) WHERE state IN ('queued', 'sent', 'delivered')`,
    `CREATE INDEX task_due ON task (expires) WHERE state IN ('queued', 'sent', 'delivered')`,
    `CREATE INDEX task_ended ON task (updated)
      WHERE state IN ('answered', 'failed', 'timed-out', 'cancelled')`,
    `CREATE TABLE task_step (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      task INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
      step TEXT NOT NULL,
      time INTEGER NOT NULL,
      detail TEXT
    ) STRICT`,
    `CREATE INDEX task_step_by_task ON task_step (task, id)`,
    `CREATE TABLE follow_up (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL,
      payload TEXT NOT NULL,
      due INTEGER NOT NULL
    ) STRICT`,
    `CREATE INDEX follow_up_due ON follow_up (due, id)`,
    `CREATE TABLE reader_offset (
      reader TEXT PRIMARY KEY,
      committed INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`,
    `CREATE TABLE counter (name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    `INSERT INTO counter (name, next) VALUES ('thing', 1), ('series', 1), ('task', 1)`,
  ],
};
