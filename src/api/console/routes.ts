// SPDX-License-Identifier: Apache-2.0
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Api } from '../server.ts';
import { Folder, type ServedFile } from './files.ts';
import { contentPolicy } from './policy.ts';

export interface ConsoleOptions {
  /** The path that browsers see the server under, with a slash at both ends. */
  readonly basePath: string;
  /** What the console's build has written. */
  readonly built: URL;
}

const own = new Folder(new URL('docs/', import.meta.url));
const plain = new Folder(new URL('.', import.meta.url));
const quiet = { config: { access: 'open' }, schema: { hide: true } } as const;

/** The console and the API page: own files only, nothing leaves the origin. */
export function consoleRoutes(app: Api, { basePath, built }: ConsoleOptions): void {
  const assets = new Folder(new URL('assets/', built));
  const root = new Folder(built);

  for (const name of ['docs.js', 'docs.css', 'icon.svg']) {
    app.get(`/${name}`, quiet, async (request, reply) => {
      const file = await own.find(name, request.headers['accept-encoding']);
      return file === undefined ? reply.callNotFound() : send(reply, file, 'no-cache');
    });
  }

  app.get('/docs', quiet, async (_request, reply) =>
    document(reply, (await own.text('docs.html')) ?? '', basePath),
  );

  // Names of assets carry the hash of their content.
  app.get<{ Params: { name: string } }>('/assets/:name', quiet, async (request, reply) => {
    const file = await assets.find(request.params.name, request.headers['accept-encoding']);
    if (file === undefined) return reply.callNotFound();
    return send(reply, file, 'public, max-age=31536000, immutable');
  });

  app.get('/*', quiet, async (request, reply) => {
    if (!isPage(request)) return reply.callNotFound();
    const index = await root.text('index.html');
    if (index !== undefined) return document(reply, index, basePath);
    void reply.code(503);
    return document(reply, (await plain.text('missing.html')) ?? '', basePath);
  });
}

/** A person's browser that wants a page of the console; what programs ask for in vain gets a problem. */
function isPage({ url, headers }: FastifyRequest): boolean {
  const [path = ''] = url.split('?', 1);
  if (path === '/') return true;
  return !path.startsWith('/api/') && headers.accept?.includes('text/html') === true;
}

/** A document with the policy and the nonce of this answer; deep links name their files from the base path. */
function document(reply: FastifyReply, html: string, basePath: string): FastifyReply {
  const { nonce, header } = contentPolicy();
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', header)
    .header('cache-control', 'no-store')
    .send(
      html
        .replaceAll('="./', `="${basePath}`)
        .replace('name="fengsui-base" content="/"', `name="fengsui-base" content="${basePath}"`)
        .replaceAll('<script ', `<script nonce="${nonce}" `),
    );
}

function send(reply: FastifyReply, file: ServedFile, caching: string): FastifyReply {
  if (file.encoding !== undefined) void reply.header('content-encoding', file.encoding);
  return reply
    .type(file.type)
    .header('cache-control', caching)
    .header('vary', 'accept-encoding')
    .send(file.content);
}
