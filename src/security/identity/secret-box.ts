// SPDX-License-Identifier: Apache-2.0
import {
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomBytes,
  type CipherGCMTypes,
} from 'node:crypto';
import { chmod, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, FaultError, fault } from '#core';
import { dataLayout, type Registry } from '#store';

const settingKey = 'secret-box';
const masterBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** Which algorithms seal: the international ones, or those of GB/T 32907. */
export type CryptoSuite = 'international' | 'sm';

/** Names of algorithms as node:crypto has them, which is also how sealed values name theirs. */
const keyBytesOf = { 'aes-256-gcm': 32, 'sm4-gcm': 16 } as const;
type Algorithm = keyof typeof keyBytesOf;
const algorithmOf = { international: 'aes-256-gcm', sm: 'sm4-gcm' } as const;

export interface SecretBoxOptions {
  readonly directory: string;
  readonly suite: CryptoSuite;
  readonly registry: Pick<Registry, 'read' | 'write'>;
}

/**
 * Seals secrets that the platform must be able to read again: those of time-based codes, keys of authorities. The key
 * is in a file that only its owner can read; each sealed text names its algorithm and the version of the key, so that
 * both can change while what is there stays readable: `algorithm.version.nonce.text`, base64url.
 */
export class SecretBox {
  readonly #algorithm: Algorithm;
  /** Keys by version; the newest seals. */
  readonly #masters: ReadonlyMap<number, Buffer>;
  readonly #newest: number;

  private constructor(algorithm: Algorithm, masters: ReadonlyMap<number, Buffer>) {
    this.#algorithm = algorithm;
    this.#masters = masters;
    this.#newest = Math.max(...masters.keys());
  }

  /**
   * Reads the key, or makes it at the first start. Throws `security.secret-key` when the registry holds what another
   * key has sealed: when the file was lost or exchanged.
   */
  static async open({ directory, suite, registry }: SecretBoxOptions): Promise<SecretBox> {
    const path = join(directory, dataLayout.secretKey);
    const sample = await registry.read.settings.get(settingKey);
    const known = await readKeys(path);
    if (known === undefined && sample !== undefined)
      throw new FaultError(fault('security.secret-key', path, 'the file is missing'));
    const masters = known ?? (await makeKey(path));
    await chmod(path, 0o600);
    const box = new SecretBox(algorithmOf[suite], masters);
    if (typeof sample === 'string') box.#check(path, sample);
    else {
      const sealed = box.seal(settingKey, Buffer.from(settingKey));
      await registry.write((tables) => tables.settings.put(settingKey, sealed));
    }
    return box;
  }

  /** Seals bytes for a purpose such as `totp 17`; only `open` with the same purpose gives them back. */
  seal(purpose: string, secret: Uint8Array): string {
    const nonce = randomBytes(nonceBytes);
    const key = this.#key(this.#algorithm, this.#newest);
    const cipher = createCipheriv(gcm(this.#algorithm), key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(Buffer.from(purpose));
    const text = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
    const parts = [this.#algorithm, String(this.#newest)];
    return [...parts, nonce.toString('base64url'), text.toString('base64url')].join('.');
  }

  /** What was sealed. Throws `security.secret-key` when it was changed, moved, or sealed by another key. */
  open(purpose: string, sealed: string): Buffer {
    const [algorithm = '', version = '', nonce = '', text = ''] = sealed.split('.');
    if (!isAlgorithm(algorithm) || !this.#masters.has(Number(version)))
      throw new FaultError(fault('security.secret-key', purpose, `${algorithm}.${version}`));
    const bytes = Buffer.from(text, 'base64url');
    try {
      const key = this.#key(algorithm, Number(version));
      const iv = Buffer.from(nonce, 'base64url');
      const decipher = createDecipheriv(gcm(algorithm), key, iv, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]);
    } catch (error) {
      throw new FaultError(fault('security.secret-key', purpose), { cause: error });
    }
  }

  /** A key of its own for each algorithm, so that none is used in two. */
  #key(algorithm: Algorithm, version: number): Buffer {
    const master = this.#masters.get(version);
    if (master === undefined) throw new Error(`there is no key of version ${version}`);
    const info = `fengsui seal ${algorithm}`;
    return Buffer.from(hkdfSync('sha256', master, '', info, keyBytesOf[algorithm]));
  }

  #check(path: string, sample: string): void {
    try {
      this.open(settingKey, sample);
    } catch (error) {
      const detail = 'it is not the key that sealed what the registry holds';
      throw new FaultError(fault('security.secret-key', path, detail), { cause: error });
    }
  }
}

/** The types of node:crypto do not know that SM4 has this mode too. */
function gcm(algorithm: Algorithm): CipherGCMTypes {
  assert(isGcm(algorithm), `${algorithm} is a GCM mode`);
  return algorithm;
}

function isGcm(name: string): name is CipherGCMTypes {
  return name.endsWith('-gcm');
}

function isAlgorithm(text: string): text is Algorithm {
  return Object.hasOwn(keyBytesOf, text);
}

/** Lines of `version key`; further versions are added by hand when a key has to be changed. */
async function readKeys(path: string): Promise<ReadonlyMap<number, Buffer> | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const keys = lines.map((line, index): readonly [number, Buffer] => {
    const [, version = '', key = ''] = /^(\d{1,9}) ([\w-]{43})$/.exec(line.trim()) ?? [];
    if (key === '') {
      const detail = 'expected: a number and 32 bytes in base64url';
      throw new FaultError(fault('security.secret-key', `${path}:${index + 1}`, detail));
    }
    return [Number(version), Buffer.from(key, 'base64url')];
  });
  if (keys.length === 0)
    throw new FaultError(fault('security.secret-key', path, 'the file is empty'));
  return new Map(keys);
}

async function makeKey(path: string): Promise<ReadonlyMap<number, Buffer>> {
  const key = randomBytes(masterBytes);
  const temporary = `${path}.new`;
  await rm(temporary, { force: true });
  await using file = await open(temporary, 'wx', 0o600);
  await file.writeFile(`1 ${key.toString('base64url')}\n`);
  await file.sync();
  await rename(temporary, path);
  return new Map([[1, key]]);
}
