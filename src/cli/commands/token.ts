// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { accountId, serviceAccountPlace } from '../accounts.ts';
import { connect } from '../client.ts';
import { addCommand, wholeNumber, type Runtime } from '../define.ts';
import { writeObject, writeRows } from '../output.ts';

const place = '/api/v1/tokens';

interface CreateOptions {
  readonly scope?: string[];
  readonly days?: number;
  readonly service?: string;
}

export function define(root: Command, runtime: Runtime): void {
  const token = root
    .command('token')
    .description({ en: 'API tokens', zh: 'API 令牌' }[runtime.language]);
  defineCreate(token, runtime);
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

function defineCreate(token: Command, runtime: Runtime): void {
  addCommand<CreateOptions>(
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
            en: 'admin, read, write, ingest or a permission; repeatable (default read)',
            zh: 'admin、read、write、ingest 或权限名，可重复（默认 read）',
          },
        },
        {
          flags: '--service <account>',
          text: {
            en: 'for a service account, by name or number (default: your own)',
            zh: '为服务账号创建，名称或编号（默认为本人）',
          },
        },
        {
          flags: '--days <number>',
          parse: wholeNumber,
          text: { en: 'days until it ends (default: never)', zh: '有效天数（默认不过期）' },
        },
      ],
      async action(context, [name], { scope = ['read'], days, service }) {
        const expires =
          days === undefined ? {} : { expires: new Date(Date.now() + days * 86_400_000) };
        const client = connect(context);
        const account =
          service === undefined ? undefined : await accountId(client, serviceAccountPlace, service);
        const json = { name, scopes: scope, account, ...expires };
        writeObject(context, await client.object(place, { method: 'POST', json }));
      },
    },
    runtime,
  );
}
