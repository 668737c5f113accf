// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { dataLayout, feedSeries } from '#store';
import { StateReader } from '#things';
import type { Storage } from './storage.ts';
import type { openThings } from './things.ts';

/** Starts what reads the log; at the end the readers stop before the stores they write to. */
export async function startReaders(
  parts: Storage & Awaited<ReturnType<typeof openThings>>,
  stack: AsyncDisposableStack,
): Promise<void> {
  const { log, series, state, reader, logger } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const snapshots = join(parts.data.path, dataLayout.snapshots);
  parts.tasks.start();
  parts.desired.start();
  parts.dispatcher.start();
  const stateReader = new StateReader({ ...parts, state, directory: snapshots });
  await stateReader.start();
  await reader.start();
  const feeding = feedSeries({ ...parts, log, store: series, signal });
  feeding.catch((error: unknown) => logger.error({ err: error }, 'the series store lost the log'));
  parts.devices.start();
  parts.followUps.start();
  stack.defer(async () => {
    stopping.abort();
    await Promise.allSettled([feeding, reader[Symbol.asyncDispose]()]);
    await stateReader[Symbol.asyncDispose]();
  });
}
