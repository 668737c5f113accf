// SPDX-License-Identifier: Apache-2.0

/** Partitions of the log; fixed for the life of an installation, so that readers on several machines can own some (DESIGN §10). */
export const partitionCount = 64;

/** The partition of a thing: Fibonacci hashing, so that neighbouring ids spread. */
export function partitionOf(thing: number): number {
  return Math.imul(thing | 0, 0x9e3779b1) >>> 26;
}
