// SPDX-License-Identifier: Apache-2.0
import { menuGroups, type Needs, type PageDefinition, type PageRoute } from '../kit/page.ts';
import { may, type OpenSession } from '../kit/session.tsx';

const found = import.meta.glob<PageDefinition>('../pages/*/index.ts', {
  eager: true,
  import: 'page',
});

/** Every page there is: a folder of `pages` each. */
export const pages: readonly PageDefinition[] = Object.values(found);

export function needsOf(page: PageDefinition, route: PageRoute): Needs {
  return route.needs ?? page.needs;
}

export interface MenuGroupEntries {
  readonly group: (typeof menuGroups)[number];
  readonly pages: readonly PageDefinition[];
}

/** The menu of a session: what it may not see is not there, nor are groups without pages. */
export function menuOf(session: OpenSession): readonly MenuGroupEntries[] {
  return menuGroups
    .map((group) => ({
      group,
      pages: pages
        .filter((page) => page.menu?.group === group && may(session, page.needs, page.needsAny))
        .toSorted((a, b) => (a.menu?.order ?? 0) - (b.menu?.order ?? 0)),
    }))
    .filter((entry) => entry.pages.length > 0);
}

/** Where a session begins: what the server says for its role, else the first page of its menu. */
export function landingOf(session: OpenSession): string {
  const { landing } = session;
  const known = pages.some(({ routes }) => routes.some(({ path }) => path === landing));
  if (landing !== undefined && known) return landing;
  return menuOf(session)[0]?.pages[0]?.routes[0].path ?? '/profile';
}
