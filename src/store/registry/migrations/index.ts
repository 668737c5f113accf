// SPDX-License-Identifier: Apache-2.0
import { registry } from './0001-registry.ts';
import { people } from './0002-people.ts';
import { offlineCause } from './0003-offline-cause.ts';

/** A step from one schema to the next; its statements run in one transaction. Published ones never change. */
export interface Migration {
  readonly number: number;
  readonly statements: readonly string[];
}

/** In order, numbered from 1 without gaps. */
export const migrations: readonly Migration[] = [registry, people, offlineCause];
