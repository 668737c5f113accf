// SPDX-License-Identifier: Apache-2.0

/** The server under test: any MQTT server on TCP that takes clients without credentials. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** For memory figures; left out where the server runs elsewhere. */
  readonly pid?: number | undefined;
}

/** What a suite found for one case. */
export interface Outcome {
  readonly name: string;
  readonly passed: boolean;
  /** Why not. */
  readonly reason?: string | undefined;
}

/** A row of docs/conformance.md. */
export interface ConformanceRow {
  /** Rows of one suite stand under one heading. */
  readonly suite: string;
  /** The statement or part that the row is about. */
  readonly clause: string;
  readonly title: string;
  readonly result: 'pass' | 'fail' | 'not testable';
  /** How many of how many cases, or why there is none. */
  readonly note: string;
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
