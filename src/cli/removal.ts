// SPDX-License-Identifier: Apache-2.0
import { createInterface } from 'node:readline/promises';
import type { Context, Text } from './context.ts';
import type { OptionSpec } from './define.ts';
import { CommandError, Exit } from './exit.ts';

export interface RemovalOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly input?: boolean;
}

/** What every command that destroys something takes. */
export const removalOptions: readonly OptionSpec[] = [
  { flags: '--yes', text: { en: 'do not ask', zh: '不再询问' } },
  { flags: '--dry-run', text: { en: 'only say what would be done', zh: '只说明将要做什么' } },
  { flags: '--no-input', text: { en: 'never ask; fail instead', zh: '从不询问，直接失败' } },
];

/** Asks on a terminal; elsewhere `--yes` is needed. False: nothing is to be done. */
export async function confirm(
  context: Context,
  what: Text,
  options: RemovalOptions,
): Promise<boolean> {
  if (options.dryRun) {
    context.note({ en: `would ${what.en}`, zh: `将会${what.zh}` });
    return false;
  }
  if (options.yes) return true;
  const { stdin, stderr, signal } = context.terminal;
  if (stdin.isTTY !== true || options.input === false) {
    const title = context.say({ en: `${what.en}: not confirmed`, zh: `${what.zh}：未确认` });
    throw new CommandError(Exit.usage, [{ code: 'cli.confirm', title, fix: '--yes' }]);
  }
  const asking = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await asking.question(`${context.say(what)}? [y/N] `, { signal });
    return /^(y|yes|是)$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}
