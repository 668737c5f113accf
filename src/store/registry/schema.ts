// SPDX-License-Identifier: Apache-2.0
import type { Generated, Kysely, Selectable } from 'kysely';
import type { PeopleSchema } from './people-schema.ts';

interface TenantColumns {
  id: Generated<number>;
  parent: number | null;
  name: string;
  unknown_properties: string;
  created: number;
  removed: Generated<number>;
}

interface ModelColumns {
  id: Generated<number>;
  tenant: number;
  uri: string;
  version: string;
  title: string;
  document: string;
  status: string;
  created: number;
}

interface ThingColumns {
  id: number;
  tenant: number;
  uri: string;
  name: string;
  description: string;
  kind: string;
  types: string;
  model_uri: string | null;
  model_version: string | null;
  parent: number | null;
  properties: string;
  labels: string;
  lifecycle: string;
  created: number;
  updated: number;
  revision: number;
  online: number;
  seen: number | null;
  cause: string | null;
  deleted: number | null;
}

interface LabelColumns {
  tenant: number;
  label: string;
  value: string;
  thing: number;
}

interface CredentialColumns {
  id: Generated<number>;
  tenant: number;
  thing: number;
  kind: string;
  name: string;
  hash: string | null;
  fingerprint: string | null;
  subject: string | null;
  username: string | null;
  created: number;
  expires: number | null;
  revoked: number | null;
  used: number | null;
}

interface TokenColumns {
  id: Generated<number>;
  tenant: number;
  account: number | null;
  name: string;
  hash: string;
  scopes: string;
  created: number;
  expires: number | null;
  revoked: number | null;
  used: number | null;
}

interface SeriesColumns {
  id: number;
  tenant: number;
  thing: number;
  property: string;
  dataset: string;
  type: string;
  unit: string | null;
  created: number;
  retired: number | null;
}

interface LocationColumns {
  tenant: number;
  thing: number;
  time: number;
  geometry: string;
}

interface DesiredColumns {
  tenant: number;
  thing: number;
  property: string;
  version: number;
  value: string;
  requester: string;
  requested: number;
  status: string;
  reported_value: string | null;
  reported: number | null;
}

interface TaskColumns {
  id: number;
  tenant: number;
  thing: number;
  action: string;
  input: string;
  state: string;
  requester: string;
  created: number;
  updated: number;
  expires: number;
  output: string | null;
  error: string | null;
}

/** The relational schema, as Kysely checks queries against it. */
export interface Schema extends PeopleSchema {
  tenant: TenantColumns;
  model: ModelColumns;
  thing: ThingColumns;
  thing_label: LabelColumns;
  credential: CredentialColumns;
  api_token: TokenColumns;
  series: SeriesColumns;
  location_track: LocationColumns;
  desired: DesiredColumns;
  task: TaskColumns;
  task_step: {
    id: Generated<number>;
    task: number;
    step: string;
    time: number;
    detail: string | null;
  };
  follow_up: { id: Generated<number>; kind: string; payload: string; due: number };
  reader_offset: { reader: string; committed: number };
  setting: { key: string; value: string };
  counter: { name: string; next: number };
}

export type Db = Kysely<Schema>;
export type Row<T extends keyof Schema> = Selectable<Schema[T]>;
