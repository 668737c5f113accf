// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode, Fault } from '#core';
import type { ThingBinding } from '#model';
import type { DeviceLink, DevicePayload } from '#things';

export type { DeviceLink, DeviceMessage, DevicePayload } from '#things';

/** Ordinary ends of a connection: by the device, by the network, by a newer connection, by the server going down. */
export type OfflineCause = 'disconnected' | 'lost' | 'taken-over' | 'server-stopped';

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
  /** `cause`: why, as `OfflineCause` or a code of the catalogue. */
  offline(thing: number, link: DeviceLink, cause: OfflineCause | ErrorCode): void;
}
