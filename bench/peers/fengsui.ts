// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiClient, benchModel, type PreparedThing } from '../../tools/support/api.ts';
import { benchSettings, startServer } from '../../tools/support/server.ts';
import type { Target } from './target.ts';

export interface FengsuiTarget extends Target {
  readonly api: ApiClient;
  readonly things: readonly PreparedThing[];
}

export interface FengsuiOptions {
  /** Things registered, each with a credential. */
  readonly things: number;
  readonly settings?: readonly string[] | undefined;
  /** Connections that it must be able to hold. */
  readonly connections?: number | undefined;
}

/** This server on a fresh data directory, with a model and things. */
export async function startFengsui(options: FengsuiOptions): Promise<FengsuiTarget> {
  const { things, settings = [], connections = things } = options;
  const data = await mkdtemp(join(tmpdir(), 'fengsui-bench-'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rm(data, { recursive: true, force: true }));
  const all = [...benchSettings, ...settings];
  const server = cleanUp.use(await startServer({ data, settings: all, connections }));
  const api = new ApiClient(server.http, server.adminToken);
  const model = await api.createModel(benchModel);
  const prepared = await api.createThings(model, things, 'bench');
  const disposal = cleanUp.move();
  return {
    name: 'fengsui',
    pid: server.pid,
    ...server.mqtt,
    api,
    things: prepared,
    clients: (count) => prepared.slice(0, count),
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}
