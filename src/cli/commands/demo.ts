// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { addCommand, type Runtime } from '../define.ts';
import { confirm, removalOptions, type RemovalOptions } from '../removal.ts';

export function define(root: Command, runtime: Runtime): void {
  const demo = root
    .command('demo')
    .description(
      { en: 'what `up --demo` has made', zh: '`up --demo` 生成的数据' }[runtime.language],
    );
  addCommand<RemovalOptions>(
    demo,
    {
      usage: 'rm',
      remote: true,
      text: {
        en: 'remove the simulated devices with their readings and models',
        zh: '清除模拟设备及其数据和物模型',
      },
      options: removalOptions,
      async action(context, _args, options) {
        const what = { en: 'remove the demo devices', zh: '清除示范设备' };
        if (!(await confirm(context, what, options))) return;
        const answer = await connect(context).object('/api/v1/demo', { method: 'DELETE' });
        const count = Number(answer['removed']);
        context.note({ en: `removed ${count} devices`, zh: `已清除 ${count} 台设备` });
      },
    },
    runtime,
  );
}
