// SPDX-License-Identifier: Apache-2.0
import type { Limits, TimeMs } from '#core';

/** What one client may publish, in integer tokens: a publish is worth 1,000, so that a millisecond refills evenly. */
export interface PublishRate {
  readonly perSecond: number;
  readonly burstTokens: number;
  readonly bytesPerSecond: number;
}

/** What all clients of a tenant together may publish. */
export function tenantRate(limits: Limits): PublishRate {
  return {
    perSecond: limits['tenant.publishesPerSecond'],
    burstTokens: limits['tenant.publishBurst'] * 1_000,
    bytesPerSecond: Number.MAX_SAFE_INTEGER,
  };
}

export function publishRate(limits: Limits): PublishRate {
  return {
    perSecond: limits['mqtt.publishesPerSecond'],
    burstTokens: limits['mqtt.publishBurst'] * 1_000,
    bytesPerSecond: limits['mqtt.publishBytesPerSecond'],
  };
}

/**
 * Token buckets of one client, or of a tenant's clients together, for publishes and for their payload bytes. Publishes
 * are counted as they are taken and may overdraw by one, so that a payload larger than a second's bytes still passes;
 * `exhausted` says to stop reading.
 */
export class PublishLimiter {
  readonly #rate: PublishRate;
  #tokens: number;
  #bytes: number;
  #at: TimeMs;

  constructor(rate: PublishRate, now: TimeMs) {
    this.#rate = rate;
    this.#tokens = rate.burstTokens;
    this.#bytes = rate.bytesPerSecond;
    this.#at = now;
  }

  /** Refills for the time gone by. */
  refill(now: TimeMs): void {
    const elapsed = Math.min(now - this.#at, 60_000);
    if (elapsed <= 0) {
      // The clock was set back: go on from there.
      this.#at = Math.min(this.#at, now);
      return;
    }
    this.#at = now;
    const { perSecond, burstTokens, bytesPerSecond } = this.#rate;
    this.#tokens = Math.min(this.#tokens + elapsed * perSecond, burstTokens);
    this.#bytes = Math.min(
      this.#bytes + Math.floor((elapsed * bytesPerSecond) / 1_000),
      bytesPerSecond,
    );
  }

  take(payloadBytes: number): void {
    this.#tokens -= 1_000;
    this.#bytes -= payloadBytes;
  }

  /** Counts what costs as much as so many publishes and has no payload. */
  request(count: number): void {
    this.#tokens -= count * 1_000;
  }

  get exhausted(): boolean {
    return this.#tokens < 1_000 || this.#bytes <= 0;
  }

  /** Which of the two ran out. */
  get reached(): 'mqtt.publishesPerSecond' | 'mqtt.publishBytesPerSecond' {
    return this.#tokens < 1_000 ? 'mqtt.publishesPerSecond' : 'mqtt.publishBytesPerSecond';
  }
}
