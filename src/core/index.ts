// SPDX-License-Identifier: Apache-2.0
export {
  AddressRanges,
  forwardedSource,
  isLoopback,
  parseRange,
  plainAddress,
  sourceKey,
} from './address.ts';
export { canonicalJson } from './canonical-json.ts';
export * from './duration.ts';
export { errorCatalogue, errorSpec, type ErrorCode, type ErrorSpec } from './errors/index.ts';
export { limitTable, limitsOf, type LimitName, type LimitSpec, type Limits } from './limits.ts';
export { partitionCount, partitionOf } from './partition.ts';
export { SeededRandom, type Random } from './random.ts';
export { FaultError, assert, fail, fault, ok, unwrap, type Fault, type Result } from './result.ts';
export { TokenBuckets, type TokenRate } from './token-buckets.ts';
