// SPDX-License-Identifier: Apache-2.0
import type { Client } from './client.ts';
import type { OptionSpec } from './define.ts';
import { wholeNumber } from './define.ts';
import { CommandError, Exit } from './exit.ts';

export const userPlace = '/api/v1/users';
export const serviceAccountPlace = '/api/v1/service-accounts';
export const groupPlace = '/api/v1/groups';
/** More rows than anybody reads in a terminal. */
export const rowsMax = 10_000;

/** In which tenant something is made. */
export const tenantOption: OptionSpec = {
  flags: '--tenant <id>',
  parse: wholeNumber,
  text: { en: 'its tenant (default: your own)', zh: '所属租户（默认本人所在租户）' },
};

export const titleOption: OptionSpec = {
  flags: '--title <text>',
  text: { en: 'what people read', zh: '显示名称' },
};

/** The number of an account that is named by its number or its name. */
export async function accountId(
  client: Client,
  place: typeof userPlace | typeof serviceAccountPlace,
  text: string,
): Promise<number> {
  if (isNumber(text)) return Number(text);
  for await (const row of client.list(place, { search: text }, rowsMax)) {
    const { id, name } = row;
    if (typeof id === 'number' && String(name).toLowerCase() === text.toLowerCase()) return id;
  }
  throw nobody(text);
}

/** The number of a group that is named by its number or its name. */
export async function groupId(client: Client, text: string): Promise<number> {
  if (isNumber(text)) return Number(text);
  for await (const { id, name } of client.list(groupPlace, {}, rowsMax)) {
    if (typeof id === 'number' && name === text) return id;
  }
  throw nobody(text);
}

function isNumber(text: string): boolean {
  return /^[1-9]\d{0,15}$/.test(text);
}

function nobody(text: string): CommandError {
  return new CommandError(Exit.notFound, [
    { code: 'common.not-found', title: `nobody has that name: ${text}` },
  ]);
}
