// SPDX-License-Identifier: Apache-2.0
import { BrowserSessions } from './sessions.ts';
import { serveLive, type Upgrade } from './live/routes.ts';
import { pageRoutes } from './page/routes.ts';
import { actionRoutes } from './routes/actions.ts';
import { credentialRoutes } from './routes/credentials.ts';
import { currentRoutes } from './routes/current.ts';
import { desiredRoutes } from './routes/desired.ts';
import { deviceRoutes } from './routes/device.ts';
import { diagnosisRoutes } from './routes/diagnosis.ts';
import { historyRoutes } from './routes/history.ts';
import { importRoutes } from './routes/imports.ts';
import { modelRoutes } from './routes/models.ts';
import { sessionRoutes } from './routes/session.ts';
import { systemRoutes } from './routes/system.ts';
import { thingRoutes } from './routes/things.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { HttpReadings } from './readings.ts';
import { createServer, type Api } from './server.ts';
import type { ApiServices } from './services.ts';

export interface ApiOptions {
  readonly services: ApiServices;
  /** WebSocket upgrades of other parts, by path. */
  readonly upgrades: Readonly<Record<string, Upgrade>>;
}

export interface ApiServer extends AsyncDisposable {
  readonly app: Api;
  /** Listens and resolves with the URL. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
}

/** Builds the HTTP surface with all its routes; nothing listens yet. */
export async function startApi({ services, upgrades }: ApiOptions): Promise<ApiServer> {
  const { limits, clock, logger, authenticator, system, bindings, ingest, trace } = services;
  const sessions = new BrowserSessions(clock);
  authenticator.onRevoked(({ token }) => {
    if (token !== undefined) sessions.closeToken(token);
  });
  const app = await createServer({
    ...{ limits, clock, logger, authenticator, sessions, bindings },
    version: system.version,
  });
  const readings = new HttpReadings({
    ...{ ingest, limits, trace },
    collect: (...reading) => bindings.collect(...reading),
  });
  const routes = [
    modelRoutes,
    thingRoutes,
    credentialRoutes,
    currentRoutes,
    historyRoutes,
    importRoutes,
    desiredRoutes,
    actionRoutes,
    tokenRoutes,
    diagnosisRoutes,
  ];
  for (const register of routes) register(app, services);
  systemRoutes(app, services, readings);
  sessionRoutes(app, services, sessions);
  await app.register(async (bytes: Api) => deviceRoutes(bytes, services, readings));
  await pageRoutes(app);
  serveLive(app, services, { sessions, upgrades });
  await app.ready();
  return {
    app,
    listen: ({ host, port }) => app.listen({ host, port }),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
