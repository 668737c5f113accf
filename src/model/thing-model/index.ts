// SPDX-License-Identifier: Apache-2.0
export { checkVersionChange, type ModelDifference, type VersionChange } from './change.ts';
export { compileModel, type CompileOptions, type CompileResult } from './compile.ts';
export {
  inferModel,
  typeOf as inferredType,
  type InferOptions,
  type InferredModel,
} from './infer.ts';
export { compilePattern, type LinearPattern } from './pattern.ts';
export type { ModelLookup, ModelRef } from './resolve.ts';
