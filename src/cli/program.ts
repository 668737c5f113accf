// SPDX-License-Identifier: Apache-2.0
import { Command, CommanderError } from 'commander';
import { FaultError } from '#core';
import { languageOf, type Terminal, type Text } from './context.ts';
import type { Runtime } from './define.ts';
import {
  CommandError,
  Exit,
  exitOfFaults,
  troubleOf,
  type ExitCode,
  type Trouble,
} from './exit.ts';

/** A file of commands/: adds its command or its tree under `root`. */
interface CommandModule {
  define(root: Command, runtime: Runtime): void;
}

interface Entry {
  readonly name: string;
  readonly text: Text;
  readonly load: () => Promise<CommandModule>;
}

/** The tree's first level; only the module of the command asked for is loaded. */
const entries: readonly Entry[] = [
  {
    name: 'up',
    text: { en: 'run the platform', zh: '启动平台' },
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'doctor',
    text: { en: 'find out what is wrong with this installation', zh: '检查本机安装' },
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'admin',
    text: { en: 'the first administrator', zh: '首位管理员' },
    load: () => import('./commands/admin.ts'),
  },
  {
    name: 'token',
    text: { en: 'API tokens', zh: 'API 令牌' },
    load: () => import('./commands/token.ts'),
  },
  {
    name: 'user',
    text: { en: 'users', zh: '用户' },
    load: () => import('./commands/user.ts'),
  },
  {
    name: 'group',
    text: { en: 'groups of users', zh: '用户组' },
    load: () => import('./commands/group.ts'),
  },
  {
    name: 'role',
    text: { en: 'roles: what can be granted', zh: '角色' },
    load: () => import('./commands/role.ts'),
  },
  {
    name: 'grant',
    text: { en: 'who has which role where', zh: '授权：谁在何处具有何种角色' },
    load: () => import('./commands/grant.ts'),
  },
  {
    name: 'tenant',
    text: { en: 'tenants: organisations', zh: '租户' },
    load: () => import('./commands/tenant.ts'),
  },
  {
    name: 'thing',
    text: { en: 'things: devices, gateways, assets', zh: '物：设备、网关、资产' },
    load: () => import('./commands/thing.ts'),
  },
  {
    name: 'authority',
    text: { en: 'authorities that sign device certificates', zh: '签发设备证书的证书机构' },
    load: () => import('./commands/authority.ts'),
  },
  {
    name: 'provisioning-key',
    text: { en: 'keys by which devices fetch their credential', zh: '设备型号的预置密钥' },
    load: () => import('./commands/provisioning-key.ts'),
  },
  {
    name: 'model',
    text: { en: 'thing models', zh: '物模型' },
    load: () => import('./commands/model.ts'),
  },
  {
    name: 'tail',
    text: { en: 'follow what arrives', zh: '实时查看到达的数据' },
    load: () => import('./commands/tail.ts'),
  },
  {
    name: 'trace',
    text: { en: 'follow the messages of a thing through every step', zh: '逐步跟踪某个物的消息' },
    load: () => import('./commands/trace.ts'),
  },
  {
    name: 'simulate',
    text: { en: 'run a fleet of simulated devices', zh: '运行模拟设备群' },
    load: () => import('./commands/simulate.ts'),
  },
  {
    name: 'demo',
    text: { en: 'what `up --demo` has made', zh: '`up --demo` 生成的数据' },
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'backup',
    text: { en: 'create, verify and restore backups', zh: '创建、校验、恢复备份' },
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'audit',
    text: { en: 'who has done what', zh: '审计日志' },
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'api',
    text: { en: 'send any request of the API', zh: '发送任意 API 请求' },
    load: () => import('./commands/api.ts'),
  },
  {
    name: 'config',
    text: { en: 'check and show the configuration', zh: '检查、查看配置' },
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'version',
    text: { en: 'print the version', zh: '显示版本' },
    load: () => import('./commands/version.ts'),
  },
];

const titles: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
};

/** `--lang` counts wherever it stands, since it also decides the language of the help. */
function languageOption(args: readonly string[]): string | undefined {
  const index = args.findIndex((each) => each === '--lang' || each.startsWith('--lang='));
  return index < 0 ? undefined : (args[index]?.split('=')[1] ?? args[index + 1]);
}

/** Runs the command line; resolves to the exit code. Never throws for what a person or a server did. */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const language = languageOf(languageOption(args), terminal.environment);
  let code: ExitCode = Exit.ok;
  const runtime: Runtime = { terminal, language, finish: (exit) => void (code = exit) };
  const root = new Command('fengsui')
    .description({ en: 'Fengsui, the open IoT platform', zh: '烽燧，开放的物联网平台' }[language])
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
    })
    .configureHelp({
      styleTitle: (title) => (language === 'zh' ? (titles[title] ?? title) : title),
    })
    .helpCommand(false)
    .helpOption('-h, --help', { en: 'show help', zh: '显示帮助' }[language]);
  const wanted = args.find((each) => !each.startsWith('-'));
  try {
    for (const { name, text, load } of entries) {
      if (name === wanted) (await load()).define(root, runtime);
      else root.command(name).description(text[language]);
    }
    if (args.length === 0) {
      root.outputHelp({ error: true });
      return Exit.usage;
    }
    await root.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return report(error, runtime);
  }
}

/** Says what went wrong, on stderr, and which exit code that is. */
function report(error: unknown, { terminal, language }: Runtime): ExitCode {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? Exit.ok : Exit.usage;
  }
  if (error instanceof CommandError) {
    for (const trouble of error.troubles) terminal.stderr.write(troubleText(trouble));
    return error.exit;
  }
  if (error instanceof FaultError) {
    terminal.stderr.write(troubleText(troubleOf(error.fault, language)));
    return exitOfFaults([error.fault]);
  }
  if (terminal.signal.aborted) return Exit.interrupted;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.stderr.write(`fengsui: ${text}\n`);
  return Exit.failed;
}

function troubleText({ code, title, at, detail, fix }: Trouble): string {
  const head = [at, detail, title].filter(Boolean).join(': ');
  return `fengsui: ${head} [${code}]\n${fix === undefined ? '' : `  → ${fix}\n`}`;
}
