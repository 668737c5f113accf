// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hours, limitsOf, type LimitName } from '#core';
import { systemClock } from '#runtime';
import { RecordingLogger, SimClock } from '#runtime/sim';
import { openRegistry } from '#store';
import { RegistryAuthenticator } from '../../authenticator.ts';
import type { IdentityEvent } from '../events.ts';
import { Identity } from '../identity.ts';
import type { OidcProviderConfig } from '../oidc-config.ts';
import { SecretBox } from '../secret-box.ts';

export interface TestPeopleOptions {
  readonly limits?: Partial<Record<LimitName, number>>;
  readonly providers?: readonly OidcProviderConfig[];
}

// oxlint-disable typescript/explicit-module-boundary-types -- its parts are its type
/** People over a registry in a directory of their own; passwords are hashed quickly, and time stands still. */
export async function testPeople({
  limits: overrides = {},
  providers = [],
}: TestPeopleOptions = {}) {
  await using starting = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-people-'));
  starting.defer(() => rm(directory, { recursive: true, force: true }));
  const limits = limitsOf(overrides);
  const logger = new RecordingLogger();
  const path = join(directory, 'registry.sqlite');
  const registry = starting.use(await openRegistry({ path, limits, logger, clock: systemClock }));
  const clock = new SimClock();
  const hit = (): void => {};
  const box = await SecretBox.open({ directory, suite: 'international', registry });
  const events: IdentityEvent[] = [];
  /** One process; another one over the same registry is a restart. */
  const start = () => {
    const authenticator = new RegistryAuthenticator({
      registry: registry.read,
      limits,
      clock,
      hit,
    });
    const identity = new Identity({
      ...{ registry, limits, clock, logger, authenticator, box, hit, providers },
      tell: (event) => void events.push(event),
      rightsChanged: () => Promise.resolve(),
      session: { idleMs: Hours(8), lifeMs: Hours(24) },
      passwordCost: { ln: 4, r: 8, p: 1 },
    });
    return { authenticator, identity };
  };
  const people = start();
  people.identity.start();
  starting.use(people.identity);
  const stack = starting.move();
  return {
    ...people,
    ...{ registry, limits, clock, box, events, logger, restart: () => start().identity },
    /** A new account; its id. */
    async add(name: string, password?: string): Promise<number> {
      const hash =
        password === undefined ? undefined : await people.identity.passwords.hash(password);
      return registry.write((tables) =>
        tables.accounts.insert({
          ...{ tenant: 1, kind: 'user', name, title: '', created: clock.now() },
          ...{ password: hash, passwordTemporary: false, language: undefined },
        }),
      );
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export type TestPeople = Awaited<ReturnType<typeof testPeople>>;

export const traits = { strong: false, source: '192.0.2.1', agent: 'test' } as const;
