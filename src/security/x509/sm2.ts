// SPDX-License-Identifier: Apache-2.0
import { createPublicKey, createVerify, hash, type KeyObject } from 'node:crypto';
import { childrenOf, readBits, readDer, readInteger, readOid, tag } from './der-reader.ts';

/** SM2 signature with SM3 (GM/T 0006). */
export const sm2WithSm3 = '1.2.156.10197.1.501';
const sm2Curve = '1.2.156.10197.1.301';
const ecPublicKey = '1.2.840.10045.2.1';
/** The distinguishing identifier that certificates are signed with (GM/T 0009 § 10). */
const certificateId = Buffer.from('1234567812345678');

/** a, b, G of the curve in one piece, as Z hashes them (GB/T 32918.5). */
const curveParameters = Buffer.from(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
  'hex',
);
const order = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

/**
 * Whether the bytes are signed by an SM2 key, as GB/T 32918.2 § 7.1 checks it: SM3 over Z, which binds signer and key,
 * and the bytes. `spki` is a SubjectPublicKeyInfo in DER; other keys and malformed signatures give false.
 */
export function isSm2Signature(
  spki: Buffer,
  bytes: Buffer,
  signature: Buffer,
  id: Buffer = certificateId,
): boolean {
  const found = sm2KeyOf(spki);
  if (found === undefined || id.length > 8_191 || !isStrict(signature)) return false;
  const { key, point } = found;
  const idBits = Buffer.alloc(2);
  idBits.writeUInt16BE(id.length * 8);
  const z = hash('sm3', Buffer.concat([idBits, id, curveParameters, point]), 'buffer');
  // The one-shot `verify` would put a Z of an empty identifier before.
  return createVerify('sm3').update(z).update(bytes).verify(key, signature);
}

/** The key and its point without the leading byte. OpenSSL checks that the point is on the curve. */
function sm2KeyOf(spki: Buffer): { readonly key: KeyObject; readonly point: Buffer } | undefined {
  const [algorithm, bits] = childrenOf(readDer(spki), tag.sequence) ?? [];
  const [kind, curve] = childrenOf(algorithm, tag.sequence) ?? [];
  const point = readBits(bits);
  if (readOid(kind) !== ecPublicKey || readOid(curve) !== sm2Curve) return undefined;
  if (point?.length !== 65 || point[0] !== 4) return undefined;
  try {
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return { key, point: point.subarray(1) };
  } catch {
    return undefined;
  }
}

/** DER with nothing behind, 1 ≤ r, s < n and r + s ≠ n: what a lax reader takes can be forged from another signature. */
function isStrict(signature: Buffer): boolean {
  const items = childrenOf(readDer(signature), tag.sequence);
  if (items?.length !== 2) return false;
  const [r, s] = items.map((item) => {
    const bytes = readInteger(item);
    return bytes === undefined || bytes.length > 32 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
  });
  if (r === undefined || s === undefined) return false;
  return r > 0n && s > 0n && r < order && s < order && r + s !== order;
}
