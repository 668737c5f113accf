// SPDX-License-Identifier: Apache-2.0
import { errorSpec, type Fault } from '#core';

/** What the exit code of a command says. */
export const Exit = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  invalid: 5,
  unavailable: 6,
  partial: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof Exit)[keyof typeof Exit];

/** One thing that went wrong, as the terminal shows it. */
export interface Trouble {
  readonly code: string;
  readonly title: string;
  readonly at?: string | undefined;
  readonly detail?: string | undefined;
  readonly fix?: string | undefined;
}

/** Ends a command with a code and with what the person at the terminal needs to know. */
export class CommandError extends Error {
  readonly exit: ExitCode;
  readonly troubles: readonly Trouble[];

  constructor(exit: ExitCode, troubles: readonly Trouble[]) {
    super(troubles.map((each) => `${each.code}: ${each.title}`).join('; '));
    this.name = 'CommandError';
    this.exit = exit;
    this.troubles = troubles;
  }
}

export type Language = 'en' | 'zh';

/** A fault of our catalogue in a language. */
export function troubleOf(fault: Fault, language: Language): Trouble {
  const spec = errorSpec(fault.code);
  const { at, detail } = fault;
  return { code: fault.code, title: spec[language], at, detail, fix: spec.fix[language] };
}

/** The exit code that an HTTP status stands for. */
export function exitOfStatus(status: number): ExitCode {
  if (status === 401 || status === 403) return Exit.auth;
  if (status === 404 || status === 410) return Exit.notFound;
  if (status === 408 || status === 429 || status === 502 || status === 503 || status === 504) {
    return Exit.unavailable;
  }
  return status >= 400 && status < 500 ? Exit.invalid : Exit.failed;
}

/** The exit code of faults found before anything was done. */
export function exitOfFaults(faults: readonly Fault[]): ExitCode {
  const unavailable = faults.some((each) => errorSpec(each.code).status === 503);
  return unavailable ? Exit.unavailable : Exit.invalid;
}
