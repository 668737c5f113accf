// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';

export type JsonObject = { readonly [key: string]: unknown };

/** An organisation; its place in the tree says whose rights reach it. */
export interface Tenant {
  readonly id: number;
  /** Unique among the children of a parent. */
  readonly name: string;
  /** Undefined for the two that every installation has: the root, and that of anonymous clients. */
  readonly parent: number | undefined;
  /** What happens to a property that a thing's model does not have. */
  readonly unknownProperties: 'refuse' | 'collect';
  readonly created: TimeMs;
}

export interface ModelRef {
  readonly uri: string;
  readonly version: string;
}

export type ModelStatus = 'active' | 'deprecated';

/** A stored Thing Model. The document of a version never changes. */
export interface ModelRow extends ModelRef {
  readonly id: number;
  readonly tenant: number;
  readonly title: string;
  readonly document: JsonObject;
  readonly status: ModelStatus;
  readonly created: TimeMs;
}

export type NewModel = Omit<ModelRow, 'id'>;

/** `registered` until its first connection; `disabled` and `retired` things cannot connect. */
export type Lifecycle = 'registered' | 'active' | 'disabled' | 'retired';

/** A thing: device, gateway, asset, room, road. */
export interface Thing {
  readonly id: number;
  readonly tenant: number;
  readonly uri: string;
  readonly name: string;
  readonly description: string;
  /** `device`, `gateway`, `asset`, `room`, …: one lower-case word. */
  readonly kind: string;
  /** IRIs. */
  readonly types: readonly string[];
  readonly model: ModelRef | undefined;
  readonly parent: number | undefined;
  readonly properties: JsonObject;
  readonly labels: Readonly<Record<string, string>>;
  readonly lifecycle: Lifecycle;
  readonly created: TimeMs;
  readonly updated: TimeMs;
  /** Grows by one with each change of the registry entry; the ETag. Being online is not a change. */
  readonly revision: number;
  readonly online: boolean;
  /** When it was last connected or disconnected. */
  readonly seen: TimeMs | undefined;
  /** Why its last connection ended: a word or a code of the catalogue; undefined while it is connected. */
  readonly cause: string | undefined;
  /** When it was deleted: only a tombstone is left. */
  readonly deleted: TimeMs | undefined;
}

export type NewThing = Omit<Thing, 'revision' | 'online' | 'seen' | 'cause' | 'deleted'>;

/** Fields of a thing that a change may set; what is left out stays. */
export type ThingChanges = Partial<
  Pick<
    Thing,
    | 'uri'
    | 'name'
    | 'description'
    | 'kind'
    | 'types'
    | 'model'
    | 'parent'
    | 'properties'
    | 'labels'
    | 'lifecycle'
  >
>;

export interface ConnectionChange {
  readonly thing: number;
  readonly online: boolean;
  readonly time: TimeMs;
  /** Why it is offline. */
  readonly cause?: string | undefined;
}

/** A column of readings: (thing, property, dataset) while it is not retired. */
export interface SeriesRow {
  readonly id: number;
  readonly tenant: number;
  readonly thing: number;
  readonly property: string;
  /** Empty for the first series of a property. */
  readonly dataset: string;
  /** A `ResultType` of `#model`. */
  readonly type: string;
  readonly unit: string | undefined;
  readonly created: TimeMs;
  /** Since when readings go to another series, because the property's type changed or the property is gone. */
  readonly retired: TimeMs | undefined;
}

export type CredentialKind = 'token' | 'certificate';

export interface Credential {
  readonly id: number;
  readonly tenant: number;
  readonly thing: number;
  readonly kind: CredentialKind;
  readonly name: string;
  /** SHA-256 of a token, hex. */
  readonly hash: string | undefined;
  /** SHA-256 of a certificate, hex. */
  readonly fingerprint: string | undefined;
  /** Subject of certificates that the configured authority signed. */
  readonly subject: string | undefined;
  /** A name that the device uses instead of its thing's id or uri. */
  readonly username: string | undefined;
  readonly created: TimeMs;
  readonly expires: TimeMs | undefined;
  readonly revoked: TimeMs | undefined;
  readonly used: TimeMs | undefined;
}

export type NewCredential = Omit<Credential, 'id' | 'revoked' | 'used'>;

/** A credential together with what its thing must be like for it to count. */
export interface CredentialMatch extends Credential {
  readonly thingUri: string;
  readonly lifecycle: Lifecycle;
}

export interface ApiToken {
  readonly id: number;
  readonly tenant: number;
  /** Whose it is: never more than the account itself may do. Undefined for the administrator's token in its file. */
  readonly account: number | undefined;
  readonly name: string;
  readonly hash: string;
  readonly scopes: readonly string[];
  readonly created: TimeMs;
  readonly expires: TimeMs | undefined;
  readonly revoked: TimeMs | undefined;
  readonly used: TimeMs | undefined;
}

export type NewApiToken = Omit<ApiToken, 'id' | 'revoked' | 'used'>;

/** Where a thing was from a time on: a GeoJSON geometry, WGS-84, longitude first. */
export interface LocationRow {
  readonly tenant: number;
  readonly thing: number;
  readonly time: TimeMs;
  readonly geometry: JsonObject;
}

export type DesiredStatus = 'pending' | 'sent' | 'reported' | 'superseded' | 'cancelled';

/** A value that a property should have, and what became of it. */
export interface DesiredRow {
  readonly tenant: number;
  readonly thing: number;
  readonly property: string;
  /** 1, 2, … for each property of a thing. */
  readonly version: number;
  readonly value: unknown;
  readonly requester: string;
  readonly requested: TimeMs;
  readonly status: DesiredStatus;
  readonly reportedValue: unknown;
  readonly reported: TimeMs | undefined;
}

export type TaskState =
  | 'queued'
  | 'sent'
  | 'delivered'
  | 'answered'
  | 'failed'
  | 'timed-out'
  | 'cancelled';

/** One invocation of an action. */
export interface TaskRow {
  readonly id: number;
  readonly tenant: number;
  readonly thing: number;
  readonly action: string;
  readonly input: unknown;
  readonly state: TaskState;
  readonly requester: string;
  readonly created: TimeMs;
  readonly updated: TimeMs;
  readonly expires: TimeMs;
  readonly output: unknown;
  readonly error: string | undefined;
}

export interface TaskStep {
  readonly task: number;
  readonly step: string;
  readonly time: TimeMs;
  readonly detail: string | undefined;
}

/** Work that must happen after a commit even when the process dies first. */
export interface FollowUp {
  readonly id: number;
  readonly kind: string;
  readonly payload: JsonObject;
  readonly due: TimeMs;
}
