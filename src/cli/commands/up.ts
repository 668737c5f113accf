// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import type { Command } from 'commander';
import { administratorToken, Client } from '../client.ts';
import type { Context } from '../context.ts';
import { addCommand, type Runtime } from '../define.ts';
import { Exit } from '../exit.ts';
import { needSettings } from '../settings.ts';

interface UpOptions {
  readonly demo?: boolean;
  readonly json?: boolean;
}

export function define(root: Command, runtime: Runtime): void {
  addCommand<UpOptions>(
    root,
    {
      usage: 'up',
      text: { en: 'run the platform until it is told to stop', zh: '启动平台，直到收到停止信号' },
      options: [
        { flags: '--demo', text: { en: 'with a simulated fleet', zh: '附带模拟设备群' } },
        {
          flags: '--json',
          text: { en: 'print one JSON line when ready', zh: '就绪后输出一行 JSON' },
        },
      ],
      async action(context, _args, options) {
        const { signal } = context.terminal;
        const { config } = needSettings(context, options.demo);
        const { start } = await import('../../main.ts');
        const running = await start(config, { json: options.json === true });
        const demo = config.demo ? runDemo(context, running.http, config.store.dir) : undefined;
        if (demo !== undefined) running.demo.attach(() => demo.stop());
        if (!signal.aborted) {
          // Listening to a signal alone does not keep a process alive.
          const alive = setInterval(() => undefined, 2 ** 30);
          await once(signal, 'abort');
          clearInterval(alive);
        }
        await demo?.stop();
        await running.stop();
        return Exit.ok;
      },
    },
    runtime,
  );
}

/** The demo comes after the ready line, and its failure does not end the server. */
function runDemo(
  context: Context,
  http: string,
  data: string,
): { readonly stop: () => Promise<void> } {
  const starting = import('../demo/demo.ts').then(({ startDemo }) =>
    startDemo(context, new Client(context, http, administratorToken(data)), data),
  );
  const fleet = starting.catch((error: unknown) => {
    if (context.terminal.signal.aborted) return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    context.note({ en: `the demo did not start: ${reason}`, zh: `示范未能启动：${reason}` });
    return undefined;
  });
  return { stop: async () => (await fleet)?.stop() };
}
