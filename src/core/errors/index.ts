// SPDX-License-Identifier: Apache-2.0
import { accessErrors } from './access.ts';
import { apiErrors } from './api.ts';
import { busErrors } from './bus.ts';
import { commonErrors } from './common.ts';
import { configErrors } from './config.ts';
import { modelErrors } from './model.ts';
import { mqttErrors } from './mqtt.ts';
import { securityErrors } from './security.ts';
import type { ErrorSpec } from './spec.ts';
import { storeErrors } from './store.ts';
import { thingsErrors } from './things.ts';

/** The one error catalogue (DESIGN §9): code → texts, statuses, what to do. */
export const errorCatalogue = {
  ...commonErrors,
  ...modelErrors,
  ...busErrors,
  ...storeErrors,
  ...securityErrors,
  ...thingsErrors,
  ...accessErrors,
  ...mqttErrors,
  ...apiErrors,
  ...configErrors,
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof errorCatalogue;

/** The catalogue row of a code. */
export function errorSpec(code: ErrorCode): ErrorSpec {
  return errorCatalogue[code];
}

export type { ErrorSpec } from './spec.ts';
