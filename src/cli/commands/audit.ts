// SPDX-License-Identifier: Apache-2.0
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { checkAuditExport } from '#security';
import { checkAuditFile, dataLayout } from '#store';
import { connect } from '../client.ts';
import type { Context } from '../context.ts';
import { addCommand, wholeNumber, type OptionSpec, type Runtime } from '../define.ts';
import { CommandError, Exit } from '../exit.ts';
import { cellText, writeObject, writeRows, type Row } from '../output.ts';
import { needSettings } from '../settings.ts';

const place = '/api/v1/audit';

interface Filters {
  readonly act?: string;
  readonly result?: string;
  readonly account?: number;
  readonly resource?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
}

const filterOptions: readonly OptionSpec[] = [
  {
    flags: '--act <act>',
    text: { en: 'a permission, or a word such as login', zh: '权限名，或 login 等' },
  },
  {
    flags: '--result <result>',
    choices: ['done', 'refused', 'failed'],
    text: { en: 'what became of it', zh: '结果' },
  },
  {
    flags: '--account <number>',
    parse: wholeNumber,
    text: { en: 'of this account and its tokens', zh: '该账号及其令牌' },
  },
  {
    flags: '--resource <kind/id>',
    text: { en: 'on this, such as things/12', zh: '对象，例如 things/12' },
  },
  { flags: '--from <time>', text: { en: 'from this time on', zh: '起始时间' } },
  { flags: '--to <time>', text: { en: 'before this time', zh: '截止时间' } },
];

export function define(root: Command, runtime: Runtime): void {
  const text = { en: 'who has done what', zh: '审计日志' };
  const audit = root.command('audit').description(text[runtime.language]);
  addCommand<Filters>(
    audit,
    {
      usage: 'list',
      remote: true,
      text: { en: 'list entries, the newest first', zh: '列出审计记录，最新在前' },
      options: [
        ...filterOptions,
        {
          flags: '--limit <number>',
          parse: wholeNumber,
          text: { en: 'at most so many (default 50)', zh: '最多条数（默认 50）' },
        },
      ],
      async action(context, _args, { limit = 50, ...filters }) {
        const rows = await Array.fromAsync(
          connect(context).list(place, queryOf(filters), limit),
          rowOf,
        );
        writeRows(context, rows);
      },
    },
    runtime,
  );
  addCommand<Filters>(
    audit,
    {
      usage: 'export [file]',
      remote: true,
      text: {
        en: 'entries as NDJSON that can be verified without the server',
        zh: '导出可离线校验的 NDJSON',
      },
      options: filterOptions,
      async action(context, [file], filters) {
        const query = queryOf(filters);
        const accept = 'application/x-ndjson';
        const { body } = await connect(context).send(`${place}/export`, { query, accept });
        await save(context, body, file);
      },
    },
    runtime,
  );
  addCommand(
    audit,
    {
      usage: 'verify [file]',
      remote: true,
      text: {
        en: 'follow the chain: of a server, of an export, or with --data of the files of a server',
        zh: '校验链：服务器、导出文件，或用 --data 指定的数据目录',
      },
      action: async (context, [file]) => conclude(context, await verdictOf(context, file)),
    },
    runtime,
  );
}

/** Options of every command come along; only these are for the server. */
function queryOf(filters: Filters): Record<string, string | number | undefined> {
  const { act, result, account, resource, from, to } = filters;
  const [kind, ...id] = resource?.split('/') ?? [];
  const named = id.length === 0 ? undefined : id.join('/');
  return { act, result, account, from, to, resourceKind: kind, resource: named };
}

/** An entry as a line of a table. */
function rowOf(entry: Row): Row {
  const { seq, time, tenant, act, source, result, code, detail } = entry;
  const words = (value: unknown): string =>
    typeof value === 'object' && value !== null ? Object.values(value).join(' ') : '';
  const { actor, resource } = entry;
  return {
    ...{ seq, time, tenant, actor: words(actor), act, resource: words(resource) },
    ...{ source, result, code, detail },
  };
}

async function save(
  context: Context,
  body: ReadableStream<Uint8Array> | null,
  file: string | undefined,
): Promise<void> {
  const { stdout, signal, workingDirectory } = context.terminal;
  const from = Readable.from(body ?? []);
  const to: Writable =
    file === undefined
      ? stdout
      : createWriteStream(path.resolve(workingDirectory, file), { flags: 'wx', mode: 0o600 });
  await pipeline(from, to, { signal, end: file !== undefined });
  if (file !== undefined) context.note({ en: `written to ${file}`, zh: `已写入 ${file}` });
}

/** Where the chain is asked for decides who follows it: the server, or this process. */
async function verdictOf(context: Context, file: string | undefined): Promise<Row> {
  const { options, terminal } = context;
  if (file !== undefined) {
    const input = createReadStream(needFile(path.resolve(terminal.workingDirectory, file)));
    return { ...(await checkAuditExport(createInterface({ input }))) };
  }
  if (options.data !== undefined) {
    const { dir } = needSettings(context).config.store;
    return { ...checkAuditFile(needFile(path.join(dir, dataLayout.audit)), 'live') };
  }
  return connect(context).object(`${place}/verify`, { method: 'POST', json: {} });
}

function needFile(file: string): string {
  if (existsSync(file)) return file;
  throw new CommandError(Exit.notFound, [{ code: 'cli.audit', title: `there is no ${file}` }]);
}

function conclude(context: Context, verdict: Row): void {
  if (verdict['ok'] !== true) {
    const { why, seq } = verdict;
    const title = `${cellText(why)} at ${cellText(seq)}`;
    const fix =
      'compare with the newest backup or export; somebody has had their hands on the file';
    throw new CommandError(Exit.invalid, [{ code: 'cli.audit-broken', title, fix }]);
  }
  writeObject(context, verdict);
}
