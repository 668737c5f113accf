// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { accountId, groupId, rowsMax, serviceAccountPlace, userPlace } from '../accounts.ts';
import { connect, type Client } from '../client.ts';
import { addCommand, wholeNumber, type OptionSpec, type Runtime } from '../define.ts';
import { CommandError, Exit } from '../exit.ts';
import { writeObject, writeRows } from '../output.ts';
import { confirm, removalOptions, type RemovalOptions } from '../removal.ts';

const place = '/api/v1/grants';

interface Subject {
  readonly user?: string;
  readonly service?: string;
  readonly group?: string;
}

const subjectOptions: readonly OptionSpec[] = [
  { flags: '--user <user>', text: { en: 'name or number of a user', zh: '用户名或编号' } },
  {
    flags: '--service <account>',
    text: { en: 'name or number of a service account', zh: '服务账号名或编号' },
  },
  { flags: '--group <group>', text: { en: 'name or number of a group', zh: '用户组名或编号' } },
];
const tenantOption: OptionSpec = {
  flags: '--tenant <id>',
  parse: wholeNumber,
  text: {
    en: 'for this tenant and those below (default: your own)',
    zh: '在该租户及其下级租户生效（默认本人所在租户）',
  },
};

export function define(root: Command, runtime: Runtime): void {
  const grant = root
    .command('grant')
    .description({ en: 'who has which role where', zh: '授权' }[runtime.language]);
  addCommand<Subject & { readonly tenant?: number }>(
    grant,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list what has been granted', zh: '列出授权' },
      options: [...subjectOptions, tenantOption],
      async action(context, _args, { tenant, ...subject }) {
        const client = connect(context);
        const query = { ...(await subjectOf(client, subject)), tenant };
        const rows = await Array.fromAsync(client.list(place, query, rowsMax));
        const columns = ['id', 'account', 'group', 'role', 'tenant', 'labels', 'properties'];
        writeRows(context, rows, columns);
      },
    },
    runtime,
  );
  defineAdd(grant, runtime);
  defineRemove(grant, runtime);
}

interface AddOptions extends Subject {
  readonly tenant?: number;
  readonly label?: readonly string[];
  readonly property?: readonly string[];
}

function defineAdd(grant: Command, runtime: Runtime): void {
  addCommand<AddOptions>(
    grant,
    {
      usage: 'add <role>',
      remote: true,
      text: { en: 'grant a role (name, or role:number)', zh: '授予角色（名称或 role:编号）' },
      options: [
        ...subjectOptions,
        tenantOption,
        {
          flags: '--label <key=value>',
          repeat: true,
          text: { en: 'only things with this label; repeatable', zh: '仅限带此标签的物，可重复' },
        },
        {
          flags: '--property <name>',
          repeat: true,
          text: { en: 'only this property; repeatable', zh: '仅限该属性，可重复' },
        },
      ],
      async action(context, [role], { tenant, label, property: properties, ...subject }) {
        const client = connect(context);
        const to = await subjectOf(client, subject);
        const labels = label && Object.fromEntries(label.map(labelOf));
        const json = { ...to, role, tenant, labels, properties };
        writeObject(context, await client.object(place, { method: 'POST', json }));
      },
    },
    runtime,
  );
}

function defineRemove(grant: Command, runtime: Runtime): void {
  addCommand<RemovalOptions>(
    grant,
    {
      usage: 'rm <id>',
      remote: true,
      text: { en: 'take back what has been granted', zh: '撤销授权' },
      options: removalOptions,
      async action(context, [id = ''], options) {
        const client = connect(context);
        const what = { en: `remove the grant ${id}`, zh: `撤销授权 ${id}` };
        if (!(await confirm(context, what, options))) return;
        await client.send(`${place}/${encodeURIComponent(id)}`, { method: 'DELETE' });
        context.note({ en: `removed ${id}`, zh: `已撤销 ${id}` });
      },
    },
    runtime,
  );
}

async function subjectOf(
  client: Client,
  { user, service, group }: Subject,
): Promise<{ readonly account?: number; readonly group?: number }> {
  const named = [user, service, group].filter((each) => each !== undefined).length;
  if (named > 1) {
    const title = 'only one of --user, --service and --group';
    throw new CommandError(Exit.usage, [{ code: 'cli.subject', title }]);
  }
  if (user !== undefined) return { account: await accountId(client, userPlace, user) };
  if (service !== undefined)
    return { account: await accountId(client, serviceAccountPlace, service) };
  return group === undefined ? {} : { group: await groupId(client, group) };
}

function labelOf(text: string): [string, string] {
  const [key = '', ...rest] = text.split('=');
  if (key !== '' && rest.length > 0) return [key, rest.join('=')];
  const title = `--label ${text}: key=value expected`;
  throw new CommandError(Exit.usage, [{ code: 'cli.label', title }]);
}
