// SPDX-License-Identifier: Apache-2.0
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadClient } from '../load/options.ts';

/** A server under load: ours or a peer. */
export interface Target {
  readonly name: string;
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** Who connects; at most as many as were prepared. */
  clients(count: number): readonly LoadClient[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A port that is free now, for servers that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export async function untilListening(port: number, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    const socket = connect({ port, host: '127.0.0.1' });
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await sleep(20);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`nothing listens on port ${port}`);
}
