// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A package that the product or its console is made of. */
export interface PackageLicence {
  readonly name: string;
  readonly version: string;
  /** SPDX expression as the package says it; empty when it says nothing. */
  readonly licence: string;
  readonly part: 'product' | 'console';
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

function packageAt(directory: string): Json | undefined {
  const file = path.join(directory, 'package.json');
  if (!existsSync(file)) return undefined;
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isObject(parsed) ? parsed : undefined;
}

/** Where Node finds a package from a directory: the nearest `node_modules` upwards. */
function directoryOf(name: string, from: string): string | undefined {
  const place = path.join(from, 'node_modules', name);
  if (existsSync(path.join(place, 'package.json'))) return place;
  const parent = path.dirname(from);
  return parent === from ? undefined : directoryOf(name, parent);
}

/** The text of `license`, in its present form or in older ones. */
function licenceOf({ license, licenses }: Json): string {
  if (typeof license === 'string') return license;
  if (isObject(license) && typeof license['type'] === 'string') return license['type'];
  const list: readonly unknown[] = Array.isArray(licenses) ? licenses : [];
  const types = list.flatMap((each) =>
    isObject(each) && typeof each['type'] === 'string' ? [each['type']] : [],
  );
  return types.length > 1 ? `(${types.join(' OR ')})` : (types[0] ?? '');
}

function namesOf(manifest: Json, ...kinds: readonly string[]): string[] {
  return kinds.flatMap((kind) => {
    const names = manifest[kind];
    return isObject(names) ? Object.keys(names) : [];
  });
}

/**
 * Packages that are reached from a manifest: its dependencies of these kinds but for those with a name like `without`, and what
 * the rest needs in turn. What is not installed, because it is optional or for another platform, is left out.
 */
export function packagesFrom(
  root: string,
  part: PackageLicence['part'],
  kinds: readonly string[] = ['dependencies'],
  without?: RegExp,
): PackageLicence[] {
  const manifest = packageAt(root);
  if (manifest === undefined) return [];
  const places = new Map<string, PackageLicence>();
  const waiting = namesOf(manifest, ...kinds)
    .filter((name) => without?.test(name) !== true)
    .map((name) => ({ name, from: root }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const place = directoryOf(next.name, next.from);
    if (place === undefined || places.has(place)) continue;
    const found = packageAt(place);
    if (found === undefined) continue;
    const version = typeof found['version'] === 'string' ? found['version'] : '';
    places.set(place, { name: next.name, version, licence: licenceOf(found), part });
    const needed = namesOf(found, 'dependencies', 'optionalDependencies', 'peerDependencies');
    waiting.push(...needed.map((name) => ({ name, from: place })));
  }
  return [...places.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** What builds the console and is not in it; the rest of its development dependencies is bundled. */
const buildTool = /^(vite$|@vitejs\/|@types\/)/;

/** All packages that the product and its console ship, each once a part. */
export function shippedPackages(root: string): readonly PackageLicence[] {
  const console = packagesFrom(
    path.join(root, 'console'),
    'console',
    ['devDependencies'],
    buildTool,
  );
  return [...packagesFrom(root, 'product'), ...console];
}
