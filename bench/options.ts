// SPDX-License-Identifier: Apache-2.0
import { parseArgs } from 'node:util';

/** The `--name value` options of a bench over their defaults; an unknown one is an error. */
export function benchOptions<T extends Record<string, string>>(
  args: readonly string[],
  defaults: T,
): Record<keyof T, string> {
  const names = Object.keys(defaults);
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options, allowPositionals: false });
  const given = Object.entries(values).filter((entry) => typeof entry[1] === 'string');
  return { ...defaults, ...Object.fromEntries(given) };
}
