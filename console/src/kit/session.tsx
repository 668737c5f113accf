// SPDX-License-Identifier: Apache-2.0
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import type { Needs, Permission } from './page.ts';
import { useServices } from './services.tsx';

export interface TenantName {
  readonly id: number;
  readonly name: string;
}

/** Somebody is signed in. */
export interface OpenSession {
  readonly open: true;
  readonly demo: boolean;
  readonly user: {
    readonly id: number;
    readonly name: string;
    readonly title: string;
    readonly kind: 'user' | 'token';
  };
  /** The tenant that requests act in. */
  readonly tenant: TenantName;
  /** The user's own; it and what is below it can be chosen. */
  readonly home: TenantName;
  readonly permissions: readonly string[];
  /** A second factor was shown in this session. */
  readonly strong: boolean;
  /** What the user still has to do: `password`, `second-factor`. */
  readonly needs: readonly string[];
  readonly language?: 'zh' | 'en';
  readonly landing?: string;
}

/** Nobody is; how somebody can be. */
export interface ClosedSession {
  readonly open: false;
  readonly demo: boolean;
  readonly methods: {
    readonly password: boolean;
    readonly oidc: readonly { readonly id: string; readonly title: string }[];
  };
}

export type Session = OpenSession | ClosedSession;

/** The state of the session as the server tells it. */
export function useSessionQuery(): UseQueryResult<Session> {
  const { api } = useServices();
  return useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => api.get<Session>('session', { signal }),
    refetchInterval: 60_000,
  });
}

export const SessionContext = createContext<OpenSession | undefined>(undefined);

/** Who is signed in; pages are shown only when somebody is. */
export function useSession(): OpenSession {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('no session here');
  return session;
}

/** Whether a session has all of `needs`, and one of `any` where there are some. */
export function may(session: OpenSession, needs: Needs, any: Needs = []): boolean {
  const has = (permission: Permission): boolean => session.permissions.includes(permission);
  return needs.every(has) && (any.length === 0 || any.some(has));
}

/** Whether the session has a permission: `useCan('things.write')`. */
export function useCan(permission: Permission): boolean {
  return may(useSession(), [permission]);
}
