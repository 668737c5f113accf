// SPDX-License-Identifier: Apache-2.0
import { Minutes } from '#core';
import type { Clock, Logger, Timer } from '#runtime';
import type { Registry } from '#store';
import type { Principal } from './port.ts';

const writePeriod = Minutes(1);
const pendingMax = 100_000;

/**
 * Notes in the registry when credentials were last used: to the minute, in one transaction, never
 * on the way of a login.
 */
export class LastUsed {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #credentials = new Set<number>();
  #tokens = new Set<number>();
  #timer: Timer | undefined;

  constructor(registry: Registry, clock: Clock, logger: Logger) {
    this.#registry = registry;
    this.#clock = clock;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = this.#clock.every(writePeriod, () => {
      this.write().catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'the last use of credentials could not be noted');
      });
    });
  }

  /** A login that succeeded. */
  note(principal: Principal): void {
    if (this.#credentials.size + this.#tokens.size >= pendingMax) return;
    if (principal.kind === 'thing') this.#credentials.add(principal.credential);
    if (principal.kind === 'token') this.#tokens.add(principal.token);
  }

  async write(): Promise<void> {
    if (this.#credentials.size + this.#tokens.size === 0) return;
    const time = this.#clock.now();
    const uses = (ids: ReadonlySet<number>) => [...ids].map((id) => ({ id, time }));
    const credentials = uses(this.#credentials);
    const tokens = uses(this.#tokens);
    this.#credentials = new Set();
    this.#tokens = new Set();
    await this.#registry.write(async (tables) => {
      await tables.credentials.used(credentials);
      await tables.tokens.used(tokens);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    await this.write();
  }
}
