// SPDX-License-Identifier: Apache-2.0
import type { Bans, DeviceServices, Diagnosis, Ingest, Trace, PacketTap } from '#access';
import type { Log } from '#bus';
import type { Limits } from '#core';
import type { Clock, Logger, Metrics } from '#runtime';
import type {
  Administration,
  AuditLog,
  Administrator,
  ApiTokens,
  Identity,
  Policy,
  RegistryAuthenticator,
} from '#security';
import type { SeriesStore, TenantReads } from '#store';
import type {
  ActionTasks,
  Authorities,
  BindingCache,
  CurrentState,
  DesiredValues,
  DeviceCredentials,
  JustInTimeRegistration,
  ModelService,
  Provisioning,
  ThingService,
  IdentityClaims,
} from '#things';
import type { Backups } from './backups.ts';
import type { DemoPort } from './demo.ts';
import type { Uploads } from './import/uploads.ts';
import type { SystemInfo } from './system.ts';

/** What the routes work with; `main.ts` puts it together. */
export interface ApiServices {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly ingest: Ingest;
  readonly series: SeriesStore;
  readonly models: ModelService;
  readonly things: ThingService;
  readonly bindings: BindingCache;
  readonly state: CurrentState;
  readonly credentials: DeviceCredentials;
  readonly authorities: Authorities;
  readonly justInTime: JustInTimeRegistration;
  readonly provisioning: Provisioning;
  readonly tasks: ActionTasks;
  readonly desired: DesiredValues;
  readonly devices: DeviceServices;
  readonly tokens: ApiTokens;
  readonly authenticator: RegistryAuthenticator;
  readonly administrator: Administrator;
  readonly identity: Identity;
  readonly administration: Administration;
  /** Names of tenants. */
  readonly tenants: Pick<TenantReads, 'get'>;
  readonly policy: Policy;
  readonly audit: AuditLog;
  readonly diagnosis: Diagnosis;
  readonly trace: Trace;
  readonly packets: PacketTap;
  readonly bans: Bans;
  readonly identityClaims: IdentityClaims;
  readonly uploads: Uploads;
  readonly system: SystemInfo;
  readonly backups: Backups;
  readonly demo: DemoPort;
  /** Names of administrators without a second factor; left out where nobody can have one. */
  readonly singleFactor?: (() => Promise<readonly string[]>) | undefined;
}
