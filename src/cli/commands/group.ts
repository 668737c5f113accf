// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import {
  accountId,
  groupId,
  groupPlace,
  rowsMax,
  tenantOption,
  titleOption,
  userPlace,
} from '../accounts.ts';
import { connect, type Client } from '../client.ts';
import { addCommand, type Runtime } from '../define.ts';
import { writeObject, writeRows } from '../output.ts';
import { confirm, removalOptions, type RemovalOptions } from '../removal.ts';

export function define(root: Command, runtime: Runtime): void {
  const group = root
    .command('group')
    .description({ en: 'groups of users', zh: '用户组' }[runtime.language]);
  defineReads(group, runtime);
  addCommand<{ readonly title?: string; readonly tenant?: number }>(
    group,
    {
      usage: 'add <name>',
      remote: true,
      text: { en: 'make a group', zh: '创建用户组' },
      options: [titleOption, tenantOption],
      async action(context, [name], { title, tenant }) {
        const json = { name, title, tenant };
        const made = await connect(context).object(groupPlace, { method: 'POST', json });
        writeObject(context, made);
      },
    },
    runtime,
  );
  defineMembers(group, runtime);
  defineRemove(group, runtime);
}

function defineReads(group: Command, runtime: Runtime): void {
  addCommand(
    group,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list groups', zh: '列出用户组' },
      async action(context) {
        const rows = connect(context).list(groupPlace, {}, rowsMax);
        writeRows(context, await Array.fromAsync(rows), ['id', 'tenant', 'name', 'title']);
      },
    },
    runtime,
  );
  addCommand(
    group,
    {
      usage: 'get <group>',
      remote: true,
      text: { en: 'show a group with its members', zh: '查看用户组及其成员' },
      async action(context, [text = '']) {
        const client = connect(context);
        const id = await groupId(client, text);
        writeObject(context, await client.object(`${groupPlace}/${id}`));
      },
    },
    runtime,
  );
}

function defineMembers(group: Command, runtime: Runtime): void {
  addCommand(
    group,
    {
      usage: 'members <group> [users...]',
      remote: true,
      text: {
        en: 'make these users, and no others, its members',
        zh: '将成员设置为所列用户（替换原有成员）',
      },
      async action(context, [text = '', ...users]) {
        const client = connect(context);
        const id = await groupId(client, text);
        const accounts = await idsOf(client, users);
        const place = `${groupPlace}/${id}/members`;
        writeObject(context, await client.object(place, { method: 'PUT', json: { accounts } }));
      },
    },
    runtime,
  );
}

async function idsOf(client: Client, users: readonly string[]): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const user of users) ids.push(await accountId(client, userPlace, user));
  return [...new Set(ids)];
}

function defineRemove(group: Command, runtime: Runtime): void {
  addCommand<RemovalOptions>(
    group,
    {
      usage: 'rm <group>',
      remote: true,
      text: { en: 'remove a group; its members stay', zh: '删除用户组（成员保留）' },
      options: removalOptions,
      async action(context, [text = ''], options) {
        const client = connect(context);
        const id = await groupId(client, text);
        const what = { en: `remove the group ${text}`, zh: `删除用户组 ${text}` };
        if (!(await confirm(context, what, options))) return;
        await client.send(`${groupPlace}/${id}`, { method: 'DELETE' });
        context.note({ en: `removed ${text}`, zh: `已删除 ${text}` });
      },
    },
    runtime,
  );
}
