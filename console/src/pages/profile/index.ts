// SPDX-License-Identifier: Apache-2.0
import type { PageDefinition } from '../../kit/page.ts';

export const page: PageDefinition = {
  title: { zh: '个人设置', en: 'Profile' },
  needs: [],
  routes: [
    { path: '/profile', component: () => import('./profile.tsx').then(({ Profile }) => Profile) },
  ],
};
