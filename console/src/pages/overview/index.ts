// SPDX-License-Identifier: Apache-2.0
import { DashboardOutlined } from '@ant-design/icons';
import type { PageDefinition } from '../../kit/page.ts';

export const page: PageDefinition = {
  title: { zh: '总览', en: 'Overview' },
  needs: ['things.read'],
  routes: [
    {
      path: '/overview',
      component: () => import('./overview.tsx').then(({ Overview }) => Overview),
    },
    { path: '/tasks', component: () => import('./tasks.tsx').then(({ Tasks }) => Tasks) },
    {
      path: '/connections',
      component: () => import('./connections.tsx').then(({ Connections }) => Connections),
      needs: ['system.read'],
    },
  ],
  menu: { group: 'run', order: 1, icon: DashboardOutlined },
};
