// SPDX-License-Identifier: Apache-2.0
export {
  BatchBuilder,
  openBatch,
  varText,
  VarKind,
  type Batch,
  type BatchMark,
  type VarKindCode,
} from './batch.ts';
export type {
  ActionSlot,
  CompiledModel,
  EventSlot,
  PropertySlot,
  ResultType,
  ThingBinding,
  UnknownProperties,
} from './compiled.ts';
export {
  allOf,
  bindFilter,
  compareText,
  evaluateFilter,
  filterFromJson,
  filterLeaves,
} from './filter/index.ts';
export { parseFilter, pathOf, pathSegments, printFilter } from './filter/index.ts';
export type {
  Comparison,
  FieldGetter,
  FieldType,
  Filter,
  FilterLeaf,
  FilterValue,
} from './filter/index.ts';
export {
  contentTypeOf,
  decodeCbor,
  measuredTime,
  parseJson,
  PayloadTrial,
  PropertyDecoder,
} from './payload/index.ts';
export type {
  Collect,
  PayloadReport,
  PayloadType,
  PropertyPayload,
  RefusedReading,
  TrialReport,
  TriedReading,
} from './payload/index.ts';
export { positionOf, type Position } from './position.ts';
export {
  Quality,
  isBad,
  isGood,
  qualityName,
  type QualityCode,
  type QualityName,
} from './quality.ts';
export {
  checkVersionChange,
  compileModel,
  compilePattern,
  inferModel,
  inferredType,
} from './thing-model/index.ts';
export type {
  CompileOptions,
  CompileResult,
  InferOptions,
  InferredModel,
  LinearPattern,
} from './thing-model/index.ts';
export type { ModelDifference, ModelLookup, ModelRef, VersionChange } from './thing-model/index.ts';
export { formatTime, parseTime, parseTimeBytes } from './time.ts';
export {
  commensurable,
  conversion,
  knownUnits,
  parseUnit,
  unitCode,
  unitLabel,
} from './units/index.ts';
export type { Conversion, Unit, UnitLabel } from './units/index.ts';
export { checkValue, storedAsSeen, valueOf, type StoredValue } from './values.ts';
