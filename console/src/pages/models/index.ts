// SPDX-License-Identifier: Apache-2.0
import { AppstoreOutlined } from '@ant-design/icons';
import type { PageDefinition } from '../../kit/page.ts';

export const page: PageDefinition = {
  title: { zh: '产品', en: 'Models' },
  needs: ['models.read'],
  routes: [
    { path: '/models', component: () => import('./models.tsx').then(({ Models }) => Models) },
    {
      path: '/models/new',
      component: () => import('./new-model.tsx').then(({ NewModel }) => NewModel),
      needs: ['models.write'],
    },
    { path: '/models/$uri', component: () => import('./model.tsx').then(({ Model }) => Model) },
  ],
  menu: { group: 'access', order: 3, icon: AppstoreOutlined },
};
