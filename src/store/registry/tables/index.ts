// SPDX-License-Identifier: Apache-2.0
import type { RegistryTables } from '../port.ts';
import type { Db } from '../schema.ts';
import { credentialTable, tokenTable } from './credentials.ts';
import { desiredTable } from './desired.ts';
import { locationTable } from './locations.ts';
import { modelTable } from './models.ts';
import { seriesTable } from './series.ts';
import { counterTable, followUpTable, readerTable, settingTable, tenantTable } from './small.ts';
import { taskTable } from './tasks.ts';
import { thingTable, type ThingLists } from './things.ts';

/** All tables over one database handle or transaction. */
export function registryTables(db: Db, lists: ThingLists): RegistryTables {
  return {
    tenants: tenantTable(db),
    models: modelTable(db),
    things: thingTable(db, lists),
    series: seriesTable(db),
    credentials: credentialTable(db),
    tokens: tokenTable(db),
    locations: locationTable(db),
    desired: desiredTable(db),
    tasks: taskTable(db),
    followUps: followUpTable(db),
    readers: readerTable(db),
    settings: settingTable(db),
    counters: counterTable(db),
  };
}
