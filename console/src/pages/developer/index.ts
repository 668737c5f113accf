// SPDX-License-Identifier: Apache-2.0
import { CodeOutlined } from '@ant-design/icons';
import type { PageDefinition } from '../../kit/page.ts';

export const page: PageDefinition = {
  title: { zh: '开发者', en: 'Developer' },
  // Whoever may read something may do so by program.
  needs: ['things.read'],
  routes: [
    {
      path: '/developer',
      component: () => import('./developer.tsx').then(({ Developer }) => Developer),
    },
  ],
  menu: { group: 'platform', order: 1, icon: CodeOutlined },
};
