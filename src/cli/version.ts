// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

/** The version in package.json. */
export function productVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version }: { readonly version?: unknown } = JSON.parse(readFileSync(file, 'utf8'));
  return typeof version === 'string' ? version : '0.0.0';
}
