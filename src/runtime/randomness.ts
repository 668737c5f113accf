// SPDX-License-Identifier: Apache-2.0
import { randomFillSync } from 'node:crypto';
import type { Random } from '#core';

/** The machine's own randomness, fit for secrets; filled in blocks, so that a draw costs little. */
export function systemRandom(): Random {
  const block = new Uint32Array(512);
  let used = block.length;
  const word = (): number => {
    if (used >= block.length) {
      randomFillSync(block);
      used = 0;
    }
    const value = block[used] ?? 0;
    block[used++] = 0;
    return value;
  };
  return {
    // 53 bits: 26 from one word, 27 from another.
    next: () => ((word() >>> 6) * 134_217_728 + (word() >>> 5)) / 9_007_199_254_740_992,
  };
}
