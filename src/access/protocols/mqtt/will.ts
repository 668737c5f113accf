// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, TimeMs } from '#core';
import type { Offset } from '#bus';
import type { Owner } from './message.ts';
import type { Will } from './packets.ts';

/** A Will Message and when it is due, § 3.1.2.5. */
export interface PendingWill {
  /** Offset of the record that opened the connection it belongs to. */
  readonly epoch: Offset;
  /** Of the session (`sessionKey`). */
  readonly key: string;
  readonly tenant: number;
  readonly clientId: string;
  readonly owner: Owner;
  readonly will: Will;
  /** Infinity while the connection is open. */
  dueAt: TimeMs;
  /** Its publication is on the way to the log. */
  firing: boolean;
  /** Its thing was asked for once. */
  asked?: boolean;
}

const never = Number.POSITIVE_INFINITY;

/** The wills that are armed, delayed or due. Part of what the log is folded into, so a crash does not lose one. */
export class Wills {
  readonly #byEpoch = new Map<Offset, PendingWill>();
  readonly #byClient = new Map<string, PendingWill>();
  /** Those whose connection has ended. */
  readonly #delayed = new Set<PendingWill>();

  all(): IterableIterator<PendingWill> {
    return this.#byEpoch.values();
  }

  get(epoch: Offset): PendingWill | undefined {
    return this.#byEpoch.get(epoch);
  }

  arm(will: PendingWill): void {
    this.#byEpoch.set(will.epoch, will);
    this.#byClient.set(will.key, will);
    if (will.dueAt !== never) this.#delayed.add(will);
  }

  /** The connection has ended: without a DISCONNECT the will is due after its delay, or with the session if that ends first. */
  closed(epoch: Offset, normal: boolean, time: TimeMs, expiryMs: DurationMs): void {
    const will = this.#byEpoch.get(epoch);
    if (!will || will.dueAt !== never) return;
    if (normal) this.done(epoch);
    else this.#delay(will, time + Math.min(delayOf(will), expiryMs));
  }

  /** The client is back before its will was due: the will is dropped, unless the session starts anew, [MQTT-3.1.3-9]. */
  reopened(key: string, sessionEnds: boolean, time: TimeMs): void {
    const will = this.#byClient.get(key);
    if (!will || will.dueAt <= time) return;
    // Taken over while open: that connection was closed without a DISCONNECT, [MQTT-3.1.4-3].
    const dueNow = sessionEnds || (will.dueAt === never && delayOf(will) === 0);
    if (dueNow) this.#delay(will, time);
    else this.done(will.epoch);
  }

  /** The session is over, and with it the wait, [MQTT-3.1.3-9]. */
  sessionEnded(key: string, time: TimeMs): void {
    const will = this.#byClient.get(key);
    if (will && will.dueAt !== never) will.dueAt = Math.min(will.dueAt, time);
  }

  /** Published or dropped. */
  done(epoch: Offset): void {
    const will = this.#byEpoch.get(epoch);
    if (!will) return;
    this.#byEpoch.delete(epoch);
    this.#delayed.delete(will);
    if (this.#byClient.get(will.key) === will) this.#byClient.delete(will.key);
  }

  due(now: TimeMs): PendingWill[] {
    if (this.#delayed.size === 0) return [];
    return [...this.#delayed].filter((will) => will.dueAt <= now && !will.firing);
  }

  #delay(will: PendingWill, dueAt: TimeMs): void {
    will.dueAt = dueAt;
    this.#delayed.add(will);
  }
}

function delayOf(will: PendingWill): DurationMs {
  return (will.will.properties?.willDelayInterval ?? 0) * 1_000;
}
