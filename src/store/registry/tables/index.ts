// SPDX-License-Identifier: Apache-2.0
import type { RegistryTables } from '../port.ts';
import type { Db } from '../schema.ts';
import { accountTable } from './accounts.ts';
import { authorityTable, provisioningTable } from './admission.ts';
import { credentialTable, tokenTable } from './credentials.ts';
import { desiredTable } from './desired.ts';
import { groupTable } from './groups.ts';
import { locationTable } from './locations.ts';
import { modelTable } from './models.ts';
import { federatedTable, passkeyTable, sessionTable } from './proofs.ts';
import { grantTable, roleTable } from './roles.ts';
import { seriesTable } from './series.ts';
import { counterTable, followUpTable, readerTable, settingTable } from './small.ts';
import { taskTable } from './tasks.ts';
import { tenantTable } from './tenants.ts';
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
    accounts: accountTable(db),
    passkeys: passkeyTable(db),
    federated: federatedTable(db),
    sessions: sessionTable(db),
    groups: groupTable(db),
    roles: roleTable(db),
    grants: grantTable(db),
    authorities: authorityTable(db),
    provisioning: provisioningTable(db),
  };
}
