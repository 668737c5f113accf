// SPDX-License-Identifier: Apache-2.0
// A reverse proxy that shows the server under a path of its own, and leaves the path in what it hands on or takes it off.
import assert from 'node:assert/strict';
import { createServer, request as forward, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { consolePlace, skip, Watched } from '../../support/console.ts';

const base = '/iot/fengsui/';
const place = consolePlace([`server.basePath=${base}`]);

/** A proxy that serves nothing outside of its path. */
async function proxy(strips: boolean): Promise<{ server: Server; origin: string }> {
  const { hostname, port } = new URL(place.server.http);
  const inside = (url = ''): string => (strips ? `/${url.slice(base.length)}` : url);
  const server = createServer((request, response) => {
    if (!request.url?.startsWith(base)) return void response.writeHead(404).end();
    const { method, headers, url } = request;
    const asked = forward({ hostname, port, method, headers, path: inside(url) }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(asked);
  });
  server.on('upgrade', (request, socket, head) => {
    const upstream = connect(Number(port), hostname, () => {
      const lines = Object.entries(request.headers).map(
        ([name, value]) => `${name}: ${String(value)}`,
      );
      upstream.write(`GET ${inside(request.url)} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket]) end.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  assert(address !== null && typeof address === 'object');
  return { server, origin: `http://127.0.0.1:${address.port}` };
}

for (const strips of [true, false]) {
  const how = strips ? 'takes its path off' : 'leaves its path in';
  test(`a proxy that ${how}: console, API and live channel`, { skip }, async () => {
    const { server, origin } = await proxy(strips);
    const context = await place.context({ locale: 'zh-CN' });
    try {
      const page = await context.newPage();
      const watched = new Watched(page, origin);
      const { link } = await place.call('POST', '/api/v1/session/link');
      const code = new URL(String(link), origin).search;
      await page.goto(`${origin}${base}profile${code}`);
      await watched.settled('个人设置');
      await page.locator('[data-live=live]').waitFor();
      assert.equal(new URL(page.url()).pathname, `${base}profile`);
      await page.goto(`${origin}${base}docs`);
      await page.locator('#errors tbody tr').first().waitFor();
      assert.deepEqual(watched.faults, []);
    } finally {
      await context.close();
      server.closeAllConnections();
      server.close();
    }
  });
}
