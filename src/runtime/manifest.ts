// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A file of a backup. */
export interface ManifestFile {
  /** Relative to the manifest, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** SM3, hex. */
  readonly sm3: string;
}

/** What a backup consists of; written last, so that a directory with a manifest is a whole backup. */
export interface Manifest {
  readonly format: 1;
  readonly product: string;
  readonly created: string;
  /** What the maker wants to remember: offsets, schema versions, counts. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly files: readonly ManifestFile[];
}

export interface ManifestProblem {
  readonly path: string;
  readonly problem: 'missing' | 'size' | 'digest' | 'unlisted';
}

const manifestName = 'manifest.json';

async function digest(file: string): Promise<string> {
  const hash = createHash('sm3');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

async function filesUnder(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file !== manifestName && file !== `${manifestName}.tmp`)
    .toSorted();
}

/** Lists every file of a directory with its size and digest, and writes the manifest beside them. */
export async function writeManifest(
  directory: string,
  head: Omit<Manifest, 'format' | 'files'>,
): Promise<Manifest> {
  const files: ManifestFile[] = [];
  for (const file of await filesUnder(directory)) {
    const full = path.join(directory, file);
    files.push({ path: file, bytes: (await stat(full)).size, sm3: await digest(full) });
  }
  const manifest: Manifest = { format: 1, ...head, files };
  const place = path.join(directory, manifestName);
  await writeFile(`${place}.tmp`, `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
  await rename(`${place}.tmp`, place);
  return manifest;
}

/** Reads a manifest; undefined when there is none or it is not one of ours. */
export async function readManifest(directory: string): Promise<Manifest | undefined> {
  try {
    const found: unknown = JSON.parse(await readFile(path.join(directory, manifestName), 'utf8'));
    return isManifest(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** A path that stays inside its directory. */
const inside = /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[^\\\0]+$/;

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false;
  if (!('format' in value) || value.format !== 1) return false;
  if (!('files' in value) || !Array.isArray(value.files)) return false;
  const { about, created, product } = { about: null, created: null, product: null, ...value };
  if (typeof created !== 'string' || typeof product !== 'string') return false;
  if (typeof about !== 'object' || about === null) return false;
  return value.files.every(
    (file: Partial<Record<string, unknown>>) =>
      typeof file['path'] === 'string' &&
      inside.test(file['path']) &&
      typeof file['bytes'] === 'number' &&
      typeof file['sm3'] === 'string',
  );
}

/** Compares a directory with its manifest; empty when all is as it was written. */
export async function verifyManifest(
  directory: string,
  manifest: Manifest,
): Promise<ManifestProblem[]> {
  const problems: ManifestProblem[] = [];
  const there = new Set(await filesUnder(directory));
  for (const { path: file, bytes, sm3 } of manifest.files) {
    const full = path.join(directory, file);
    if (!there.delete(file)) problems.push({ path: file, problem: 'missing' });
    else if ((await stat(full)).size !== bytes) problems.push({ path: file, problem: 'size' });
    else if ((await digest(full)) !== sm3) problems.push({ path: file, problem: 'digest' });
  }
  for (const file of there) problems.push({ path: file, problem: 'unlisted' });
  return problems;
}
