// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { Hours, type DurationMs } from '#core';
import type { Clock } from '#runtime';
import type { Principal } from '#security';

/** A session ends after this without a request. */
const idleMax: DurationMs = Hours(8);
/** And after this in any case: a page that is left open asks all the time. */
const lifeMax: DurationMs = Hours(24);
const sessionsMax = 1_000;

interface Session {
  readonly principal: Principal;
  readonly opened: DurationMs;
  lastUsed: DurationMs;
}

/** Browser sessions, in memory: a restart asks for a new link, which is what a stolen cookie deserves. */
export class BrowserSessions {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a session; the result goes into an HttpOnly, SameSite=Strict cookie. */
  open(principal: Principal): string {
    if (this.#sessions.size >= sessionsMax) this.#dropOldest();
    const id = randomBytes(32).toString('base64url');
    const opened = this.#clock.monotonic();
    this.#sessions.set(id, { principal, opened, lastUsed: opened });
    return id;
  }

  find(id: string | undefined): Principal | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (id === undefined || session === undefined) return undefined;
    const now = this.#clock.monotonic();
    if (now - session.lastUsed > idleMax || now - session.opened > lifeMax) {
      this.#sessions.delete(id);
      return undefined;
    }
    session.lastUsed = now;
    return session.principal;
  }

  close(id: string | undefined): void {
    if (id !== undefined) this.#sessions.delete(id);
  }

  /** Ends the sessions of a revoked API token. */
  closeToken(token: number): void {
    for (const [id, { principal }] of this.#sessions) {
      if (principal.kind === 'token' && principal.token === token) this.#sessions.delete(id);
    }
  }

  #dropOldest(): void {
    const oldest = [...this.#sessions].sort((a, b) => a[1].lastUsed - b[1].lastUsed)[0];
    if (oldest !== undefined) this.#sessions.delete(oldest[0]);
  }
}
