// SPDX-License-Identifier: Apache-2.0
// The platform for those who run it, in a browser: every tab, and what is done on it.
import { commonChecks } from '../../support/console-checks.ts';
import { consolePlace } from '../../support/console.ts';

const place = consolePlace();
const heading = { zh: '系统', en: 'System' };
const page = { heading, guarded: true, by: 'token' } as const;

const tabs: readonly {
  readonly tab: string;
  readonly emptyLists?: readonly string[];
  readonly data?: readonly string[];
}[] = [
  { tab: 'health' },
  { tab: 'users', emptyLists: ['users'], data: ['李明', '调度室', '夜班'] },
  { tab: 'roles' },
  { tab: 'tenants' },
  { tab: 'audit', emptyLists: ['audit'] },
  { tab: 'limits', emptyLists: ['system/limits'] },
  { tab: 'backups' },
  { tab: 'licences', emptyLists: ['licences'] },
];

commonChecks(place, {
  ...{ ...page, name: 'system-issues', path: '/system?tab=issues' },
  emptyLists: ['system/issues'],
});
for (const { tab, ...rest } of tabs) {
  commonChecks(place, {
    ...{ ...page, ...rest, name: `system-${tab}`, path: `/system?tab=${tab}`, isPart: true },
    guarded: false,
  });
}
