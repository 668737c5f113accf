// SPDX-License-Identifier: Apache-2.0
import type { ComponentType } from 'react';
import type { Permission } from '../../../src/security/policy/permissions.ts';

export type { Permission };

/** Groups of the menu, from the top. */
export const menuGroups = ['run', 'access', 'data', 'security', 'platform'] as const;
export type MenuGroup = (typeof menuGroups)[number];

/** What a session must be permitted: all of a list. */
export type Needs = readonly Permission[];

export interface PageRoute {
  /** Below the console's root, parameters as `$id`: `/things/$id`. */
  readonly path: string;
  readonly component: () => Promise<ComponentType>;
  /** The page's own where left out. */
  readonly needs?: Needs;
}

/** What `pages/<name>/index.ts` exports as `page`. The folder's name is the namespace of its texts. */
export interface PageDefinition {
  readonly title: { readonly zh: string; readonly en: string };
  readonly needs: Needs;
  /** One of these as well: of a page of parts that need one each. */
  readonly needsAny?: Needs;
  /** The first is where the menu leads. */
  readonly routes: readonly [PageRoute, ...PageRoute[]];
  /** Absent: the page is not in the menu. */
  readonly menu?: {
    readonly group: MenuGroup;
    readonly order: number;
    readonly icon: ComponentType;
  };
}
