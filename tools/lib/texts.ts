// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { filesOf, textOf } from './files.ts';

const sources = 'console/src';
const han = /\p{Script=Han}/u;
/** Forms of a plural are one text (i18next). */
const plural = /_(zero|one|two|few|many|other)$/;

interface Namespace {
  readonly name: string;
  /** File of each language. */
  readonly files: Readonly<Record<'zh' | 'en', string>>;
  /** Where its keys may be used. */
  readonly folder: string;
}

/** What is wrong with the console's texts: the languages differ, keys are missing or unused, Chinese stands in code. */
export function textFaults(base: string): string[] {
  const code = filesOf([`${sources}/**/*.{ts,tsx}`], base)
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .map((file) => ({ file, text: withoutComments(textOf(file, base)) }));
  const spaces = namespaces(base);
  const keys = new Map(spaces.map((space) => [space.name, keysOf(space.files.zh, base)]));
  return [
    ...spaces.flatMap((space) => differences(space, base)),
    ...spaces.flatMap(({ name, folder }) => {
      const texts = code.filter(({ file }) => file.startsWith(folder)).map(({ text }) => text);
      return unused(keys.get(name) ?? new Set(), texts).map((key) => `${name}: ${key} is not used`);
    }),
    ...code.flatMap(({ file, text }) => missing(file, text, keys)),
    ...code.flatMap(({ file, text }) => literals(file, text)),
  ];
}

function namespaces(base: string): Namespace[] {
  const shared = filesOf([`${sources}/locales/zh/*.json`], base).map((zh) => ({
    name: path.posix.basename(zh, '.json'),
    files: { zh, en: zh.replace('/zh/', '/en/') },
    folder: sources,
  }));
  const pages = filesOf([`${sources}/pages/*/locales/zh.json`], base).map((zh) => {
    const folder = path.posix.dirname(path.posix.dirname(zh));
    const en = zh.replace(/zh\.json$/, 'en.json');
    return { name: path.posix.basename(folder), files: { zh, en }, folder: `${folder}/` };
  });
  return [...shared, ...pages];
}

function keysOf(file: string, base: string): Set<string> {
  try {
    const content: unknown = JSON.parse(textOf(file, base));
    return new Set(leaves(content, '').map((key) => key.replace(plural, '')));
  } catch {
    return new Set();
  }
}

function leaves(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [at];
  return Object.entries(value).flatMap(([name, inner]) =>
    leaves(inner, at === '' ? name : `${at}.${name}`),
  );
}

function differences({ files: { zh, en } }: Namespace, base: string): string[] {
  const [chinese, english] = [keysOf(zh, base), keysOf(en, base)];
  return [
    ...[...chinese].filter((key) => !english.has(key)).map((key) => `${en}: ${key} is missing`),
    ...[...english].filter((key) => !chinese.has(key)).map((key) => `${zh}: ${key} is missing`),
  ];
}

/** Keys that no literal names and no template begins. */
function unused(keys: ReadonlySet<string>, texts: readonly string[]): string[] {
  const named = new Set<string>();
  const begun: string[] = [];
  for (const text of texts) {
    for (const [, , literal = ''] of text.matchAll(/(['"])([\w.-]+)\1/g)) named.add(literal);
    for (const [, start = ''] of text.matchAll(/`([\w.-]+\.)\$\{/g)) begun.push(start);
  }
  return [...keys].filter(
    (key) => !named.has(key) && !begun.some((start) => key.startsWith(start)),
  );
}

const asked = [
  /\bt\(\s*'([\w.-]+)'/g,
  /\bt\(\s*[^()'"`]*\?\s*'([\w.-]+)'/g,
  /\bt\(\s*[^()'"`]*\?\s*'[\w.-]+'\s*:\s*'([\w.-]+)'/g,
  /\bi18nKey="([\w.-]+)"/g,
];

/** Keys that a file asks for and that its namespaces do not have. */
function missing(
  file: string,
  text: string,
  keys: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const spaces = [...text.matchAll(/useTranslation\((?:'([\w-]+)')?\)/g)].map(
    ([, name]) => keys.get(name ?? 'shell') ?? new Set<string>(),
  );
  if (spaces.length === 0) return [];
  const found = asked.flatMap((pattern) => [...text.matchAll(pattern)].map(([, key = '']) => key));
  return found
    .filter((key) => !spaces.some((space) => space.has(key)))
    .map((key) => `${file}: ${key} has no text`);
}

function literals(file: string, text: string): string[] {
  // Titles stand in a page's definition, in both languages.
  if (/\/pages\/[^/]+\/index\.ts$/.test(file)) return [];
  const lines = text.split('\n').flatMap((line, index) => (han.test(line) ? [index + 1] : []));
  return lines.map((line) => `${file}:${line}: Chinese belongs into locales`);
}

/** Comments become blanks; what looks like one in a string or an address stays. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
