// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startServer, type RunningServer } from '../../tools/support/server.ts';

const program = fileURLToPath(new URL('../../bin/fengsui', import.meta.url));

/** What a command of the command line did. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs until it is told to end. */
export interface RunningCommand {
  /** Resolves when standard output or standard error has the text. */
  until(text: string | RegExp): Promise<void>;
  /** Sends SIGINT, as Ctrl-C does. */
  interrupt(): Promise<Outcome>;
  readonly ended: Promise<Outcome>;
  kill(): void;
}

/** Starts `bin/fengsui` in a process of its own. */
export function launch(
  args: readonly string[],
  { stdin = '', cwd }: { readonly stdin?: string; readonly cwd?: string } = {},
): RunningCommand {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    stdio: 'pipe',
    env: { ...process.env, CONSOLE_BUILD: 'never' },
  });
  let [out, err] = ['', ''];
  const watchers = new Set<() => void>();
  const told = (): void => watchers.forEach((watch) => watch());
  child.stdout.setEncoding('utf8').on('data', (text: string) => ((out += text), told()));
  child.stderr.setEncoding('utf8').on('data', (text: string) => ((err += text), told()));
  child.stdin.end(stdin);
  const ended = new Promise<Outcome>((resolve) => {
    child.once('close', (code) => (resolve({ code, out, err }), told()));
  });
  const until = (text: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = [out, err].some((all) =>
          typeof text === 'string' ? all.includes(text) : text.test(all),
        );
        if (!found && child.exitCode === null) return;
        watchers.delete(look);
        if (found) resolve();
        else reject(new Error(`ended without ${String(text)}: ${out}${err}`));
      };
      watchers.add(look);
      look();
    });
  const interrupt = (): Promise<Outcome> => {
    child.kill('SIGINT');
    return ended;
  };
  return { until, interrupt, ended, kill: () => void child.kill('SIGKILL') };
}

/** Runs a command to its end. */
export function fengsui(
  args: readonly string[],
  options: { readonly stdin?: string; readonly cwd?: string } = {},
): Promise<Outcome> {
  return launch(args, options).ended;
}

/** The object a command has printed; it must have ended well. */
export function objectOf({ code, out, err }: Outcome): Record<string, unknown> {
  assert.equal(code, 0, `${out}${err}`);
  return JSON.parse(out);
}

/** The rows a command has printed, one JSON object a line. */
export function rowsOf({ code, out, err }: Outcome): Record<string, unknown>[] {
  assert.equal(code, 0, `${out}${err}`);
  return out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** A server on free ports with data of its own, and the command line beside it. */
export interface Workplace {
  /** A directory of its own, removed at the end. */
  readonly directory: string;
  readonly data: string;
  readonly server: RunningServer;
  /** Runs a command against the server. */
  readonly run: (args: readonly string[], stdin?: string) => Promise<Outcome>;
  readonly launch: (args: readonly string[]) => RunningCommand;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts the server; all that was launched beside it ends with it. */
export async function startWorkplace(settings: readonly string[] = []): Promise<Workplace> {
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-cli-'));
  const data = join(directory, 'data');
  try {
    const all = [`backup.dir=${join(directory, 'backup')}`, ...settings];
    const server = await startServer({ data, settings: all, stderr: 'ignore' });
    const launched: RunningCommand[] = [];
    return {
      ...{ directory, data, server },
      run: (args, stdin) =>
        fengsui([...args, '--data', data], {
          cwd: directory,
          ...(stdin === undefined ? {} : { stdin }),
        }),
      launch(args) {
        const command = launch([...args, '--data', data], { cwd: directory });
        launched.push(command);
        return command;
      },
      async [Symbol.asyncDispose]() {
        for (const command of launched) command.kill();
        await server[Symbol.asyncDispose]();
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
