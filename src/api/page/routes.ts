// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Api } from '../server.ts';

const files = [
  ['/page.js', 'page.js', 'text/javascript; charset=utf-8'],
  ['/page.css', 'page.css', 'text/css; charset=utf-8'],
  ['/icon.svg', 'icon.svg', 'image/svg+xml'],
  ['/docs.js', 'docs.js', 'text/javascript; charset=utf-8'],
] as const;

const pages = [
  ['/', 'index.html'],
  ['/docs', 'docs.html'],
] as const;

/** The live page and the API page: own files only, nothing leaves the origin. */
export async function pageRoutes(app: Api): Promise<void> {
  const read = (name: string): Promise<Buffer> => readFile(new URL(name, import.meta.url));
  for (const [url, name, type] of files) {
    const content = await read(name);
    app.get(url, { config: { access: 'open' }, schema: { hide: true } }, (_request, reply) =>
      reply.type(type).header('cache-control', 'no-cache').send(content),
    );
  }
  for (const [url, name] of pages) {
    const html = (await read(name)).toString();
    app.get(url, { config: { access: 'open' }, schema: { hide: true } }, (_request, reply) => {
      const nonce = randomBytes(16).toString('base64');
      const policy = [
        "default-src 'none'",
        `script-src 'nonce-${nonce}'`,
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; ');
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', policy)
        .send(html.replaceAll('<script ', `<script nonce="${nonce}" `));
    });
  }
}
