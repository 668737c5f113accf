// SPDX-License-Identifier: Apache-2.0
import { HddOutlined } from '@ant-design/icons';
import type { PageDefinition } from '../../kit/page.ts';

export const page: PageDefinition = {
  title: { zh: '设备', en: 'Devices' },
  needs: ['things.read'],
  routes: [
    { path: '/things', component: () => import('./list/things.tsx').then(({ Things }) => Things) },
    {
      path: '/things/$id',
      component: () => import('./detail/thing.tsx').then(({ ThingPage }) => ThingPage),
    },
  ],
  menu: { group: 'access', order: 2, icon: HddOutlined },
};
