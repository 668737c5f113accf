// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedTree } from './planted.ts';

/** Stand-ins for domains, so that imports resolve. */
const domains = {
  'src/core/index.ts': 'export const core = 1;\n',
  'src/runtime/index.ts':
    'export const runtime = 1;\nexport interface Clock {\n  now: number;\n}\n',
  'src/model/index.ts': 'export const model = 1;\n',
  'src/config/index.ts': 'export const config = 1;\n',
  'src/bus/index.ts': 'export const bus = 1;\nexport const RecordKind = {};\n',
  'src/store/index.ts': 'export const store = 1;\n',
  'src/security/index.ts': 'export const security = 1;\n',
  'src/access/index.ts': 'export const access = 1;\n',
};

const protocol = 'src/access/protocols/p';

/** File, its text, and what lint must say; undefined for what must pass. */
const cases: readonly (readonly [string, string, string | undefined])[] = [
  ['src/store/a.ts', `import { core } from '#core';\nexport const a = core;\n`, undefined],
  ['src/store/a.ts', `import { bus } from '#bus';\nexport const a = bus;\n`, undefined],
  [
    'src/core/a.ts',
    `import { runtime } from '#runtime';\nexport const a = runtime;\n`,
    'may not import',
  ],
  [
    'src/model/a.ts',
    `import { runtime } from '#runtime';\nexport const a = runtime;\n`,
    'may not import',
  ],
  ['src/bus/a.ts', `import { store } from '#store';\nexport const a = store;\n`, 'may not import'],
  ['src/bus/a.ts', `export { access } from '#access';\n`, 'may not import'],
  ['src/bus/a.ts', `export const a = await import('#access');\n`, 'may not import'],
  [
    'src/bus/a.ts',
    `import type { Clock } from '#security';\nexport type A = Clock;\n`,
    'may not import',
  ],
  ['src/store/a.ts', `import { store } from '#store';\nexport const a = store;\n`, 'relative path'],
  [
    'src/store/a.ts',
    `import { core } from '../core/index.ts';\nexport const a = core;\n`,
    `use '#domain'`,
  ],
  [
    'src/store/a.test.ts',
    `import { core } from '../core/index.ts';\nexport const a = core;\n`,
    `as '#domain'`,
  ],
  [
    'src/store/a.ts',
    `import { config } from '#config';\nexport const a = config;\n`,
    'only main.ts and cli',
  ],
  ['src/nowhere/a.ts', `import { nope } from '#nope';\nexport const a = nope;\n`, 'no domain'],
  [`${protocol}/codec.ts`, `import { model } from '#model';\nexport const a = model;\n`, undefined],
  [
    `${protocol}/codec.ts`,
    `import { security } from '#security';\nexport const a = security;\n`,
    'a codec imports only',
  ],
  [
    `${protocol}/codec.ts`,
    `import type { Clock } from '#runtime';\nexport type A = Clock;\n`,
    'a codec imports only',
  ],
  [
    `${protocol}/codec.ts`,
    `import { connect } from 'node:net';\nexport const a = connect;\n`,
    'does no I/O',
  ],
  [
    `${protocol}/session.ts`,
    `import { runtime } from '#runtime';\nexport const a = runtime;\n`,
    'only the adapter',
  ],
  [
    `${protocol}/session.ts`,
    `import { bus } from '#bus';\nexport const a = bus;\n`,
    'only the adapter',
  ],
  [
    `${protocol}/session.ts`,
    `import type { Clock } from '#runtime';\nexport type A = Clock;\n`,
    undefined,
  ],
  [
    `${protocol}/session.ts`,
    `import { RecordKind } from '#bus';\nexport const a = RecordKind;\n`,
    undefined,
  ],
  [
    `${protocol}/codec.ts`,
    `import { RecordKind } from '#bus';\nexport const a = RecordKind;\n`,
    'a codec imports only',
  ],
  [
    `${protocol}/adapter.ts`,
    `import { runtime } from '#runtime';\nexport const a = runtime;\n`,
    undefined,
  ],
  ['src/main.ts', `import { access } from '#access';\nexport const a = access;\n`, undefined],
  [
    'src/main.ts',
    `import { access } from './access/index.ts';\nexport const a = access;\n`,
    `use '#domain'`,
  ],
  ['src/main.ts', 'export class A {}\n', 'main.ts only wires'],
  ['src/store/a.ts', `import { b } from './b.ts';\nexport const a = b;\n`, 'cycle'],
];

const cyclic = { 'src/store/b.ts': `import { a } from './a.ts';\nexport const b = a;\n` };

for (const [file, text, expected] of cases) {
  const what = text.split('\n', 1)[0];
  test(`${file}: ${what} ${expected === undefined ? 'passes' : 'fails'}`, () => {
    using tree = plantedTree({ ...domains, ...(expected === 'cycle' ? cyclic : {}), [file]: text });
    const { code, text: said } = tree.run('oxlint', ['src']);
    assert.equal(code === 0, expected === undefined, said);
    if (expected !== undefined) assert.ok(said.includes(expected), said);
  });
}
