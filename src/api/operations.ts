// SPDX-License-Identifier: Apache-2.0
import { ProcessFigures } from '#runtime';
import { Health } from './health/health.ts';
import { LimitWatch } from './health/limit-watch.ts';
import { Issues } from './issues/issues.ts';
import { serverChecks } from './issues/server-checks.ts';
import { Overview } from './overview.ts';
import { Rates, type Intake } from './rates.ts';
import type { ApiServices } from './services.ts';

/** What watches the running server, for the pages 总览 and 系统. */
export interface Operations {
  readonly issues: Issues;
  readonly limitWatch: LimitWatch;
  readonly health: Health;
  readonly overview: Overview;
}

/** Begins to watch; `http` is what came in over HTTP so far, which `system` does not know. */
export async function startOperations(
  services: ApiServices,
  http: Intake,
  stack: DisposableStack,
): Promise<Operations> {
  const { clock, metrics, system, logger, backups, demo, audit, singleFactor } = services;
  const limitWatch = stack.use(new LimitWatch(metrics, clock));
  const figures = new ProcessFigures();
  const health = stack.use(new Health({ directory: system.data, clock, figures }));
  const checks = serverChecks({ clock, system, limitWatch, backups, demo, audit, singleFactor });
  const issues = stack.use(new Issues({ checks, clock, logger }));
  const rates = stack.use(
    new Rates(clock, () => ({
      messages: system.messages() + http.messages,
      readings: system.readings() + http.readings,
    })),
  );
  limitWatch.start();
  rates.start();
  await health.start();
  await issues.start();
  return { issues, limitWatch, health, overview: new Overview(services, rates) };
}
