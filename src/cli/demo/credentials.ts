// SPDX-License-Identifier: Apache-2.0
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { demoTokensFile as file } from '#api';
import { isRow } from '../client.ts';
import type { DeviceCredential } from '../fleet/enrolment.ts';

/** Credentials of the demo devices by uri; empty where none are kept. */
export function readCredentials(data: string): Map<string, DeviceCredential> {
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path.join(data, file), 'utf8'));
  } catch {
    // The first start, or a file that no longer says anything: new credentials are made.
  }
  return new Map(
    Object.entries(isRow(found) ? found : {}).flatMap(([uri, each]) =>
      isRow(each) && typeof each['username'] === 'string' && typeof each['token'] === 'string'
        ? [[uri, { username: each['username'], token: each['token'] }] as const]
        : [],
    ),
  );
}

/** Keeps them for the next start, readable by the owner only. */
export function writeCredentials(
  data: string,
  credentials: ReadonlyMap<string, DeviceCredential>,
): void {
  const place = path.join(data, file);
  const text = `${JSON.stringify(Object.fromEntries(credentials), null, 1)}\n`;
  writeFileSync(`${place}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${place}.new`, place);
}
