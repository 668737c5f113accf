// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, TimeMs } from '#core';
import type { Offset } from '#bus';
import type { Owner } from './message.ts';
import type { SubscriptionOptions, Will } from './packets.ts';

/** A subscription as it is recorded: everything else follows from the filter. */
export interface SubscriptionRecord extends SubscriptionOptions {
  readonly filter: string;
  readonly match: string;
  /** Name in `$share/{name}/…`; empty for none. */
  readonly group: string;
  readonly identifier: number;
  readonly own: boolean;
}

/** What every change of session state says: when, whose, and who waits for it (`Ledger`). */
interface OperationBase {
  readonly time: TimeMs;
  readonly tenant: number;
  readonly clientId: string;
}

/**
 * The changes of session state. Applied in the order of the log they give the state of the broker, at run time and
 * after a restart alike.
 */
export type Operation = OperationBase &
  (
    | {
        readonly op: 'opened';
        readonly owner: Owner;
        readonly cleanStart: boolean;
        /** False for a session that ends with its connection and is recorded for its will, or to end an older one. */
        readonly stored: boolean;
        readonly expiryMs: DurationMs;
        readonly will: Will | undefined;
      }
    | {
        readonly op: 'closed';
        readonly epoch: Offset;
        readonly expiryMs: DurationMs;
        /** With DISCONNECT 0x00: the will is dropped, [MQTT-3.14.4-3]. */
        readonly normal: boolean;
      }
    | { readonly op: 'removed' }
    | { readonly op: 'subscribed'; readonly subscriptions: readonly SubscriptionRecord[] }
    | { readonly op: 'unsubscribed'; readonly filters: readonly string[] }
    /** PUBACK, PUBCOMP or a discarded message: deliveries that are through. */
    | { readonly op: 'acknowledged'; readonly packetIds: readonly number[] }
    /** PUBREC of the client. */
    | { readonly op: 'received'; readonly packetIds: readonly number[] }
    /** A QoS 2 publish of the client was taken. */
    | { readonly op: 'incoming'; readonly packetIds: readonly number[] }
    /** PUBREL of the client. */
    | { readonly op: 'released'; readonly packetIds: readonly number[] }
    /** Messages of a shared subscription go to this session. */
    | { readonly op: 'assigned'; readonly filter: string; readonly offsets: readonly Offset[] }
    /** Messages of a shared subscription are through, or went to a session that is not stored. */
    | { readonly op: 'taken'; readonly filter: string; readonly offsets: readonly Offset[] }
    | { readonly op: 'willDone'; readonly epoch: Offset }
    /** Retained messages of these topics go. */
    | { readonly op: 'forgotten'; readonly topics: readonly string[] }
  );

export type OperationName = Operation['op'];
