// SPDX-License-Identifier: Apache-2.0
export { startApi, type ApiOptions, type ApiServer } from './start.ts';
export { Uploads } from './import/uploads.ts';
export type { ApiServices } from './services.ts';
export type { CheckResult, SystemInfo } from './system.ts';
