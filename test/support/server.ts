// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  benchSettings,
  startServer as start,
  type RunningServer,
} from '../../tools/support/server.ts';

export interface TestServer extends Pick<RunningServer, 'pid' | 'http' | 'mqtt' | 'adminToken'> {
  /** Ends it and removes its data. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts `fengsui up` on free ports with data of its own. Clients without credentials are taken, and the limits that
 * would stop a suite which opens many connections from one address are raised; `settings` come last and win.
 */
export async function startServer(settings: readonly string[] = []): Promise<TestServer> {
  const data = await mkdtemp(join(tmpdir(), 'fengsui-test-'));
  const remove = (): Promise<void> => rm(data, { recursive: true, force: true });
  try {
    const server = await start({
      data,
      settings: ['access.mqtt.anonymous=true', ...benchSettings, ...settings],
    });
    const { pid, http, mqtt, adminToken } = server;
    const dispose = async (): Promise<void> => {
      await server[Symbol.asyncDispose]();
      await remove();
    };
    return { pid, http, mqtt, adminToken, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await remove();
    throw error;
  }
}
