// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { rowsMax } from '../accounts.ts';
import { connect, isRow, type Client } from '../client.ts';
import { addCommand, type Runtime } from '../define.ts';
import { CommandError, Exit } from '../exit.ts';
import { textOfStream } from '../input.ts';
import { writeObject, writeRows, type Row } from '../output.ts';

const place = '/api/v1/roles';

export function define(root: Command, runtime: Runtime): void {
  const role = root
    .command('role')
    .description({ en: 'roles: what can be granted', zh: '角色' }[runtime.language]);
  addCommand(
    role,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list roles with their permissions', zh: '列出角色及其权限' },
      async action(context) {
        const rows = await Array.fromAsync(connect(context).list(place, {}, rowsMax));
        writeRows(context, rows, ['id', context.language, 'tenant', 'permissions']);
      },
    },
    runtime,
  );
  addCommand(
    role,
    {
      usage: 'apply [file]',
      remote: true,
      text: {
        en: 'make or change a role: JSON with name, permissions, title, tenant (file or stdin)',
        zh: '创建或修改角色：含 name、permissions、title、tenant 的 JSON（文件或标准输入）',
      },
      async action(context, [file]) {
        const stdin = file === undefined || file === '-';
        const source = stdin ? context.terminal.stdin : createReadStream(file);
        const wanted = roleIn(await textOfStream(source));
        writeObject(context, await apply(connect(context), wanted));
      },
    },
    runtime,
  );
}

function roleIn(text: string): Row {
  try {
    const value: unknown = JSON.parse(text);
    if (isRow(value)) return value;
  } catch {
    // The same as JSON that is not an object.
  }
  throw new CommandError(Exit.invalid, [{ code: 'cli.input', title: 'not a JSON object' }]);
}

/** Roles are told apart by tenant and name. */
async function apply(client: Client, wanted: Row): Promise<Row> {
  const rows = await Array.fromAsync(client.list(place, {}, rowsMax));
  const same = rows.filter(
    ({ name, tenant, builtIn }) =>
      builtIn === false &&
      name === wanted['name'] &&
      (wanted['tenant'] === undefined || tenant === wanted['tenant']),
  );
  if (same.length > 1) {
    const title = `${String(wanted['name'])}: several tenants have a role of that name`;
    throw new CommandError(Exit.invalid, [{ code: 'cli.role', title, fix: 'give its tenant' }]);
  }
  const [known] = same;
  if (known === undefined) return client.object(place, { method: 'POST', json: wanted });
  const { name: _name, tenant: _tenant, ...json } = wanted;
  const ifMatch = `"${String(known['revision'])}"`;
  return client.object(`${place}/${String(known['id'])}`, { method: 'PATCH', json, ifMatch });
}
