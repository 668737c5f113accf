// SPDX-License-Identifier: Apache-2.0
import type { Fault } from '#core';

/** How the values of a property are stored. `position` is `[longitude, latitude]` or `[longitude, latitude, altitude]`, WGS-84. */
export type ResultType =
  | 'number'
  | 'integer'
  | 'boolean'
  | 'string'
  | 'object'
  | 'array'
  | 'position';

/** A property of a model, ready for the hot path. */
export interface PropertySlot {
  /** Place in `CompiledModel.properties`; stable within a model version. */
  readonly index: number;
  readonly name: string;
  readonly type: ResultType;
  /** UCUM code. */
  readonly unit?: string | undefined;
  /** −Infinity and +Infinity where the model names none. */
  readonly minimum: number;
  readonly maximum: number;
  readonly readOnly: boolean;
  readonly writeOnly: boolean;
  /** Checks what type and range do not say (enum, pattern, nested schema); undefined where these say all. */
  readonly check: ((value: unknown) => Fault | undefined) | undefined;
}

export interface ActionSlot {
  readonly name: string;
  /** Checks the input of an invocation. */
  readonly checkInput: (input: unknown) => Fault | undefined;
}

export interface EventSlot {
  readonly name: string;
  readonly checkData: (data: unknown) => Fault | undefined;
}

/** A Thing Model with its references resolved and its checks compiled. Immutable: a new version is a new object. */
export interface CompiledModel {
  readonly uri: string;
  readonly version: string;
  readonly title: string;
  readonly properties: readonly PropertySlot[];
  readonly property: (name: string) => PropertySlot | undefined;
  readonly actions: ReadonlyMap<string, ActionSlot>;
  readonly events: ReadonlyMap<string, EventSlot>;
}

/** What to do with a property that the model does not have. */
export type UnknownProperties = 'refuse' | 'collect';

/**
 * A thing as the hot path sees it. One object per thing and state of its model; when either changes, `stale`
 * turns true and the holder asks `#things` again.
 */
export interface ThingBinding {
  readonly thing: number;
  readonly tenant: number;
  readonly uri: string;
  readonly model: CompiledModel;
  /** Series id by property slot index; 0 where the property has no series (write-only). */
  readonly series: Uint32Array;
  readonly unknownProperties: UnknownProperties;
  /** Parent gateway, or 0. */
  readonly parent: number;
  readonly labels: Readonly<Record<string, string>>;
  stale: boolean;
  /** The server time given last to a reading without a credible time of its own; 0 before the first. */
  serverTime: number;
}
