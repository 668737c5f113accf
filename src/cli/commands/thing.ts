// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { connect, isRow } from '../client.ts';
import type { Context } from '../context.ts';
import { addCommand, wholeNumber, type OptionSpec, type Runtime } from '../define.ts';
import { CommandError, Exit, type ExitCode } from '../exit.ts';
import { textOfStream, thingPath } from '../input.ts';
import { writeObject, writeRows } from '../output.ts';
import { confirm, removalOptions, type RemovalOptions } from '../removal.ts';

const columns = ['id', 'uri', 'name', 'kind', 'lifecycle', 'online', 'seen'];

const labelOption: OptionSpec = {
  flags: '--label <key=value>',
  repeat: true,
  text: { en: 'label; repeatable', zh: '标签，可重复' },
};

export function define(root: Command, runtime: Runtime): void {
  const thing = root
    .command('thing')
    .description(
      { en: 'things: devices, gateways, assets', zh: '物：设备、网关、资产' }[runtime.language],
    );
  defineList(thing, runtime);
  defineGet(thing, runtime);
  defineCreate(thing, runtime);
  defineCredential(thing, runtime);
  defineImport(thing, runtime);
  defineRemove(thing, runtime);
}

function defineList(thing: Command, runtime: Runtime): void {
  addCommand<{ readonly filter?: string; readonly limit: number }>(
    thing,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list things', zh: '列出物' },
      options: [
        { flags: '--filter <expression>', text: { en: 'only these', zh: '过滤条件' } },
        {
          flags: '--limit <number>',
          parse: wholeNumber,
          fallback: 1_000,
          text: { en: 'at most so many', zh: '最多条数' },
        },
      ],
      async action(context, _args, { filter, limit }) {
        const found = connect(context).list('/api/v1/things', { filter }, limit);
        writeRows(context, await Array.fromAsync(found), columns);
      },
    },
    runtime,
  );
}

function defineGet(thing: Command, runtime: Runtime): void {
  addCommand<{ readonly values?: boolean }>(
    thing,
    {
      usage: 'get <thing>',
      remote: true,
      text: { en: 'show one, by number or uri', zh: '按编号或 URI 查看' },
      options: [{ flags: '--values', text: { en: 'its current values', zh: '显示当前值' } }],
      async action(context, [id = ''], { values }) {
        const client = connect(context);
        if (!values) return writeObject(context, await client.object(thingPath(id)));
        const current = await client.object(`${thingPath(id)}/properties`);
        const rows = Object.entries(current).map(([property, state]) => ({
          property,
          ...(isRow(state) ? state : { value: state }),
        }));
        return writeRows(context, rows);
      },
    },
    runtime,
  );
}

interface CreateOptions {
  readonly model?: string;
  readonly uri?: string;
  readonly parent?: number;
  readonly label?: readonly string[];
  readonly credential?: boolean;
}

function defineCreate(thing: Command, runtime: Runtime): void {
  addCommand<CreateOptions>(
    thing,
    {
      usage: 'create <name>',
      remote: true,
      text: { en: 'register a thing', zh: '登记一个物' },
      options: [
        { flags: '--model <uri>', text: { en: 'its thing model', zh: '物模型' } },
        { flags: '--uri <uri>', text: { en: 'its stable name', zh: '稳定标识 URI' } },
        {
          flags: '--parent <id>',
          parse: wholeNumber,
          text: { en: 'the gateway it is behind', zh: '所属网关' },
        },
        labelOption,
        {
          flags: '--credential',
          text: {
            en: 'with a username and token, shown only once',
            zh: '同时生成用户名和令牌，只显示一次',
          },
        },
      ],
      async action(context, [name], { model, uri, parent, label = [], credential }) {
        const client = connect(context);
        const labels = Object.fromEntries(label.map(labelOf));
        const json = { name, model, uri, parent, ...(label.length > 0 ? { labels } : {}) };
        const made = await client.object('/api/v1/things', { method: 'POST', json });
        if (!credential) return writeObject(context, made);
        const place = `${thingPath(String(made['id']))}/credentials`;
        const secret = await client.object(place, { method: 'POST', json: {} });
        return writeObject(context, { ...made, ...secret, id: made['id'] });
      },
    },
    runtime,
  );
}

