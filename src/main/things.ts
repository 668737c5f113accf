// SPDX-License-Identifier: Apache-2.0
import { Administrator, ApiTokens } from '#security';
import {
  ActionTasks,
  Authorities,
  BindingCache,
  CommandNumbers,
  CurrentState,
  DesiredValues,
  DeviceCredentials,
  Dispatcher,
  FollowUps,
  IdentityClaims,
  JustInTimeRegistration,
  ModelService,
  Provisioning,
  RegistryReader,
  SeriesIds,
  ThingDeviceServices,
  ThingService,
} from '#things';
import type { Storage } from './storage.ts';

/** Models and things, what lets devices in, and what is asked of them. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- its parts are its type
export async function openThings(storage: Storage, stack: AsyncDisposableStack) {
  const { registry, authenticator, clock, ingest, limits, log, logger, series } = storage;
  const add: typeof ingest.add = (entry) => ingest.add(entry);
  const append = async (entry: Parameters<typeof add>[0]): Promise<void> => {
    add(entry);
    await ingest.durable();
  };
  const ids = stack.use(new SeriesIds(registry, logger));
  await ids.start();
  const models = new ModelService({ registry, limits, clock });
  const bindings = new BindingCache({ ...storage, models, ids, announce: add });
  const things = new ThingService({ ...storage, models, bindings, append });
  const admission = { ...storage, models, things };
  const authorities = new Authorities(admission);
  const credentials = new DeviceCredentials({ ...admission, authorities });
  const justInTime = new JustInTimeRegistration(admission);
  authenticator.onUnregistered((shown) => justInTime.register(shown));
  const provisioning = new Provisioning(admission);
  const identityClaims = new IdentityClaims(admission);
  const tokens = new ApiTokens(registry, authenticator, clock);
  const directory = storage.data.path;
  const { separationOfDuties } = storage.config.auth;
  const administrator = new Administrator({
    ...{ directory, tokens, authenticator, clock, registry, separationOfDuties },
  });
  await administrator.start();
  const state = new CurrentState();
  const invalidate = (thing: number): void => bindings.invalidate(thing);
  const reader = new RegistryReader({ ...storage, directory: bindings, invalidate });
  const numbers = new CommandNumbers(registry);
  const commands = { ...storage, reader, bindings, recorder: ingest, numbers };
  const tasks = stack.use(new ActionTasks(commands));
  const desired = new DesiredValues(commands);
  const dispatcher = new Dispatcher({ ...storage, reader, bindings, add });
  const tenantOf = (thing: number): number | undefined => bindings.peek(thing)?.tenant;
  const devices = new ThingDeviceServices({ add, dispatcher, tenantOf, limits, clock });
  const followUps = stack.use(new FollowUps({ registry, series, log, append, clock, logger }));
  return {
    ...{ authorities, justInTime, provisioning, identityClaims },
    ...{ models, bindings, things, credentials, tokens, administrator, state, reader },
    ...{ tasks, desired, dispatcher, devices, followUps },
  };
}
