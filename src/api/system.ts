// SPDX-License-Identifier: Apache-2.0

/** The process as the live page and `/readyz` show it; `main.ts` knows where each figure comes from. */
export interface SystemInfo {
  readonly version: string;
  readonly started: number;
  /** Addresses by listener: `mqtt`, `mqtts`, `http`, … */
  listeners(): Readonly<Record<string, string>>;
  /** Open device connections. */
  connections(): number;
  /** Messages and readings taken since the start. */
  messages(): number;
  readings(): number;
  /** Records that each reader of the log is behind. */
  lag(): Readonly<Record<string, number>>;
  /** What must hold for the server to be ready; each check answers within a second. */
  readonly checks: Readonly<Record<string, () => Promise<CheckResult> | CheckResult>>;
  /** Writes a consistent copy of all data into a new directory of the backup folder. */
  backup(): Promise<{ readonly directory: string; readonly bytes: number }>;
}

export interface CheckResult {
  readonly ok: boolean;
  readonly detail: string;
}
