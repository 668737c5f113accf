// SPDX-License-Identifier: Apache-2.0
import { registry } from './0001-registry.ts';

/** A step from one schema to the next; its statements run in one transaction. Published ones never change. */
export interface Migration {
  readonly number: number;
  readonly statements: readonly string[];
}

/** In order, numbered from 1 without gaps. */
export const migrations: readonly Migration[] = [registry];
