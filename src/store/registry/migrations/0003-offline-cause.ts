// SPDX-License-Identifier: Apache-2.0
import type { Migration } from './index.ts';

/** Why a thing's last connection ended. */
export const offlineCause: Migration = {
  number: 3,
  statements: [`ALTER TABLE thing ADD COLUMN cause TEXT`],
};
