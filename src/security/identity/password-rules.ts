// SPDX-License-Identifier: Apache-2.0
import { fault, type Fault, type Limits } from '#core';

/** Words that people make passwords of, ours for this purpose; compared without case, digits and punctuation. */
const commonWords = [
  ...['password', 'passwort', 'motdepasse', 'passw', 'pass', 'secret', 'letmein', 'welcome'],
  ...['admin', 'administrator', 'root', 'user', 'guest', 'test', 'demo', 'default', 'changeme'],
  ...['login', 'master', 'super', 'manager', 'operator', 'security', 'system', 'server'],
  ...['qwerty', 'qwertyuiop', 'qwertyuiopasdfghjkl', 'asdfgh', 'asdfghjkl', 'zxcvbn', 'zxcvbnm'],
  ...['qazwsx', 'qazwsxedc', 'wsxedc', 'abc', 'abcd', 'abcdef', 'abcdefgh', 'abcdefghijkl'],
  ...['fengsui', 'fengsuiadmin', 'platform', 'internet', 'iot', 'device', 'sensor', 'gateway'],
  ...['woaini', 'woaiwojia', 'nihao', 'beijing', 'shanghai', 'china', 'zhongguo', 'mima'],
  ...['iloveyou', 'love', 'monkey', 'dragon', 'football', 'sunshine', 'princess', 'hello'],
];
const common: ReadonlySet<string> = new Set(commonWords);
/** Fewer different characters than this are a pattern. */
const differentMin = 5;

/**
 * What is wrong with a new password; undefined when nothing is. It must be long, and neither the name of its owner nor
 * one of the common ones; there are no rules about kinds of characters (NIST SP 800-63B § 3.1.1.2).
 */
export function passwordFault(
  password: string,
  owner: { readonly name: string; readonly title?: string | undefined },
  limits: Limits,
): Fault | undefined {
  const text = password.normalize('NFC');
  const length = Array.from(text).length;
  if (length < limits['auth.passwordLengthMin'])
    return weak(`shorter than ${limits['auth.passwordLengthMin']} characters`);
  if (length > limits['auth.passwordLengthMax'])
    return weak(`longer than ${limits['auth.passwordLengthMax']} characters`);
  const folded = text.toLowerCase();
  for (const name of [owner.name, owner.title ?? '']) {
    const part = name.toLowerCase();
    if (part !== '' && without(folded, part).length < 4) return weak('little more than the name');
  }
  if (new Set(folded).size < differentMin) return weak('few different characters');
  if (isSequence(folded)) return weak('a sequence');
  if (isCommon(folded)) return weak('one of the common ones');
  return undefined;
}

function weak(detail: string): Fault {
  return fault('security.weak-password', 'password', detail);
}

/** What is left without every occurrence of a part, and without digits and punctuation. */
function without(text: string, part: string): string {
  const left = text.replaceAll(part, '');
  return left === text ? text : left.replace(/[\p{P}\p{S}\p{N}\s]+/gu, '');
}

/** Each character one after, or one before, the one before it: 1234567890, abcdef. */
function isSequence(text: string): boolean {
  const codes = Array.from(text, (each) => each.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  const regular = steps.filter((step) => step === 1 || step === -1 || step === 0).length;
  return regular >= steps.length - 2;
}

/** Whether nothing is left when digits, punctuation and common words are gone. */
function isCommon(text: string): boolean {
  const core = text.replaceAll(/^[\p{P}\p{S}\p{N}\s]+|[\p{P}\p{S}\p{N}\s]+$/gu, '');
  const plain = core
    .replaceAll('@', 'a')
    .replaceAll('0', 'o')
    .replaceAll('$', 's')
    .replaceAll('3', 'e')
    .replaceAll('1', 'i');
  return [core, plain].some((form) => {
    const words = form.split(/[\p{P}\p{S}\p{N}\s]+/u).filter((word) => word !== '');
    return words.every((word) => common.has(word) || common.has(halfOf(word)));
  });
}

/** The half of a word that is said twice: `adminadmin`. */
function halfOf(word: string): string {
  const half = word.slice(0, word.length / 2);
  return half + half === word ? half : word;
}