function labelOf(text: string): [string, string] {
  const [key = '', ...rest] = text.split('=');
  if (key !== '' && rest.length > 0) return [key, rest.join('=')];
  const title = `--label ${text}: key=value expected`;
  throw new CommandError(Exit.usage, [{ code: 'cli.label', title }]);
}

interface CredentialOptions {
  readonly certificate?: boolean;
  readonly csr?: string;
  readonly rotate?: number;
  readonly overlap?: number;
}

const credentialOptions: readonly OptionSpec[] = [
  {
    flags: '--certificate',
    text: { en: 'a certificate with a key instead of a token', zh: '生成证书和私钥，而不是令牌' },
  },
  {
    flags: '--csr <file>',
    text: { en: 'a certificate for this PKCS#10 request', zh: '按 PKCS#10 请求签发证书' },
  },
  {
    flags: '--rotate <credential>',
    parse: wholeNumber,
    text: { en: 'in the place of this one', zh: '替换指定的凭据' },
  },
  {
    flags: '--overlap <seconds>',
    parse: wholeNumber,
    text: { en: 'how long both are valid when rotated', zh: '轮换时新旧凭据并存的秒数' },
  },
];

function defineCredential(thing: Command, runtime: Runtime): void {
  addCommand<CredentialOptions>(
    thing,
    {
      usage: 'credential <thing>',
      remote: true,
      text: {
        en: 'make a username and token, or a certificate, for a device; shown only once',
        zh: '为设备生成用户名和令牌或证书，只显示一次',
      },
      options: credentialOptions,
      async action(context, [id = ''], { certificate, csr: file, rotate, overlap }) {
        const all = `${thingPath(id)}/credentials`;
        const place = rotate === undefined ? all : `${all}/${rotate}/rotate`;
        const csr = file === undefined ? undefined : await readFile(resolve(file), 'utf8');
        const json = { certificate, csr, overlapSeconds: overlap };
        writeObject(context, await connect(context).object(place, { method: 'POST', json }));
      },
    },
    runtime,
  );
}

function defineImport(thing: Command, runtime: Runtime): void {
  addCommand(
    thing,
    {
      usage: 'import [file]',
      remote: true,
      text: {
        en: 'register many from CSV (file or stdin); wrong rows are named, the others go in',
        zh: '从 CSV（文件或标准输入）批量登记；错误行逐行指出，其余照常导入',
      },
      async action(context, [file]) {
        const source =
          file === undefined || file === '-' ? context.terminal.stdin : createReadStream(file);
        const body = { type: 'text/csv', content: await textOfStream(source) };
        const answer = await connect(context).object('/api/v1/things/import', {
          method: 'POST',
          body,
        });
        writeObject(context, answer);
        return importExit(context, answer);
      },
    },
    runtime,
  );
}

function importExit(context: Context, answer: Readonly<Record<string, unknown>>): ExitCode {
  const count = Number(answer['refusedCount']);
  if (!(count > 0)) return Exit.ok;
  context.note({ en: `${count} rows were refused`, zh: `${count} 行被拒绝` });
  return Exit.partial;
}

function defineRemove(thing: Command, runtime: Runtime): void {
  addCommand<RemovalOptions>(
    thing,
    {
      usage: 'rm <thing>',
      remote: true,
      text: { en: 'remove a thing with all its readings', zh: '删除物及其全部数据' },
      options: removalOptions,
      async action(context, [id = ''], options) {
        const client = connect(context);
        const { name } = await client.object(thingPath(id));
        const what = { en: `remove ${id} (${String(name)})`, zh: `删除 ${id}（${String(name)}）` };
        if (!(await confirm(context, what, options))) return;
        await client.send(thingPath(id), { method: 'DELETE' });
        context.note({ en: `removed ${id}`, zh: `已删除 ${id}` });
      },
    },
    runtime,
  );
}
