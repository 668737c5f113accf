// SPDX-License-Identifier: Apache-2.0
import type { SeededRandom } from '#core';

/** What a `*.fuzz.ts` exports as `fuzz`. */
export interface Fuzz {
  readonly name: string;
  /**
   * Makes one input from the randomness, feeds it and asserts what must hold. Throws when it does not.
   * Everything it draws comes from `random`, so that the seed reruns the failure.
   */
  run(random: SeededRandom): void | Promise<void>;
  /** Seeds that failed once: always run first. */
  readonly corpus?: readonly number[];
  /** Lets go of what it holds outside of memory. */
  end?(): Promise<void>;
}

/** What the worker is told. */
export interface FuzzTask {
  readonly file: string;
  readonly seed: number;
  readonly milliseconds: number;
  /** Stop after so many inputs; 0 for no such end. */
  readonly runs: number;
  /** Shared with the watcher: [inputs done, seed of the input under way, 1 when loaded]. */
  readonly progress: SharedArrayBuffer;
}

/** How a fuzzer ended, from the worker or from the watcher. */
export interface FuzzOutcome {
  readonly name: string;
  readonly inputs: number;
  readonly grownBytes: number;
  readonly failure?: { readonly seed: number; readonly text: string } | undefined;
}

export const inputMsMax = 1_000;
/** No answer for so long is a loop without end. */
export const hangMs = 5_000;
export const grownBytesMax = 48 * 1_048_576;
