// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import {
  accountId,
  rowsMax,
  serviceAccountPlace,
  tenantOption,
  titleOption,
  userPlace,
} from '../accounts.ts';
import { connect } from '../client.ts';
import { addCommand, type OptionSpec, type Runtime } from '../define.ts';
import { writeObject, writeRows } from '../output.ts';
import { confirm, removalOptions, type RemovalOptions } from '../removal.ts';

interface Kind {
  readonly service?: boolean;
}

/** Service accounts are programs: they have API tokens and nothing else. */
const serviceOption: OptionSpec = {
  flags: '--service',
  text: { en: 'a service account', zh: '服务账号' },
};
const placeOf = ({ service }: Kind): typeof userPlace | typeof serviceAccountPlace =>
  service ? serviceAccountPlace : userPlace;

export function define(root: Command, runtime: Runtime): void {
  const user = root.command('user').description({ en: 'users', zh: '用户' }[runtime.language]);
  defineList(user, runtime);
  defineAdd(user, runtime);
  defineDisable(user, runtime, true);
  defineDisable(user, runtime, false);
  defineRemove(user, runtime);
  defineResetPassword(user, runtime);
}

function defineList(user: Command, runtime: Runtime): void {
  addCommand<Kind & { readonly search?: string }>(
    user,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list users', zh: '列出用户' },
      options: [
        serviceOption,
        { flags: '--search <text>', text: { en: 'in name or title', zh: '按名称或显示名搜索' } },
      ],
      async action(context, _args, { search, ...kind }) {
        const rows = connect(context).list(placeOf(kind), { search }, rowsMax);
        const columns = ['id', 'tenant', 'name', 'title', 'disabled', 'secondFactor', 'lastLogin'];
        writeRows(context, await Array.fromAsync(rows), columns);
      },
    },
    runtime,
  );
}

interface AddOptions extends Kind {
  readonly title?: string;
  readonly tenant?: number;
  readonly password?: boolean;
}

function defineAdd(user: Command, runtime: Runtime): void {
  addCommand<AddOptions>(
    user,
    {
      usage: 'add <name>',
      remote: true,
      text: {
        en: 'make a user; the temporary password is shown only once',
        zh: '创建用户；临时密码只显示一次',
      },
      options: [
        serviceOption,
        titleOption,
        tenantOption,
        {
          flags: '--no-password',
          text: { en: 'signs in by an identity provider only', zh: '仅通过身份提供方登录' },
        },
      ],
      async action(context, [name], { title, tenant, password, ...kind }) {
        const json = { name, title, tenant, ...(kind.service ? {} : { password }) };
        const made = await connect(context).object(placeOf(kind), { method: 'POST', json });
        writeObject(context, made);
      },
    },
    runtime,
  );
}

function defineDisable(user: Command, runtime: Runtime, disabled: boolean): void {
  addCommand<Kind>(
    user,
    {
      usage: `${disabled ? 'disable' : 'enable'} <user>`,
      remote: true,
      text: disabled
        ? {
            en: 'sign a user out everywhere and let them in no more; ends their API tokens',
            zh: '停用用户：立即退出所有登录，吊销其 API 令牌',
          }
        : { en: 'let a user in again', zh: '启用用户' },
      options: [serviceOption],
      async action(context, [text = ''], kind) {
        const client = connect(context);
        const place = placeOf(kind);
        const id = await accountId(client, place, text);
        const json = { disabled };
        writeObject(context, await client.object(`${place}/${id}`, { method: 'PATCH', json }));
      },
    },
    runtime,
  );
}

function defineRemove(user: Command, runtime: Runtime): void {
  addCommand<RemovalOptions & Kind>(
    user,
    {
      usage: 'rm <user>',
      remote: true,
      text: {
        en: 'remove a user; the name is never given to anybody else',
        zh: '删除用户；其名称不再分配给他人',
      },
      options: [serviceOption, ...removalOptions],
      async action(context, [text = ''], options) {
        const client = connect(context);
        const place = placeOf(options);
        const id = await accountId(client, place, text);
        const { name } = await client.object(`${place}/${id}`);
        const what = { en: `remove ${String(name)}`, zh: `删除 ${String(name)}` };
        if (!(await confirm(context, what, options))) return;
        await client.send(`${place}/${id}`, { method: 'DELETE' });
        context.note({ en: `removed ${String(name)}`, zh: `已删除 ${String(name)}` });
      },
    },
    runtime,
  );
}

function defineResetPassword(user: Command, runtime: Runtime): void {
  addCommand(
    user,
    {
      usage: 'reset-password <user>',
      remote: true,
      text: {
        en: 'give a temporary password, shown only once; sessions end',
        zh: '重置为临时密码，只显示一次；其登录立即失效',
      },
      async action(context, [text = '']) {
        const client = connect(context);
        const id = await accountId(client, userPlace, text);
        const place = `${userPlace}/${id}/password`;
        writeObject(context, await client.object(place, { method: 'POST' }));
      },
    },
    runtime,
  );
}
