// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { rowsMax } from '../accounts.ts';
import { connect } from '../client.ts';
import { addCommand, wholeNumber, type Runtime } from '../define.ts';
import { writeObject, writeRows } from '../output.ts';
import { confirm, removalOptions, type RemovalOptions } from '../removal.ts';

const place = '/api/v1/tenants';

export function define(root: Command, runtime: Runtime): void {
  const tenant = root
    .command('tenant')
    .description({ en: 'tenants: organisations', zh: '租户' }[runtime.language]);
  addCommand(
    tenant,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list your tenant and those below it', zh: '列出本租户及下级租户' },
      async action(context) {
        const rows = await Array.fromAsync(connect(context).list(place, {}, rowsMax));
        writeRows(context, rows, ['id', 'parent', 'name', 'unknownProperties']);
      },
    },
    runtime,
  );
  defineAdd(tenant, runtime);
  addCommand<RemovalOptions>(
    tenant,
    {
      usage: 'rm <id>',
      remote: true,
      text: { en: 'remove a tenant that has nothing in it', zh: '删除空租户' },
      options: removalOptions,
      async action(context, [id = ''], options) {
        const client = connect(context);
        const at = `${place}/${encodeURIComponent(id)}`;
        const { name } = await client.object(at);
        const what = {
          en: `remove the tenant ${id} (${String(name)})`,
          zh: `删除租户 ${id}（${String(name)}）`,
        };
        if (!(await confirm(context, what, options))) return;
        await client.send(at, { method: 'DELETE' });
        context.note({ en: `removed ${id}`, zh: `已删除 ${id}` });
      },
    },
    runtime,
  );
}

interface AddOptions {
  readonly parent?: number;
  readonly collect?: boolean;
}

function defineAdd(tenant: Command, runtime: Runtime): void {
  addCommand<AddOptions>(
    tenant,
    {
      usage: 'add <name>',
      remote: true,
      text: { en: 'make a tenant below another', zh: '创建下级租户' },
      options: [
        {
          flags: '--parent <id>',
          parse: wholeNumber,
          text: { en: 'the tenant above (default: your own)', zh: '上级租户（默认本人所在租户）' },
        },
        {
          flags: '--collect',
          text: {
            en: 'keep properties that a model does not have, instead of refusing them',
            zh: '保留物模型之外的属性，而不是拒绝',
          },
        },
      ],
      async action(context, [name], { parent, collect }) {
        const json = { name, parent, ...(collect ? { unknownProperties: 'collect' } : {}) };
        writeObject(context, await connect(context).object(place, { method: 'POST', json }));
      },
    },
    runtime,
  );
}
