// SPDX-License-Identifier: Apache-2.0
export {
  auditRefusals,
  Diagnosis,
  PacketTap,
  Trace,
  TraceRecorder,
  type StoredUpTo,
  type DiagnosisEntry,
  type DiagnosisNote,
  type DiagnosisStep,
  type DiagnosisTransport,
  type PacketEvent,
  type PacketItem,
  type PacketOutcome,
  type PacketOwner,
  type PacketStep,
  type PacketTarget,
  type TappedFrame,
  type TraceEvent,
  type TraceStep,
  type TraceTarget,
} from './diagnosis/index.ts';
export type { DeviceKind } from './fleet/behaviour.ts';
export {
  Fleet,
  type FleetCounts,
  type FleetDevice,
  type FleetMember,
  type FleetOptions,
} from './fleet/fleet.ts';
export { createIngest, type DisposableIngest, type IngestOptions } from './ingest/group-commit.ts';
export type { CommitWaiter, Ingest } from './ingest/port.ts';
export {
  Bans,
  banStore,
  type Ban,
  type BanStore,
  type BanKind,
  type BannedAs,
  type NewBan,
} from './listeners/bans.ts';
export type { OpenConnection } from './listeners/open-connection.ts';
export type { DeviceLink, DeviceMessage, DevicePayload, DeviceServices } from './ports.ts';
export {
  startMqtt,
  type MqttListeners,
  type MqttOptions,
  type MqttServer,
  type MqttStats,
} from './protocols/mqtt/adapter.ts';
export type { MqttConfig } from './protocols/mqtt/config.ts';
