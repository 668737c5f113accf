// SPDX-License-Identifier: Apache-2.0
import type { Readable, Writable } from 'node:stream';
import type { ExitCode, Language } from './exit.ts';

/** Text in both languages. */
export interface Text {
  readonly en: string;
  readonly zh: string;
}

export type OutputFormat = 'table' | 'json' | 'ndjson' | 'csv';

/** What a command sees of the world outside it, so that tests run it without a process. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Data only. */
  readonly stdout: Writable & { readonly isTTY?: boolean };
  /** Everything else. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly output?: OutputFormat | undefined;
  readonly lang?: string | undefined;
  readonly config?: string | undefined;
  readonly data?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly server?: string | undefined;
  readonly tokenFile?: string | undefined;
}

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly options: CommonOptions;
  readonly language: Language;
  readonly colour: boolean;
  /** The text in the language of the person. */
  say(text: Text): string;
  /** A line for the person, on stderr. */
  note(text: Text): void;
}

/** A command's action: resolves to its exit code; nothing means 0. */
export type Action<Options> = (
  context: Context,
  args: readonly string[],
  options: Options,
) => Promise<ExitCode | void>;

/** The language by `--lang`, else by the environment as gettext reads it. */
export function languageOf(
  option: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  const named =
    option ??
    ['FENGSUI_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'].map((key) => environment[key]).find(Boolean);
  return named?.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function createContext(terminal: Terminal, options: CommonOptions): Context {
  const language = languageOf(options.lang, terminal.environment);
  const noColour = (terminal.environment['NO_COLOR'] ?? '') !== '';
  const colour = terminal.stderr.isTTY === true && !noColour;
  return {
    terminal,
    options,
    language,
    colour,
    say: (text) => text[language],
    note: (text) => void terminal.stderr.write(`${text[language]}\n`),
  };
}
