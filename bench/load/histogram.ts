// SPDX-License-Identifier: Apache-2.0

const subBuckets = 32;
const buckets = 32 * subBuckets;

/** Times in microseconds, counted in buckets at most 3 % wide; recording allocates nothing. */
export class Histogram {
  readonly #counts = new Uint32Array(buckets);
  count = 0;
  max = 0;

  record(micros: number): void {
    const value = Math.max(0, Math.round(micros));
    if (value > this.max) this.max = value;
    const at = bucketOf(value);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.count++;
  }

  /** Upper end of the bucket that holds the quantile, in microseconds; 0 when nothing was recorded. */
  quantile(share: number): number {
    const rank = Math.ceil(share * this.count);
    let seen = 0;
    for (let at = 0; at < buckets; at++) {
      seen += this.#counts[at] ?? 0;
      if (seen >= rank && seen > 0) return Math.min(this.max, upperEnd(at));
    }
    return 0;
  }
}

function bucketOf(value: number): number {
  if (value < subBuckets) return value;
  const exponent = 31 - Math.clz32(value) - 5;
  return Math.min(buckets - 1, (exponent + 1) * subBuckets + ((value >>> exponent) - subBuckets));
}

function upperEnd(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  const exponent = Math.floor(bucket / subBuckets) - 1;
  return ((bucket % subBuckets) + subBuckets + 1) * 2 ** exponent - 1;
}
