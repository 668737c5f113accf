// SPDX-License-Identifier: Apache-2.0
import type { Fault, TimeMs } from '#core';
import type { ThingBinding } from '#model';

/** What a device sent that is not readings. The bytes are the service's to keep. */
export interface DevicePayload {
  readonly bytes: Buffer;
  /** Media type where the protocol names one. */
  readonly contentType?: string | undefined;
  /** Correlation data of the protocol, where it has any: the task's id as it was sent. */
  readonly correlation?: Buffer | undefined;
  readonly now: TimeMs;
}

/** Something for a device; the service keeps it until it has arrived. */
export interface DeviceMessage {
  readonly kind: 'action' | 'desired';
  /** Name of the action; empty for desired values. */
  readonly name: string;
  readonly payload: Buffer;
  readonly contentType?: string | undefined;
  /** Sent as correlation data where the protocol has it. */
  readonly correlation?: Buffer | undefined;
}

/** The way to a device that is connected and listens. */
export interface DeviceLink {
  /**
   * Sends once. `settled` is called once: true when the device has acknowledged, false when the connection ended first.
   * Answers false, without calling back, when the device does not listen to this or takes no more at the moment.
   */
  send(thing: number, message: DeviceMessage, settled: (arrived: boolean) => void): boolean;
}

/**
 * Events, actions and desired values, as every protocol needs them; `#things` provides it. Calls that record add to the
 * open generation of `Ingest`, so that the device's acknowledgement covers them.
 */
export interface DeviceServices {
  /** A device reports an event of its model; a fault refuses it. */
  event(binding: ThingBinding, name: string, payload: DevicePayload): Fault | undefined;
  /** A device answers an action. */
  result(binding: ThingBinding, action: string, payload: DevicePayload): Fault | undefined;
  /** The device listens: what waits for it and its children may go. Also called when it begins to listen to more. */
  online(thing: number, link: DeviceLink): void;
  offline(thing: number, link: DeviceLink): void;
}
