// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { packagesFrom, shippedPackages, type PackageLicence } from './licences.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const permissive = new Set([
  ...['MIT', 'MIT-0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'Zlib'],
  ...['CC0-1.0', 'BlueOak-1.0.0', 'Unlicense'],
]);
/** Fine for what only tests and builds. */
const forTools = new Set([...permissive, 'MPL-2.0']);

/** SPDX: one of the alternatives must be allowed, and all parts of it. */
function allowed(licence: string, set: ReadonlySet<string>): boolean {
  const bare = licence.replace(/^\(|\)$/g, '');
  return bare.split(' OR ').some((each) => each.split(' AND ').every((part) => set.has(part)));
}

function refused(packages: readonly PackageLicence[], set: ReadonlySet<string>): string[] {
  return packages
    .filter(({ licence }) => !allowed(licence, set))
    .map(({ name, version, licence }) => `${name} ${version}: ${licence || 'unknown'}`);
}

test('everything that is shipped has a permissive licence', () => {
  const packages = shippedPackages(root);
  assert.ok(packages.length > 50, String(packages.length));
  assert.deepEqual(refused(packages, permissive), []);
});

test('everything that only tests and builds has one too, or MPL-2.0', () => {
  const kinds = ['devDependencies', 'optionalDependencies'];
  const packages = [root, path.join(root, 'console')].flatMap((place) =>
    packagesFrom(place, 'product', kinds),
  );
  assert.deepEqual(refused(packages, forTools), []);
});

test('an unknown licence and one that is not permissive are refused, at any depth', () => {
  const place = mkdtempSync(path.join(tmpdir(), 'fengsui-licences-'));
  const put = (where: string, manifest: object): void => {
    mkdirSync(path.join(place, where), { recursive: true });
    writeFileSync(path.join(place, where, 'package.json'), JSON.stringify(manifest));
  };
  try {
    put('', { dependencies: { a: '1' } });
    put('node_modules/a', { version: '1', license: '(GPL-3.0 OR MIT)', dependencies: { b: '2' } });
    put('node_modules/a/node_modules/b', { version: '2', dependencies: { c: '3', gone: '1' } });
    put('node_modules/c', {
      version: '3',
      licenses: [{ type: 'AGPL-3.0' }],
      dependencies: { a: '1' },
    });
    const found = packagesFrom(place, 'product');
    assert.deepEqual(
      found.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(refused(found, permissive), ['b 2: unknown', 'c 3: AGPL-3.0']);
  } finally {
    rmSync(place, { recursive: true });
  }
});
