// SPDX-License-Identifier: Apache-2.0
import type { DeviceServices, Diagnosis, Ingest, Trace } from '#access';
import type { Log } from '#bus';
import type { Limits } from '#core';
import type { Clock, Logger, Metrics } from '#runtime';
import type { Administrator, ApiTokens, RegistryAuthenticator } from '#security';
import type { SeriesStore } from '#store';
import type {
  ActionTasks,
  BindingCache,
  CurrentState,
  DesiredValues,
  DeviceCredentials,
  ModelService,
  ThingService,
} from '#things';
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
  readonly tasks: ActionTasks;
  readonly desired: DesiredValues;
  readonly devices: DeviceServices;
  readonly tokens: ApiTokens;
  readonly authenticator: RegistryAuthenticator;
  readonly administrator: Administrator;
  readonly diagnosis: Diagnosis;
  readonly trace: Trace;
  readonly uploads: Uploads;
  readonly system: SystemInfo;
}
