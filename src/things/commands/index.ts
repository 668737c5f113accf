// SPDX-License-Identifier: Apache-2.0
export { DesiredValues, type DesiredRequest } from './desired.ts';
export { ThingDeviceServices, type DeviceServicesOptions } from './device-services.ts';
export { Dispatcher, type DispatcherOptions } from './dispatcher.ts';
export type { DeviceLink, DeviceMessage, DevicePayload } from './link.ts';
export { CommandNumbers } from './numbers.ts';
export {
  RegistryReader,
  registryReader,
  type AppliedListener,
  type RegistryReaderOptions,
} from './registry-reader.ts';
export { ActionTasks, type CommandOptions, type Invocation, type Recorder } from './tasks.ts';
