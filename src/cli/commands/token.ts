// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { addCommand, wholeNumber, type Runtime } from '../define.ts';
import { writeObject, writeRows } from '../output.ts';

const place = '/api/v1/tokens';

export function define(root: Command, runtime: Runtime): void {
  const token = root
    .command('token')
    .description({ en: 'API tokens', zh: 'API 令牌' }[runtime.language]);
  addCommand<{ readonly scope?: string[]; readonly days?: number }>(
    token,
    {
      usage: 'create <name>',
      remote: true,
      text: { en: 'make a token; it is shown only once', zh: '创建令牌，只显示一次' },
      options: [
        {
          flags: '--scope <scope>',
          repeat: true,
          text: {
            en: 'admin, read, write or ingest; repeatable (default read)',
            zh: 'admin、read、write 或 ingest，可重复（默认 read）',
          },
        },
        {
          flags: '--days <number>',
          parse: wholeNumber,
          text: { en: 'days until it ends (default: never)', zh: '有效天数（默认不过期）' },
        },
      ],
      async action(context, [name], { scope = ['read'], days }) {
        const expires =
          days === undefined ? {} : { expires: new Date(Date.now() + days * 86_400_000) };
        const json = { name, scopes: scope, ...expires };
        writeObject(context, await connect(context).object(place, { method: 'POST', json }));
      },
    },
    runtime,
  );
  addCommand(
    token,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list tokens, without their secrets', zh: '列出令牌（不含密钥）' },
      async action(context) {
        const rows = await Array.fromAsync(connect(context).list(place, {}, 10_000));
        writeRows(context, rows);
      },
    },
    runtime,
  );
  addCommand(
    token,
    {
      usage: 'revoke <id>',
      remote: true,
      text: { en: 'end a token at once', zh: '立即吊销令牌' },
      async action(context, [id = '']) {
        await connect(context).send(`${place}/${encodeURIComponent(id)}`, { method: 'DELETE' });
        context.note({ en: `revoked ${id}`, zh: `已吊销 ${id}` });
      },
    },
    runtime,
  );
}
