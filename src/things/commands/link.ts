// SPDX-License-Identifier: Apache-2.0
import type { TimeMs } from '#core';

/** Something for a device; the service keeps it until it has arrived. `name` is the action's; empty for desired values. */
export interface DeviceMessage {
  readonly kind: 'action' | 'desired';
  readonly name: string;
  readonly payload: Buffer;
  readonly contentType?: string | undefined;
  /** The task's id in decimal, sent as correlation data where the protocol has it. */
  readonly correlation?: Buffer | undefined;
}

/** The way to a device that is connected and listens: what an adapter of `#access` gives. */
export interface DeviceLink {
  /**
   * Sends once. `settled` is called once: true when the device has acknowledged, false when the connection ended first.
   * Answers false, without calling back, when the device does not listen to this or takes no more at the moment.
   */
  send(thing: number, message: DeviceMessage, settled: (arrived: boolean) => void): boolean;
}

/** What a device sent that is not readings. The bytes are the service's to keep. */
export interface DevicePayload {
  readonly bytes: Buffer;
  /** Media type where the protocol names one. */
  readonly contentType?: string | undefined;
  readonly correlation?: Buffer | undefined;
  readonly now: TimeMs;
}
