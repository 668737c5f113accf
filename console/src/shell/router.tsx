// SPDX-License-Identifier: Apache-2.0
import {
  createRootRoute,
  createRoute,
  createRouter,
  Navigate,
  type AnyRoute,
  type AnyRouter,
} from '@tanstack/react-router';
import { lazy, Suspense, type ComponentType, type JSX } from 'react';
import { Spin } from 'antd';
import { basePath } from '../kit/place.ts';
import type { PageDefinition, PageRoute } from '../kit/page.ts';
import { may, useSession } from '../kit/session.tsx';
import { formatSearch, parseSearch } from '../kit/url-state.ts';
import { Broken, Forbidden, NotFound } from './failures.tsx';
import { Frame } from './frame.tsx';
import { landingOf, needsOf, pages } from './pages.ts';

/** The routes of all pages inside the frame. */
export function createPages(): AnyRouter {
  const root = createRootRoute({ component: Frame });
  const own = pages.flatMap((page) => page.routes.map((route) => routeOf(root, page, route)));
  const start = createRoute({ getParentRoute: () => root, path: '/', component: Start });
  return createRouter({
    routeTree: root.addChildren([start, ...own]),
    basepath: basePath,
    parseSearch,
    stringifySearch: formatSearch,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

function routeOf(root: AnyRoute, page: PageDefinition, route: PageRoute): AnyRoute {
  const Page = lazy(async () => ({ default: await route.component() }));
  const needs = needsOf(page, route);
  const Guarded: ComponentType = () => {
    const { needsAny = [] } = page;
    if (!may(useSession(), needs, needsAny)) return <Forbidden needs={needs} needsAny={needsAny} />;
    return (
      <Suspense fallback={<Spin className="fs-wait" />}>
        <Page />
      </Suspense>
    );
  };
  return createRoute({ getParentRoute: () => root, path: route.path, component: Guarded });
}

function Start(): JSX.Element {
  return <Navigate to={landingOf(useSession())} replace />;
}
