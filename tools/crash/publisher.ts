// SPDX-License-Identifier: Apache-2.0
import type { PreparedThing } from '../support/api.ts';
import type { RunningServer } from '../support/server.ts';
import type { ThingJournal } from './journal.ts';

/** A device of the crash harness, one thing each; it lives on while servers come and go. */
export interface Publisher {
  readonly thing: PreparedThing;
  readonly journal: ThingJournal;
  /** 0 is HTTP. */
  readonly qos: 0 | 1 | 2;
  /** Nothing is waiting for an acknowledgement. */
  readonly settled: boolean;
  /** Sessions that the server had forgotten after a crash. */
  readonly sessionsLost: number;
  /** Answers with an error. */
  readonly refused: number;
  /** Connects to a server that has just become ready; `settle` only finishes what is open. */
  start(server: RunningServer, mode: 'publish' | 'settle'): void;
  /** The server is gone. */
  stop(): void;
}
