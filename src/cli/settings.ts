// SPDX-License-Identifier: Apache-2.0
import { loadConfig, type LoadedConfig } from '#config';
import type { Context } from './context.ts';
import { CommandError, Exit, troubleOf } from './exit.ts';

/** The configuration as `up` would see it with the same options. */
export function readSettings(context: Context, demo = false): LoadedConfig {
  const { options, terminal } = context;
  return loadConfig({
    workingDirectory: terminal.workingDirectory,
    environment: terminal.environment,
    file: options.config,
    set: options.set,
    data: options.data,
    demo,
  });
}

/** The same, or the end of the command with everything that is wrong. */
export function needSettings(
  context: Context,
  demo = false,
): Extract<LoadedConfig, { readonly ok: true }> {
  const loaded = readSettings(context, demo);
  if (loaded.ok) return loaded;
  throw new CommandError(
    Exit.invalid,
    loaded.faults.map((fault) => troubleOf(fault, context.language)),
  );
}
