// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  createContext,
  languageOf,
  type Action,
  type CommonOptions,
  type Terminal,
  type Text,
} from './context.ts';
import { Exit, type ExitCode, type Language } from './exit.ts';

/** An option of one command: its flags as commander writes them, and what it is for. */
export interface OptionSpec {
  readonly flags: string;
  readonly text: Text;
  /** Given more than once, it collects. */
  readonly repeat?: boolean;
  readonly choices?: readonly string[];
  readonly fallback?: string | number | boolean;
  readonly parse?: (text: string) => number;
}

/** One command of the tree. */
export interface CommandSpec<Options> {
  /** Name and arguments: `get <thing>`. */
  readonly usage: string;
  readonly text: Text;
  readonly options?: readonly OptionSpec[];
  /** Whether it talks to a running server. */
  readonly remote?: boolean;
  readonly action: Action<Options>;
}

/** Where the exit code of the action goes. */
export interface Runtime {
  readonly terminal: Terminal;
  readonly language: Language;
  finish(code: ExitCode): void;
}

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function optionOf(spec: OptionSpec, language: Language): Option {
  const option = new Option(spec.flags, spec.text[language]);
  if (spec.repeat) option.argParser(collect);
  if (spec.parse) option.argParser(spec.parse);
  if (spec.choices) option.choices(spec.choices);
  if (spec.fallback !== undefined) option.default(spec.fallback);
  return option;
}

const settingOptions: readonly OptionSpec[] = [
  { flags: '--config <file>', text: { en: 'configuration file', zh: '配置文件' } },
  { flags: '--data <dir>', text: { en: 'data directory (store.dir)', zh: '数据目录 (store.dir)' } },
  {
    flags: '--set <key=value>',
    repeat: true,
    text: { en: 'set a configuration key; repeatable', zh: '设置配置项，可重复' },
  },
  {
    flags: '--lang <language>',
    choices: ['en', 'zh'],
    text: { en: 'language of messages', zh: '提示语言' },
  },
];

const outputOption: OptionSpec = {
  flags: '-o, --output <format>',
  choices: ['table', 'json', 'ndjson', 'csv'],
  text: { en: 'form of the output', zh: '输出格式' },
};

const remoteOptions: readonly OptionSpec[] = [
  { flags: '--server <url>', text: { en: 'address of the server', zh: '服务器地址' } },
  {
    flags: '--token-file <file>',
    text: { en: 'file with the API token', zh: '存放 API 令牌的文件' },
  },
];

/** Adds a command; the options every command has come after its own. */
export function addCommand<Options extends object>(
  parent: Command,
  spec: CommandSpec<Options>,
  runtime: Runtime,
): void {
  const { language } = runtime;
  const command = parent.command(spec.usage).description(spec.text[language]);
  const own = spec.options ?? [];
  const output = own.some((each) => each.flags === '--json') ? [] : [outputOption];
  const remote = spec.remote ? remoteOptions : [];
  for (const each of [...own, ...output, ...remote, ...settingOptions]) {
    command.addOption(optionOf(each, language));
  }
  command.action(async () => {
    const options: Options & CommonOptions = command.opts<Options & CommonOptions>();
    const context = createContext(runtime.terminal, {
      ...options,
      lang: options.lang ?? languageOf(undefined, runtime.terminal.environment),
    });
    const args = command.args;
    runtime.finish((await spec.action(context, args, options)) ?? Exit.ok);
  });
}

/** A whole number for an option, refused with the usage otherwise. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw notA('a whole number', text);
  return value;
}

/** A number above zero. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw notA('a number above 0', text);
  return value;
}

const secondsOf = { s: 1, m: 60, h: 3_600 };

/** A span of time as seconds: `90`, `90s`, `5m`, `1h`. */
export function seconds(text: string): number {
  const [, digits = '', unit = 's'] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text) ?? [];
  if (unit !== 's' && unit !== 'm' && unit !== 'h') throw notA('a time', text);
  return positive(digits) * secondsOf[unit];
}

function notA(what: string, text: string): InvalidArgumentError {
  return new InvalidArgumentError(`not ${what}: ${text}`);
}
