// SPDX-License-Identifier: Apache-2.0
import type { ErrorCode } from './errors/index.ts';

/**
 * What went wrong with input from the world: a plain value, cheap enough for a hot path.
 * `at` is the exact place (a JSON pointer, a field path or `byte 17`); `detail` names the offending value.
 */
export interface Fault {
  readonly code: ErrorCode;
  readonly at?: string | undefined;
  readonly detail?: string | undefined;
}

/** Outcome of an operation on input that may be wrong. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

/** A fault where the caller cannot be handed a value: thrown, caught at the edge, answered from the catalogue. */
export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    super([fault.code, fault.at, fault.detail].filter(Boolean).join(': '), options);
    this.name = 'FaultError';
    this.fault = fault;
  }
}

/** Makes a fault; shapes stay monomorphic, so that failing is not slower than working. */
export function fault(code: ErrorCode, at?: string, detail?: string): Fault {
  return { code, at, detail };
}

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function fail<T = never>(code: ErrorCode, at?: string, detail?: string): Result<T> {
  return { ok: false, fault: fault(code, at, detail) };
}

/** The value, or a throw of the fault. */
export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new FaultError(result.fault);
  return result.value;
}

/** States what our own code guarantees; a failure is our bug, never the world's. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
