// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

/** A file as it goes out. */
export interface ServedFile {
  readonly content: Buffer;
  /** Media type. */
  readonly type: string;
  readonly encoding: 'br' | 'gzip' | undefined;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** One folder of files; names with a slash or of another kind are not there. */
export class Folder {
  readonly #place: URL;

  constructor(place: URL) {
    this.#place = place;
  }

  /** The text of a file; undefined when there is none. */
  async text(name: string): Promise<string | undefined> {
    return (await this.#read(name))?.toString();
  }

  /** A file in the first encoding that the client takes (RFC 9110 § 12.5.3) and that lies beside it. */
  async find(name: string, accepted: string | undefined): Promise<ServedFile | undefined> {
    const type = types[extname(name)];
    if (type === undefined || !/^[\w.-]+$/.test(name)) return undefined;
    for (const [encoding, suffix] of encodings) {
      if (!takes(accepted, encoding)) continue;
      const content = await this.#read(name + suffix);
      if (content !== undefined) return { content, type, encoding };
    }
    const content = await this.#read(name);
    return content === undefined ? undefined : { content, type, encoding: undefined };
  }

  async #read(name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(new URL(name, this.#place));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function takes(accepted: string | undefined, encoding: string): boolean {
  const offer = accepted?.split(',').find((part) => part.split(';', 1)[0]?.trim() === encoding);
  return offer !== undefined && !/;\s*q=0(\.0*)?\s*$/.test(offer);
}
