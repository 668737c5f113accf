// SPDX-License-Identifier: Apache-2.0
export type * from './port.ts';
export type * from './rows.ts';
export type * from './people-port.ts';
export type * from './people-rows.ts';
export { openRegistry, type RegistryOptions } from './sqlite/open.ts';
export { thingFieldType, thingGetter } from './thing-fields.ts';
