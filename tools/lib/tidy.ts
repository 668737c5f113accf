// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import path from 'node:path';
import { deadFiles } from './dead-files.ts';
import { filesOf, sourceFiles, textOf } from './files.ts';
import { longFunctions } from './functions.ts';
import { textFaults } from './texts.ts';

/** Ratchets: these numbers may only go down. */
const ratchet = {
  fileLines: 500,
  /** Half of the files are shorter than this. */
  medianLines: 150,
  functionLines: 70,
  /** Of a component: its markup is a description, and longer than what it does. */
  componentLines: 100,
  columns: 100,
  /** The formatter does not break comments. */
  commentColumns: 144,
  todo: 0,
  runtimeDependencies: 15,
} as const;

// Written apart, so that this file does not find itself.
const todoMark = `@${'TODO'}`;
const fixMark = new RegExp(String.raw`\b${'FIX'}ME\b`);
const registryHost = /registry\.(npmjs|npmmirror|yarnpkg)\.|npm\.taobao\.|verdaccio|artifactory/i;

interface Source {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Files that are data in the shape of code: rows of a standard, error texts, limits. */
const isTable = (file: string): boolean =>
  /(^|\/)(table|limits|units|catalogue)(-[a-z]+)?\.ts$|\/errors\/|\/tables\/|\.fixtures\.ts$/.test(
    file,
  );

/** Suites are lists of cases. */
const isTest = (file: string): boolean => /\.test\.ts$|conformance|\/testing\//.test(file);

const isCode = ({ file }: Source): boolean => /\.(tsx?|mjs|js)$/.test(file);

/** Rules of the repository and what breaks them, for the tree at `base`. */
export function tidyFaults(base: string): ReadonlyMap<string, readonly string[]> {
  const sources = sourceFiles(base).map((file): Source => {
    const text = textOf(file, base);
    return { file, text, lines: text.split('\n') };
  });
  const code = sources.filter(isCode);
  return new Map([
    [`no file is longer than ${ratchet.fileLines} lines (tables excepted)`, longFiles(code)],
    [`half of the files are shorter than ${ratchet.medianLines} lines`, median(code)],
    [
      `no function is longer than ${ratchet.functionLines} lines, no component than ${ratchet.componentLines}`,
      code
        .filter(({ file }) => !isTest(file))
        .flatMap(({ file, text }) =>
          longFunctions(
            file,
            text,
            file.endsWith('.tsx') ? ratchet.componentLines : ratchet.functionLines,
          ),
        ),
    ],
    [
      `no line is longer than ${ratchet.columns} columns, but for text that cannot be broken`,
      longLines(code),
    ],
    ['every file begins with its licence', unlicensed(sources)],
    [`at most ${ratchet.todo} ${todoMark} marks, no other open marks`, openMarks(sources)],
    [
      `at most ${ratchet.runtimeDependencies} runtime dependencies, each with its reason`,
      dependencies(base),
    ],
    ['no package registry is named', registries(base, sources)],
    ['documents are there, README in both languages', documents(base)],
    ['every file of src is used', deadFiles(base)],
    ['texts of the console: the same in both languages, all used, none in code', textFaults(base)],
  ]);
}

function longFiles(sources: readonly Source[]): string[] {
  return sources
    .filter(({ file, lines }) => !isTable(file) && lines.length - 1 > ratchet.fileLines)
    .map(({ file, lines }) => `${file}: ${lines.length - 1} lines`);
}

function median(sources: readonly Source[]): string[] {
  const sizes = sources.map(({ lines }) => lines.length - 1).toSorted((a, b) => a - b);
  const middle = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return middle < ratchet.medianLines ? [] : [`the median is ${middle} lines`];
}

/** Cells of a line: two for wide characters. */
function columnsOf(line: string): number {
  let count = 0;
  for (const char of line) count += /[\u1100-\u115f\u2e80-\uffef]/.test(char) ? 2 : 1;
  return count;
}

/** A long string, pattern or address that the formatter cannot break. */
const unbreakable = /(['"`/]).{40,}\1|https?:\/\//;

function longLines(sources: readonly Source[]): string[] {
  return sources.filter(({ file }) => !isTable(file)).flatMap(longLinesOf);
}

function longLinesOf({ file, lines }: Source): string[] {
  const found: string[] = [];
  let ticks = 0;
  for (const [index, line] of lines.entries()) {
    const before = ticks;
    ticks += line.match(/(?<!\\)`/g)?.length ?? 0;
    // Text of a template, as SQL, stands as its author broke it.
    const template = before % 2 === 1 || ticks > before;
    const comment = /^\s*(\/\/|\*|\/\*)/.test(line);
    const most = comment ? ratchet.commentColumns : ratchet.columns;
    const columns = columnsOf(line);
    if (columns <= most || template || unbreakable.test(line)) continue;
    found.push(`${file}:${index + 1}: ${columns} columns`);
  }
  return found;
}

function unlicensed(sources: readonly Source[]): string[] {
  return sources
    .filter(({ lines }) => !lines.slice(0, 3).includes('// SPDX-License-Identifier: Apache-2.0'))
    .map(({ file }) => file);
}

function openMarks(sources: readonly Source[]): string[] {
  const lines = sources.flatMap(({ file, lines: all }) =>
    all.map((line, index) => ({ place: `${file}:${index + 1}`, line })),
  );
  const todo = lines.filter(({ line }) => line.includes(todoMark)).map(({ place }) => place);
  const banned = lines.filter(({ line }) => fixMark.test(line)).map(({ place }) => place);
  return [...(todo.length > ratchet.todo ? todo : []), ...banned];
}

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function dependencies(base: string): string[] {
  const file: PackageFile = JSON.parse(textOf('package.json', base));
  const runtime = Object.keys(file.dependencies ?? {});
  const reasons = existsSync(path.join(base, 'docs/dependencies.md'))
    ? textOf('docs/dependencies.md', base)
    : '';
  const all = { ...file.dependencies, ...file.optionalDependencies, ...file.devDependencies };
  const unnamed = Object.keys(all).filter((name) => !reasons.includes(`\`${name}\``));
  const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version));
  return [
    ...(runtime.length > ratchet.runtimeDependencies ? [`${runtime.length} dependencies`] : []),
    ...unnamed.map((name) => `${name} is not in docs/dependencies.md`),
    ...loose.map(([name, version]) => `${name} ${version} is not exact`),
  ];
}

function registries(base: string, sources: readonly Source[]): string[] {
  const others = filesOf(['*.json', '*.md', '.npmrc', '.ci/*', 'docs/**/*.{md,json}'], base);
  const named = others.filter((file) => registryHost.test(textOf(file, base)));
  const resolved = existsSync(path.join(base, 'package-lock.json'))
    ? // A workspace is "resolved" to its folder.
      /"resolved": "(?!console")/.test(textOf('package-lock.json', base))
    : false;
  return [
    ...named,
    ...sources
      .filter(({ file, text }) => file !== 'tools/lib/tidy.ts' && registryHost.test(text))
      .map(({ file }) => file),
    ...(resolved ? ['package-lock.json names where packages come from'] : []),
  ];
}

const wanted = [
  'README.md',
  'README.zh.md',
  'ARCHITECTURE.md',
  'GOALS.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'LICENSE',
  'docs/glossary.md',
  'docs/dependencies.md',
];

function documents(base: string): string[] {
  const missing = wanted.filter((file) => !existsSync(path.join(base, file)));
  const guide = missing.includes('CONTRIBUTING.md') ? '' : textOf('CONTRIBUTING.md', base);
  const long =
    guide.split('\n').length - 1 > 150 ? ['CONTRIBUTING.md is longer than 150 lines'] : [];
  return [...missing.map((file) => `${file} is missing`), ...long];
}
