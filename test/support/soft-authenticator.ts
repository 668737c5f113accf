// SPDX-License-Identifier: Apache-2.0
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { AssertionJson, RegistrationJson } from '#security';

/** Algorithms by their number in COSE (RFC 9053 § 2, RFC 8812 § 2). */
const coseAlgorithm = { es256: -7, eddsa: -8, rs256: -257 } as const;
export type KeyKind = keyof typeof coseAlgorithm;

/** What a test changes of an answer. */
export interface Forgery {
  readonly type?: string;
  readonly origin?: string;
  readonly challenge?: string;
  readonly crossOrigin?: boolean;
  readonly rpId?: string;
  readonly flags?: number;
  readonly counter?: number;
  readonly userHandle?: string | null;
  readonly authData?: (bytes: Buffer) => Buffer;
  readonly signature?: (bytes: Buffer) => Buffer;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** An authenticator in software: as strict as a real one where the relying party can see it. */
export class SoftAuthenticator {
  readonly id = randomBytes(32);
  counter = 0;
  readonly #kind: KeyKind;
  readonly #privateKey: KeyObject;
  readonly #cose: Buffer;

  constructor(kind: KeyKind) {
    this.#kind = kind;
    const { privateKey, publicKey } = pairOf(kind);
    this.#privateKey = privateKey;
    this.#cose = coseOf(kind, publicKey);
  }

  register(
    { challenge, rp }: { readonly challenge: string; readonly rp: { readonly id: string } },
    forgery: Forgery = {},
  ): RegistrationJson {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, this.id, this.#cose]);
    const data = this.#data(rp.id, 0x45, attested, forgery);
    const object = map([
      [text('fmt'), text('none')],
      [text('attStmt'), map([])],
      [text('authData'), bytes(data)],
    ]);
    const clientDataJSON = base64url(clientData('webauthn.create', challenge, rp.id, forgery));
    const response = { clientDataJSON, attestationObject: base64url(object) };
    return { id: base64url(this.id), response };
  }

  assert(
    { challenge, rpId }: { readonly challenge: string; readonly rpId: string },
    userHandle: string,
    forgery: Forgery = {},
  ): AssertionJson {
    this.counter++;
    const data = this.#data(rpId, 0x05, Buffer.alloc(0), forgery);
    const client = clientData('webauthn.get', challenge, rpId, forgery);
    const digest = createHash('sha256').update(client).digest();
    const hash = this.#kind === 'eddsa' ? null : 'sha256';
    const signature = sign(hash, Buffer.concat([data, digest]), this.#privateKey);
    return {
      id: base64url(this.id),
      response: {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(forgery.signature?.(signature) ?? signature),
        userHandle: forgery.userHandle === undefined ? userHandle : forgery.userHandle,
      },
    };
  }

  #data(rpId: string, flags: number, rest: Buffer, forgery: Forgery): Buffer {
    const head = Buffer.alloc(5);
    head.writeUInt8(forgery.flags ?? flags);
    head.writeUInt32BE(forgery.counter ?? this.counter, 1);
    const site = createHash('sha256')
      .update(forgery.rpId ?? rpId)
      .digest();
    const whole = Buffer.concat([site, head, rest]);
    return forgery.authData?.(whole) ?? whole;
  }
}

function clientData(type: string, challenge: string, rpId: string, forgery: Forgery): Buffer {
  const { origin = `https://${rpId}`, crossOrigin = false } = forgery;
  const said = { challenge: forgery.challenge ?? challenge, origin, crossOrigin };
  return Buffer.from(JSON.stringify({ type: forgery.type ?? type, ...said, other: '烽' }));
}

function pairOf(kind: KeyKind): { privateKey: KeyObject; publicKey: KeyObject } {
  if (kind === 'es256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (kind === 'eddsa') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2_048 });
}

/** COSE_Key of a public key. */
function coseOf(kind: KeyKind, key: KeyObject): Buffer {
  const { x = '', y = '', n = '', e = '' } = key.export({ format: 'jwk' });
  const member = (label: number, value: string): [Buffer, Buffer] => [
    integer(label),
    bytes(Buffer.from(value, 'base64url')),
  ];
  const head = (kty: number): [Buffer, Buffer][] => [
    [integer(1), integer(kty)],
    [integer(3), integer(coseAlgorithm[kind])],
  ];
  if (kind === 'rs256') return map([...head(3), member(-1, n), member(-2, e)]);
  const curve: [Buffer, Buffer] = [integer(-1), integer(kind === 'es256' ? 1 : 6)];
  const point = kind === 'es256' ? [member(-2, x), member(-3, y)] : [member(-2, x)];
  return map([...head(kind === 'es256' ? 2 : 1), curve, ...point]);
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 255]);
}

export const integer = (value: number): Buffer =>
  value < 0 ? head(1, -1 - value) : head(0, value);
export const bytes = (value: Buffer): Buffer => Buffer.concat([head(2, value.length), value]);
export const text = (value: string): Buffer =>
  Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
export const map = (members: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  Buffer.concat([head(5, members.length), ...members.flat()]);
