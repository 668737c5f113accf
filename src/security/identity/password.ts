// SPDX-License-Identifier: Apache-2.0
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { FaultError, fault, type LimitName, type Limits } from '#core';

/** Cost of scrypt (RFC 7914): N = 2^ln, block size r, parallelism p. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** 64 MiB and about a fifth of a second. */
const defaultCost: ScryptCost = { ln: 16, r: 8, p: 1 };
/** Beyond this a stored string is not ours, and computing it would be an attack. */
const memoryBytesMax = 134_217_728;
const saltBytes = 16;
const keyBytes = 32;

export interface PasswordsOptions {
  readonly limits: Limits;
  /** Told each time a limit is reached. */
  readonly hit: (limit: LimitName) => void;
  readonly cost?: ScryptCost | undefined;
}

/** What a password is against what is stored; `weak`: right, but stored at a lower cost than today's. */
export type PasswordMatch = 'right' | 'weak' | 'wrong';

interface Phc {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/**
 * Hashes passwords with scrypt into PHC strings, a few at a time: each takes 64 MiB, so that a flood of logins waits
 * in a bounded queue instead of taking the memory.
 */
export class Passwords {
  readonly #options: PasswordsOptions;
  readonly #cost: ScryptCost;
  readonly #waiting: (() => void)[] = [];
  /** What nobody's password is compared with, so that an unknown name takes as long as a known one. */
  readonly #nobody: Phc;
  #running = 0;

  constructor(options: PasswordsOptions) {
    this.#options = options;
    this.#cost = options.cost ?? defaultCost;
    this.#nobody = { cost: this.#cost, salt: randomBytes(saltBytes), key: randomBytes(keyBytes) };
  }

  /** `$scrypt$ln=16,r=8,p=1$salt$hash`. Throws `common.limit` when too many wait. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(saltBytes);
    const key = await this.#derive(password, { cost: this.#cost, salt });
    const { ln, r, p } = this.#cost;
    return `$scrypt$ln=${ln},r=${r},p=${p}$${encode(salt)}$${encode(key)}`;
  }

  /** Takes as long for nothing stored as for a wrong password. Throws `common.limit` when too many wait. */
  async verify(password: string, stored: string | undefined): Promise<PasswordMatch> {
    const known = stored === undefined ? undefined : parsePhc(stored);
    const against = known ?? this.#nobody;
    const key = await this.#derive(password, against);
    const right = timingSafeEqual(key, against.key);
    if (!right || known === undefined) return 'wrong';
    return isWeaker(known.cost, this.#cost) ? 'weak' : 'right';
  }

  async #derive(password: string, { cost, salt }: Omit<Phc, 'key'>): Promise<Buffer> {
    await this.#turn();
    try {
      return await derive(password.normalize('NFC'), salt, cost);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    const { limits, hit } = this.#options;
    if (this.#running >= limits['auth.passwordHashesMax']) {
      if (this.#waiting.length >= limits['auth.passwordQueueMax']) {
        hit('auth.passwordQueueMax');
        throw new FaultError(fault('common.limit', 'auth.passwordQueueMax'));
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(() => {
        this.#running++;
        resolve();
      });
      return promise;
    }
    this.#running++;
  }
}

function derive(password: string, salt: Buffer, { ln, r, p }: ScryptCost): Promise<Buffer> {
  const options = { N: 2 ** ln, r, p, maxmem: 2 * memoryBytesMax };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, keyBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** What a PHC string says; undefined when it is none of ours or asks for more than we would spend. */
function parsePhc(text: string): Phc | undefined {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]{22})\$([\w+/]{43})$/.exec(
    text,
  );
  const [, ln = '', r = '', p = '', salt = '', key = ''] = match ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (cost.ln < 1 || cost.r < 1 || cost.p < 1 || cost.p > 4) return undefined;
  if (128 * 2 ** cost.ln * cost.r > memoryBytesMax) return undefined;
  return { cost, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
}

function isWeaker(a: ScryptCost, b: ScryptCost): boolean {
  return 2 ** a.ln * a.r * a.p < 2 ** b.ln * b.r * b.p;
}

/** Base64 without padding, as PHC strings have it. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
