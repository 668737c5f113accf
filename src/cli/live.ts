// SPDX-License-Identifier: Apache-2.0
import { WebSocket } from 'ws';
import { isRow, type Client } from './client.ts';
import type { Context } from './context.ts';
import { CommandError, Exit } from './exit.ts';
import type { Row } from './output.ts';

/** What to follow, in the terms of the live channel. */
export interface Subscription {
  readonly kind: string;
  readonly things?: readonly number[];
  readonly properties?: readonly string[];
  readonly ratePerSecond?: number;
}

/** Follows the live channel until interrupted; one call of `take` for each item. */
export async function follow(
  context: Context,
  client: Client,
  subscriptions: readonly Subscription[],
  take: (item: Row, kind: string) => void,
): Promise<void> {
  const { signal } = context.terminal;
  const url = new URL('/api/v1/live', client.base.replace(/^http/, 'ws'));
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${client.token}`, 'accept-language': context.language },
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const end = (): void => socket.close();
  signal.addEventListener('abort', end, { once: true });
  socket.on('open', () => {
    for (const [index, each] of subscriptions.entries()) {
      socket.send(JSON.stringify({ op: 'subscribe', id: String(index), ...each }));
    }
  });
  socket.on('message', (data: Buffer) => {
    const frame: unknown = JSON.parse(data.toString('utf8'));
    if (!isRow(frame)) return;
    if (isRow(frame['fault'])) reject(refused(frame['fault']));
    else takeItems(context, frame, take);
  });
  socket.on('unexpected-response', (_request, response) => {
    const auth = response.statusCode === 401 || response.statusCode === 403;
    const title = `${url.href}: ${response.statusCode}`;
    const exit = auth ? Exit.auth : Exit.unavailable;
    reject(new CommandError(exit, [{ code: 'cli.live', title }]));
  });
  socket.on('error', (error) => {
    const trouble = { code: 'cli.unreachable', title: `no answer from ${client.base}` };
    reject(new CommandError(Exit.unavailable, [{ ...trouble, detail: error.message }]));
  });
  socket.on('close', (code) => {
    const title = `the server closed the channel (${code})`;
    if (signal.aborted) resolve();
    else reject(new CommandError(Exit.unavailable, [{ code: 'cli.live', title }]));
  });
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', end);
    socket.terminate();
  }
}

function takeItems(context: Context, frame: Row, take: (item: Row, kind: string) => void): void {
  const { items, dropped, kind } = frame;
  for (const item of Array.isArray(items) ? items : []) {
    if (isRow(item)) take(item, String(kind));
  }
  if (typeof dropped === 'number' && dropped > 0) {
    context.note({
      en: `(${dropped} left out by the rate limit)`,
      zh: `（因速率限制略去 ${dropped} 条）`,
    });
  }
}

function refused(fault: Row): CommandError {
  const text = (key: string): string | undefined =>
    typeof fault[key] === 'string' ? fault[key] : undefined;
  return new CommandError(Exit.invalid, [
    {
      code: text('code') ?? 'cli.live',
      title: text('title') ?? '',
      at: text('at'),
      fix: text('fix'),
    },
  ]);
}

/** Numbers of things named by number or uri. */
export async function thingNumbers(client: Client, names: readonly string[]): Promise<number[]> {
  return Promise.all(
    names.map(async (name) => {
      if (/^\d+$/.test(name)) return Number(name);
      const { id } = await client.object(`/api/v1/things/${encodeURIComponent(name)}`);
      return Number(id);
    }),
  );
}
