// SPDX-License-Identifier: Apache-2.0
import type { LimitName, Limits, TimeMs } from '#core';
import type { Logger } from '#runtime';
import type { Authenticator, TrustedAuthorities } from '#security';
import type { Bindings } from '#things';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { PacketTap } from '../../diagnosis/packets.ts';
import type { Trace } from '../../diagnosis/trace.ts';
import type { Ingest } from '../../ingest/port.ts';
import type { Bans } from '../../listeners/bans.ts';
import type { IdentityLimits, SourceLimits } from '../../listeners/source-limits.ts';
import type { DeviceServices } from '../../ports.ts';
import type { Broker } from './broker.ts';
import type { CodecLimits, PublishView } from './codec.ts';
import type { Connection } from './connection.ts';
import type { PublishLimiter, PublishRate } from './limiter.ts';
import type { PreparedMessages } from './delivery-writer.ts';
import type { SharedOutput } from './output.ts';
import type { Policy } from './policy.ts';
import type { Publisher } from './publisher.ts';
import type { ReadingsPath } from './readings.ts';
import type { TokenRights } from './token-rights.ts';
import type { Turns } from './turns.ts';

/** Counts of the server, plain numbers so that the hot path pays an addition. */
export interface MqttCounts {
  publishes: [number, number, number];
  publishBytes: number;
  readings: number;
  refusedReadings: number;
  deliveries: number;
  droppedQoS0: number;
  /** QoS 2 publishes that came again. */
  repeats: number;
  forgedThings: number;
  connects: number;
}

/** What every connection of a server shares. */
export interface MqttContext {
  readonly limits: Limits;
  readonly codecLimits: CodecLimits;
  readonly publishRate: PublishRate;
  readonly ingest: Ingest;
  readonly broker: Broker;
  readonly policy: Policy;
  readonly tokens: TokenRights;
  readonly authenticator: Authenticator;
  /** Certificate authorities in use. */
  readonly authorities: Pick<TrustedAuthorities, 'get'> | undefined;
  readonly anonymous: boolean;
  readonly bindings: Bindings;
  readonly services: DeviceServices;
  readonly readings: ReadingsPath;
  readonly diagnosis: Diagnosis;
  readonly trace: Trace;
  readonly packets: PacketTap;
  readonly bans: Bans;
  readonly logger: Logger;
  readonly counts: MqttCounts;
  /** Revocations so far. */
  revocations: number;
  readonly sources: SourceLimits;
  readonly flapping: IdentityLimits;

  readonly output: SharedOutput;
  readonly prepared: PreparedMessages;
  readonly publisher: Publisher;
  readonly view: PublishView;
  readonly turns: Turns;
  /** What the clients of a tenant may publish together. */
  tenantLimiter(tenant: number): PublishLimiter;
  /** Time of the last tick: coarse, free. */
  now: TimeMs;
  limitHit(name: LimitName): void;
  /** A client identifier for a client that has none, [MQTT-3.1.3-6]. */
  newClientId(): string;
  /** The connection has something to send once the turn is through. */
  mark(connection: Connection): void;
  authenticated(connection: Connection): void;
  gone(connection: Connection): void;
}
