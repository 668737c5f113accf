// SPDX-License-Identifier: Apache-2.0
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useContext, useEffect, type JSX, type ReactNode } from 'react';
import { Api, ApiProblem, Unreachable } from './api.ts';
import { LiveSocket } from './live-socket.ts';
import { remember, remembered } from './memory.ts';
import { addressOf } from './place.ts';
import { Reachability } from './reachability.ts';
import { Store } from './store.ts';

/** What every part of a tab works with. */
export interface Services {
  readonly api: Api;
  readonly live: LiveSocket;
  readonly reachability: Reachability;
  /** The tenant chosen in this tab; undefined: the session's own. */
  readonly tenant: Store<number | undefined>;
  readonly queries: QueryClient;
}

const staleMs = 5_000;

export function createServices(language: () => string): Services {
  const reachability = new Reachability();
  const kept = Number(remembered('tenant', sessionStorage));
  const tenant = new Store<number | undefined>(kept > 0 ? kept : undefined);
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: staleMs,
        // What the server refused it refuses again; what it did not answer is asked again when it is back.
        retry: (count, error) =>
          !(error instanceof ApiProblem || error instanceof Unreachable) && count < 2,
        refetchOnWindowFocus: false,
      },
    },
  });
  const readSession = (): void => void queries.invalidateQueries({ queryKey: ['session'] });
  const api = new Api({
    ...{ reachability, language, tenant: tenant.get },
    ...{ onSignedOut: readSession, onForbidden: readSession },
  });
  const live = new LiveSocket(
    () => {
      const acting = tenant.get();
      const place = new URL(addressOf('api/v1/live'), location.origin);
      place.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
      if (acting !== undefined) place.searchParams.set('tenant', String(acting));
      return place.href;
    },
    () => reachability.lost(),
  );
  tenant.subscribe(() => {
    const chosen = tenant.get();
    remember('tenant', chosen === undefined ? undefined : String(chosen), sessionStorage);
    live.stop();
    live.start();
    void queries.resetQueries();
  });
  reachability.isUp.subscribe(() => {
    if (reachability.isUp.get()) void queries.invalidateQueries();
  });
  return { api, live, reachability, tenant, queries };
}

const Context = createContext<Services | undefined>(undefined);

export function ServicesProvider(props: {
  readonly services: Services;
  readonly children: ReactNode;
}): JSX.Element {
  const { services, children } = props;
  useEffect(() => () => services.live.stop(), [services]);
  return (
    <Context value={services}>
      <QueryClientProvider client={services.queries}>{children}</QueryClientProvider>
    </Context>
  );
}

export function useServices(): Services {
  const services = useContext(Context);
  if (services === undefined) throw new Error('outside of ServicesProvider');
  return services;
}

export function useApi(): Api {
  return useServices().api;
}
