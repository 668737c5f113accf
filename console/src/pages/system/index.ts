// SPDX-License-Identifier: Apache-2.0
import { SettingOutlined } from '@ant-design/icons';
import type { PageDefinition } from '../../kit/page.ts';

export const page: PageDefinition = {
  title: { zh: '系统', en: 'System' },
  needs: [],
  needsAny: ['system.read', 'users.read', 'tenants.read', 'audit.read'],
  routes: [
    { path: '/system', component: () => import('./system.tsx').then(({ System }) => System) },
  ],
  menu: { group: 'platform', order: 2, icon: SettingOutlined },
};
