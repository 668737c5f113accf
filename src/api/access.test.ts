// SPDX-License-Identifier: Apache-2.0
// The access matrix: what each route lets in, tried with every kind of credential. A route that is not in the table fails.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { asking, makeStation, makeToken } from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';
import type { RouteAccess } from './access.ts';
import { createServer } from './server.ts';
import { BrowserSessions } from './sessions.ts';

const table: Readonly<Record<string, RouteAccess>> = {
  'GET /': 'open',
  'GET /docs': 'open',
  'GET /page.js': 'open',
  'GET /page.css': 'open',
  'GET /docs.js': 'open',
  'GET /icon.svg': 'open',
  'GET /livez': 'open',
  'GET /readyz': 'open',
  'GET /metrics': 'open',
  'GET /openapi.json': 'open',
  'GET /api/v1/session': 'open',
  'POST /api/v1/session': 'open',
  'DELETE /api/v1/session': 'open',
  'GET /api/v1/system': 'read',
  'GET /api/v1/diagnosis': 'read',
  'POST /api/v1/backups': 'admin',
  'GET /api/v1/tokens': 'admin',
  'POST /api/v1/tokens': 'admin',
  'DELETE /api/v1/tokens/:token': 'admin',
  'GET /api/v1/models': 'read',
  'POST /api/v1/models': 'write',
  'POST /api/v1/models/check': 'read',
  'GET /api/v1/models/:uri': 'read',
  'DELETE /api/v1/models/:uri': 'write',
  'GET /api/v1/things': 'read',
  'POST /api/v1/things': 'write',
  'GET /api/v1/things/count': 'read',
  'POST /api/v1/things/import': 'write',
  'GET /api/v1/things/:id': 'thing:read',
  'PATCH /api/v1/things/:id': 'write',
  'DELETE /api/v1/things/:id': 'write',
  'GET /api/v1/things/:id/locations': 'thing:read',
  'GET /api/v1/things/:id/credentials': 'write',
  'POST /api/v1/things/:id/credentials': 'write',
  'DELETE /api/v1/things/:id/credentials/:credential': 'write',
  'GET /api/v1/things/:id/properties': 'thing:read',
  'POST /api/v1/things/:id/properties': 'thing:ingest',
  'GET /api/v1/things/:id/properties/:property/history': 'thing:read',
  'POST /api/v1/things/:id/events/:event': 'thing:ingest',
  'GET /api/v1/things/:id/desired': 'thing:read',
  'PUT /api/v1/things/:id/desired': 'write',
  'GET /api/v1/things/:id/desired/:property': 'thing:read',
  'DELETE /api/v1/things/:id/desired/:property': 'write',
  'POST /api/v1/things/:id/actions/:action': 'write',
  'GET /api/v1/things/:id/tasks': 'read',
  'GET /api/v1/tasks/:task': 'read',
  'DELETE /api/v1/tasks/:task': 'write',
  'GET /api/v1/history': 'read',
  'POST /api/v1/readings/import': 'write',
  'GET /api/v1/readings/import/:upload': 'read',
};

const credentials = ['nobody', 'own', 'other', 'read', 'write', 'ingest', 'admin'] as const;
type Credential = (typeof credentials)[number];

/** Who may, written out here on its own and not taken from the code that decides it. */
const allowed: Readonly<Record<RouteAccess, readonly Credential[]>> = {
  open: credentials,
  read: ['read', 'write', 'admin'],
  write: ['write', 'admin'],
  ingest: ['ingest', 'admin'],
  admin: ['admin'],
  'thing:read': ['own', 'read', 'write', 'admin'],
  'thing:ingest': ['own', 'ingest', 'admin'],
};

const platform = await startPlatform([
  'limits.auth.failuresPerMinutePerSource=1000000',
  'limits.auth.failuresPerHourPerIdentity=1000000',
]);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);

/** `METHOD url` of every route that the application has. */
function routes(): string[] {
  const found: string[] = [];
  // One line a route, as `/api/v1/things (GET, HEAD)` with the tree flattened.
  const text = platform.api.app.printRoutes({ commonPrefix: false, includeHooks: false });
  const open: { depth: number; path: string }[] = [];
  for (const line of text.split('\n')) {
    const match = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?/u.exec(line);
    if (match?.[2] === undefined) continue;
    const depth = (match[1] ?? '').length;
    while ((open.at(-1)?.depth ?? -1) >= depth) open.pop();
    const path = `${open.at(-1)?.path ?? ''}${match[2]}`;
    open.push({ depth, path });
    for (const method of match[3]?.split(', ') ?? []) {
      if (method !== 'HEAD') found.push(`${method} ${path}`);
    }
  }
  return found;
}

test('every route is in the table, and the table has no other', () => {
  assert.deepEqual(routes().toSorted(), Object.keys(table).toSorted());
});

test('every route lets in whom the table says, and nobody else', async () => {
  const own = await makeStation(ask, 'own');
  const other = await makeStation(ask, 'other');
  const tokens: Record<Credential, string | null> = {
    nobody: null,
    own: own.token,
    other: other.token,
    read: await makeToken(ask, 'read'),
    write: await makeToken(ask, 'write'),
    ingest: await makeToken(ask, 'ingest'),
    admin: platform.adminToken,
  };
  for (const [route, access] of Object.entries(table)) {
    for (const credential of credentials) {
      // The thing is there, all other names are not, so that what is let in changes nothing.
      const place = route
        .replace('PATCH /api/v1/things/:id', `PATCH /api/v1/things/${own.id}`)
        .replace('DELETE /api/v1/things/:id', 'DELETE /api/v1/things/999999')
        .replace(':id', String(own.id))
        .replace(/:\w+/g, '999999');
      const { status, text } = await ask(place, { token: tokens[credential] });
      const what = `${credential} ${place}: ${status} ${text.slice(0, 120)}`;
      if (allowed[access].includes(credential)) {
        // A session with an empty body is bad input before it is anything else.
        assert(![401, 403].includes(status), what);
        assert(status < 500, what);
      } else assert.equal(status, credential === 'nobody' ? 401 : 403, what);
    }
  }
});

test('a route that does not say who may use it fails at start', async () => {
  const { limits, clock, logger, authenticator, bindings } = platform.services;
  const sessions = new BrowserSessions(clock);
  const options = { limits, clock, logger, authenticator, bindings, sessions, version: '0' };
  const app = await createServer(options);
  assert.throws(() => app.get('/api/v1/forgotten', () => 'secret'), /forgotten declares no access/);
  await app.close();
});

test('HEAD is guarded like GET', async () => {
  assert.equal((await ask('HEAD /api/v1/things', { token: null })).status, 401);
  assert.equal((await ask('HEAD /api/v1/things')).status, 200);
});
