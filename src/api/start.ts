// SPDX-License-Identifier: Apache-2.0
import { AddressRanges } from '#core';
import { limitHits } from '#runtime';
import { serveLive, type Upgrade } from './live/routes.ts';
import { consoleRoutes } from './console/routes.ts';
import { startOperations } from './operations.ts';
import { auditRequests } from './audit-hook.ts';
import { accountPowerRoutes } from './routes/account-powers.ts';
import { accountRoutes } from './routes/accounts.ts';
import { actionRoutes } from './routes/actions.ts';
import { auditRoutes } from './routes/audit.ts';
import { backupRoutes } from './routes/backups.ts';
import { authorityRoutes } from './routes/authorities.ts';
import { certificateClaimRoutes } from './routes/certificate-claims.ts';
import { credentialRoutes } from './routes/credentials.ts';
import { currentRoutes } from './routes/current.ts';
import { demoRoutes } from './routes/demo.ts';
import { desiredRoutes } from './routes/desired.ts';
import { deviceRoutes } from './routes/device.ts';
import { banRoutes } from './routes/bans.ts';
import { diagnosisRoutes } from './routes/diagnosis.ts';
import { diagnosisCheckRoutes } from './routes/diagnosis-check.ts';
import { grantRoutes } from './routes/grants.ts';
import { groupRoutes } from './routes/groups.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { importRoutes } from './routes/imports.ts';
import { listenerRoutes } from './routes/listeners.ts';
import { meFactorRoutes } from './routes/me-factors.ts';
import { meRoutes } from './routes/me.ts';
import { modelRoutes } from './routes/models.ts';
import { modelTrialRoutes } from './routes/model-trials.ts';
import { overviewRoutes } from './routes/overview.ts';
import { roleRoutes } from './routes/roles.ts';
import { searchRoutes } from './routes/search.ts';
import { provisioningRoutes } from './routes/provisioning.ts';
import { sessionRoutes } from './routes/session.ts';
import { sessionOidcRoutes } from './routes/session-oidc.ts';
import { systemRoutes } from './routes/system.ts';
import { taskRoutes } from './routes/tasks.ts';
import { tenantRoutes } from './routes/tenants.ts';
import { thingBulkRoutes } from './routes/things-bulk.ts';
import { thingExportRoutes } from './routes/things-export.ts';
import { thingRoutes } from './routes/things.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { unitRoutes } from './routes/units.ts';
import { HttpLimits } from './http-limits.ts';
import { HttpReadings } from './readings.ts';
import { createServer, type Api } from './server.ts';
import type { ApiServices } from './services.ts';
import { HttpWitness } from './witness/witness.ts';

export interface ApiOptions {
  readonly services: ApiServices;
  /** WebSocket upgrades of other parts, by path. */
  readonly upgrades: Readonly<Record<string, Upgrade>>;
  /** The path that browsers see the server under, with a slash at both ends. */
  readonly basePath?: string;
  /** Proxies whose X-Forwarded-For is believed, as ranges. */
  readonly trustedProxies?: readonly string[];
  /** Ranges in which many clients share an address. */
  readonly sharedSources?: readonly string[];
}

export interface ApiServer extends AsyncDisposable {
  readonly app: Api;
  /** Listens and resolves with the URL. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
}

/** Builds the HTTP surface with all its routes; nothing listens yet. */
export async function startApi({
  services,
  upgrades,
  basePath = '/',
  trustedProxies = [],
  sharedSources = [],
}: ApiOptions): Promise<ApiServer> {
  const { limits, clock, logger, authenticator, policy, system, bindings, ingest, trace } =
    services;
  const { sessions } = services.identity;
  const trusted = new AddressRanges(trustedProxies);
  const witness = new HttpWitness(services);
  const counted = limitHits(services.metrics);
  const httpLimits = new HttpLimits({
    ...{ limits, clock, hit: (limit) => counted.hit(limit) },
    shared: [trusted, new AddressRanges(sharedSources)],
  });
  const app = await createServer({
    ...{ limits, clock, logger, authenticator, policy, sessions, bindings },
    version: system.version,
    httpLimits,
    basePath,
    trusted,
    enter: (request) => witness.enter(request),
    refused: (request, faults) => witness.refused(request, faults),
  });
  witness.watch(app);
  auditRequests(app, services);
  const readings = new HttpReadings({
    ...{ ingest, limits, trace },
    collect: (...reading) => bindings.collect(...reading),
  });
  const routes = [
    modelRoutes,
    modelTrialRoutes,
    unitRoutes,
    thingRoutes,
    thingBulkRoutes,
    thingExportRoutes,
    credentialRoutes,
    authorityRoutes,
    certificateClaimRoutes,
    provisioningRoutes,
    currentRoutes,
    historyRoutes,
    importRoutes,
    desiredRoutes,
    actionRoutes,
    taskRoutes,
    accountRoutes,
    accountPowerRoutes,
    groupRoutes,
    roleRoutes,
    grantRoutes,
    tenantRoutes,
    tokenRoutes,
    sessionRoutes,
    meRoutes,
    meFactorRoutes,
    diagnosisRoutes,
    diagnosisCheckRoutes,
    banRoutes,
    listenerRoutes,
    backupRoutes,
    auditRoutes,
    demoRoutes,
    searchRoutes,
  ];
  for (const register of routes) register(app, services);
  sessionOidcRoutes(app, services, basePath);
  systemRoutes(app, services, readings);
  const watching = new DisposableStack();
  app.addHook('onClose', () => watching.dispose());
  const operations = await startOperations(services, readings, watching);
  healthRoutes(app, services, operations);
  overviewRoutes(app, services, operations);
  await app.register(async (bytes: Api) => deviceRoutes(bytes, services, { readings, witness }));
  consoleRoutes(app, { basePath, built: new URL('../../console/dist/', import.meta.url) });
  serveLive(app, services, { sessions, upgrades, trusted, httpLimits });
  await app.ready();
  return {
    app,
    listen: ({ host, port }) => app.listen({ host, port }),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
