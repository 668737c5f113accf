// SPDX-License-Identifier: Apache-2.0
import { randomInt } from 'node:crypto';

/** Without characters that are taken for others when they are read out or copied by hand. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password to be shown once and changed at the first login: 99 bits, in groups to be read out. */
export function temporaryPassword(): string {
  const group = (): string =>
    Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}
