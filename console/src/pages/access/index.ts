// SPDX-License-Identifier: Apache-2.0
import { ApiOutlined } from '@ant-design/icons';
import type { PageDefinition } from '../../kit/page.ts';

export const page: PageDefinition = {
  title: { zh: '接入', en: 'Access' },
  needs: ['things.read'],
  routes: [
    { path: '/access', component: () => import('./access.tsx').then(({ Access }) => Access) },
  ],
  menu: { group: 'access', order: 1, icon: ApiOutlined },
};
