// SPDX-License-Identifier: Apache-2.0
export type { Attempt } from './attempts.ts';
export { auditRefusals } from './audited.ts';
export {
  Diagnosis,
  type Claimable,
  type DiagnosisEntry,
  type DiagnosisNote,
  type DiagnosisStep,
  type DiagnosisTransport,
} from './diagnosis.ts';
export {
  PacketTap,
  TappedFrame,
  type PacketEvent,
  type PacketItem,
  type PacketOutcome,
  type PacketOwner,
  type PacketStep,
  type PacketTarget,
} from './packets.ts';
export {
  Trace,
  TraceRecorder,
  type StoredUpTo,
  type TraceEvent,
  type TraceStep,
  type TraceTarget,
} from './trace.ts';
