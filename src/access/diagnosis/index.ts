// SPDX-License-Identifier: Apache-2.0
export {
  Diagnosis,
  type DiagnosisEntry,
  type DiagnosisNote,
  type DiagnosisStep,
} from './diagnosis.ts';
export {
  Trace,
  TraceRecorder,
  type StoredUpTo,
  type TraceEvent,
  type TraceStep,
  type TraceTarget,
} from './trace.ts';
