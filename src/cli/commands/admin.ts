// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { addCommand, type Runtime } from '../define.ts';
import { writeObject } from '../output.ts';

export function define(root: Command, runtime: Runtime): void {
  const admin = root
    .command('admin')
    .description({ en: 'the first administrator', zh: '首位管理员' }[runtime.language]);
  addCommand(
    admin,
    {
      usage: 'link',
      remote: true,
      text: {
        en: 'make a one-time link that signs the first administrator in, good for an hour',
        zh: '生成首位管理员的一次性登录链接，一小时内有效',
      },
      async action(context) {
        const client = connect(context);
        const { link } = await client.object('/api/v1/session/link', { method: 'POST' });
        writeObject(context, { link: new URL(String(link), client.base).href });
      },
    },
    runtime,
  );
}
