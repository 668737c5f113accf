// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { addCommand, type Runtime } from '../define.ts';
import { writeRows } from '../output.ts';
import { needSettings } from '../settings.ts';

export function define(root: Command, runtime: Runtime): void {
  const { language } = runtime;
  const config = root
    .command('config')
    .description({ en: 'check and show the configuration', zh: '检查、查看配置' }[language]);
  addCommand(
    config,
    {
      usage: 'check',
      text: { en: 'say whether the configuration is valid', zh: '检查配置是否有效' },
      async action(context) {
        const { file } = needSettings(context);
        const name = file ?? context.say({ en: 'defaults', zh: '默认配置' });
        context.note({ en: `valid: ${name}`, zh: `有效：${name}` });
      },
    },
    runtime,
  );
  addCommand<{ readonly origin?: boolean; readonly all?: boolean }>(
    config,
    {
      usage: 'show',
      text: { en: 'show every key in force; secrets are masked', zh: '显示生效的配置，密钥不显示' },
      options: [
        { flags: '--origin', text: { en: 'where each value came from', zh: '显示每项的来源' } },
      ],
      async action(context, _args, options) {
        const { origins } = needSettings(context);
        const rows = origins.map(({ key, value, origin }) =>
          options.origin ? { key, value, origin } : { key, value },
        );
        writeRows(context, rows);
      },
    },
    runtime,
  );
}
