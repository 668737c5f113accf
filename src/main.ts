// SPDX-License-Identifier: Apache-2.0
import type { Config } from '#config';
import { announce } from './main/announce.ts';
import { openPlatform } from './main/platform.ts';
import { serve, type Served } from './main/serve.ts';

export { openPlatform } from './main/platform.ts';

export interface StartOptions {
  /** Print one line of JSON when ready, and nothing else, on standard output. */
  readonly json: boolean;
}

export interface Running extends Served {
  stop(): Promise<void>;
}

/** The one place that knows every part: opens the stores, starts the readers, then the listeners. */
export async function start(config: Config, options: StartOptions): Promise<Running> {
  await using starting = new AsyncDisposableStack();
  const platform = await openPlatform(config, starting);
  const running = await serve(platform, starting);
  await announce(platform, running, options);
  const stack = starting.move();
  return { ...running, stop: () => stack.disposeAsync() };
}
