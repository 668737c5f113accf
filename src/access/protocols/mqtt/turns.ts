// SPDX-License-Identifier: Apache-2.0
import type { Limits } from '#core';
import type { CommitWaiter, Ingest } from '../../ingest/port.ts';

/** What a packet costs besides its bytes: readings that go the short way, and all else. */
export const readingWork = 64;
export const packetWork = 768;

/** What a client gets in a turn in which the others have taken much: its first packet. */
const leastWork = 1;

/** With so much not durable yet the disk is what all wait for, and those who send much wait for it first. */
const slowDiskBytes = 1_048_576;

/** A client that has more to be read than one turn allows. */
export interface TurnTaker {
  readonly tenant: number;
  /** Goes on for about so much work, asks again when there is more, and says how much it was. */
  proceed(work: number): number;
}

/** The clients of one tenant that wait, in the order in which they came. */
class Share {
  readonly tenant: number;
  #clients: TurnTaker[] = [];
  #first = 0;
  /** What it may still do in its round; below 0 what it has done too much. */
  deficit = 0;

  constructor(tenant: number) {
    this.tenant = tenant;
  }

  get isEmpty(): boolean {
    return this.#first === this.#clients.length;
  }

  add(client: TurnTaker): void {
    if (this.#first > 1_024 && this.#first * 2 > this.#clients.length) {
      this.#clients = this.#clients.slice(this.#first);
      this.#first = 0;
    }
    this.#clients.push(client);
  }

  take(): TurnTaker | undefined {
    return this.isEmpty ? undefined : this.#clients[this.#first++];
  }
}

export interface TurnsOptions {
  readonly limits: Limits;
  readonly ingest: Pick<Ingest, 'pendingBytes' | 'wait'>;
  /** Runs an action when the current turn of the event loop has read all its input. */
  readonly afterTurn: (action: () => void) => void;
}

/**
 * Shares the event loop between clients. What a client sends is dealt with as it is read, up to
 * `mqtt.turnBytesPerClient`; the rest waits until everyone has been read, then is
 * taken up in deficit round robin: tenants in turn, within a tenant its clients in turn, `mqtt.turnBytes` in a turn. A
 * device that sends a packet now and then never waits here.
 */
export class Turns implements CommitWaiter {
  readonly #ingest: TurnsOptions['ingest'];
  readonly #afterTurn: TurnsOptions['afterTurn'];
  readonly #clientWork: number;
  readonly #turnWork: number;
  readonly #shares = new Map<number, Share>();
  /** Tenants with clients that wait, the next one first. */
  #round: Share[] = [];
  #done = 0;
  #scheduled = false;
  #waiting = 0;
  /** How often a client had to wait. */
  yielded = 0;
  readonly #serve = (): void => this.#endOfTurn();

  constructor({ limits, ingest, afterTurn }: TurnsOptions) {
    this.#ingest = ingest;
    this.#afterTurn = afterTurn;
    this.#clientWork = limits['mqtt.turnBytesPerClient'];
    this.#turnWork = limits['mqtt.turnBytes'];
  }

  /** How much is done at once for a client that has just been read. */
  get allowance(): number {
    return this.#done < this.#turnWork ? this.#clientWork : leastWork;
  }

  /** Clients that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Counts what was done for a client as it was read. */
  spent(work: number): void {
    this.#done += work;
    // While little is done it does not matter that it was more than one turn.
    if (this.#done * 2 > this.#turnWork) this.#schedule();
  }

  /** Puts a client behind the others of its tenant. */
  wait(client: TurnTaker): void {
    const { tenant } = client;
    let share = this.#shares.get(tenant);
    if (!share) {
      share = new Share(tenant);
      this.#shares.set(tenant, share);
      this.#round.push(share);
    }
    share.add(client);
    this.#waiting++;
    this.yielded++;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#afterTurn(this.#serve);
  }

  durable(): void {
    this.#endOfTurn();
  }

  failed(): void {
    this.#endOfTurn();
  }

  #endOfTurn(): void {
    this.#scheduled = false;
    this.#done = 0;
    if (this.#round.length === 0) return;
    if (this.#ingest.pendingBytes > slowDiskBytes) {
      this.#scheduled = true;
      this.#ingest.wait(this);
      return;
    }
    let left = this.#turnWork;
    while (left > 0) {
      const share = this.#round.shift();
      if (!share) break;
      left -= this.#serveShare(share);
      if (share.isEmpty) this.#shares.delete(share.tenant);
      else this.#round.push(share);
    }
    if (this.#round.length > 0) this.#schedule();
  }

  #serveShare(share: Share): number {
    let work = 0;
    share.deficit += this.#clientWork;
    while (share.deficit > 0) {
      const client = share.take();
      if (!client) break;
      this.#waiting--;
      // A client that has gone costs a little too, so that a crowd of them does not hold the turn.
      const done = Math.max(packetWork, client.proceed(this.#clientWork));
      share.deficit -= done;
      work += done;
    }
    return Math.max(work, 1);
  }
}
