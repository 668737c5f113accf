// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isIssuedBy, readCertificate, type Certificate } from './certificate.ts';
import { derBits, derInteger, derOid, derSequence } from './der-writer.ts';
import { findTrusted } from './path.ts';
import { fromPem } from './pem.ts';
import { isSm2Signature } from './sm2.ts';

const vectors = new URL('../../../../shared/vectors/china-crypto.json', import.meta.url);
const noVectors = existsSync(vectors) ? false : 'the vectors are not there';

interface Sign {
  readonly id: string;
  readonly msg_utf8: string;
  readonly pub: string;
  readonly r: string;
  readonly s: string;
}

function spkiOf(point: Buffer, curve = '1.2.156.10197.1.301'): Buffer {
  return derSequence(derSequence(derOid('1.2.840.10045.2.1'), derOid(curve)), derBits(point));
}

function signatureOf(r: bigint, s: bigint): Buffer {
  const bytes = (n: bigint): Buffer => Buffer.from(n.toString(16).padStart(66, '0'), 'hex');
  return derSequence(derInteger(bytes(r)), derInteger(bytes(s)));
}

const order = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

test('the signature of GM/T 0003.5 is one, and nothing near it', { skip: noVectors }, () => {
  const { sm2 }: { readonly sm2: { readonly sign: Sign } } = JSON.parse(
    readFileSync(vectors, 'utf8'),
  );
  const { id, msg_utf8: text, pub, r: rHex, s: sHex } = sm2.sign;
  const [r, s] = [BigInt(`0x${rHex}`), BigInt(`0x${sHex}`)];
  const point = Buffer.from(pub, 'hex');
  const message = Buffer.from(text);
  const is = (signature: Buffer, by = spkiOf(point), named = id, bytes = message): boolean =>
    isSm2Signature(by, bytes, signature, Buffer.from(named));
  const good = signatureOf(r, s);
  assert(is(good));
  assert(isSm2Signature(spkiOf(point), message, good), 'the usual identifier is the default');
  assert(!is(good, spkiOf(point), '1234567812345679'), 'another identifier');
  assert(!is(good, spkiOf(point), id, Buffer.from('message digesu')));
  for (const [why, signature] of [
    ['r = 0', signatureOf(0n, s)],
    ['s = 0', signatureOf(r, 0n)],
    ['s + n', signatureOf(r, s + order)],
    ['r + s = n', signatureOf(r, order - r)],
    ['more behind', Buffer.concat([good, Buffer.of(0)])],
    ['cut short', good.subarray(0, -1)],
    ['nothing', Buffer.alloc(0)],
  ] as const) {
    assert(!is(signature), why);
  }
  const off = Buffer.from(point);
  off[64] = (off[64] ?? 0) ^ 1;
  assert(!is(good, spkiOf(off)), 'a point that is not on the curve');
  assert(!is(good, spkiOf(point, '1.2.840.10045.3.1.7')), 'another curve');
});

const openssl = '/usr/bin/openssl';
const skip = existsSync(openssl) ? false : 'openssl is not installed';
const directory = mkdtempSync(join(tmpdir(), 'fengsui-sm2-'));
after(() => rmSync(directory, { recursive: true, force: true }));

/** A chain of SM2 certificates that openssl has made: device, authority between, root. */
function chain(): Certificate[] {
  const run = (...args: string[]): void =>
    void execFileSync(openssl, args, { cwd: directory, stdio: 'pipe' });
  const id = ['-sigopt', 'distid:1234567812345678'];
  const vfy = ['-vfyopt', 'distid:1234567812345678'];
  const make = (name: string, by: string, extensions: string): void => {
    writeFileSync(join(directory, `${name}.ext`), extensions);
    run('ecparam', '-name', 'SM2', '-genkey', '-noout', '-out', `${name}.key`);
    run(
      'req',
      '-new',
      '-sm3',
      '-key',
      `${name}.key`,
      ...id,
      '-subj',
      `/CN=${name}`,
      '-out',
      `${name}.csr`,
    );
    const signer =
      name === by ? ['-key', `${name}.key`] : ['-CA', `${by}.pem`, '-CAkey', `${by}.key`];
    run(
      ...['x509', '-req', '-sm3', '-in', `${name}.csr`, ...vfy, ...id, ...signer, '-days', '30'],
      ...['-extfile', `${name}.ext`, '-out', `${name}.pem`],
    );
  };
  make('root', 'root', 'basicConstraints=critical,CA:TRUE');
  make('middle', 'root', 'basicConstraints=critical,CA:TRUE');
  make('device', 'middle', 'subjectAltName=URI:urn:example:sm2');
  return ['device', 'middle', 'root'].map((name) => {
    const [der] = fromPem('CERTIFICATE', readFileSync(join(directory, `${name}.pem`), 'utf8'));
    const certificate = der && readCertificate(der);
    assert(certificate !== undefined);
    return certificate;
  });
}

test('a chain of SM2 certificates is verified, which node by itself cannot', { skip }, () => {
  const [device, middle, root] = chain();
  assert(device && middle && root);
  assert(isIssuedBy(device, middle) && isIssuedBy(middle, root) && isIssuedBy(root, root));
  assert(!isIssuedBy(device, root));
  assert.equal(
    new X509Certificate(device.der).verify(new X509Certificate(middle.der).publicKey),
    false,
  );
  const anchor = { certificate: root };
  const trusted = (subject: Buffer) => (subject.equals(root.subject) ? [anchor] : []);
  const search = { trusted, now: Date.now() };
  assert.equal(findTrusted(device, [middle], search)?.anchor, anchor);
  assert.equal(findTrusted(device, [], search), undefined);
  const forged = { ...device, tbs: Buffer.from(device.tbs) };
  forged.tbs[20] = (forged.tbs[20] ?? 0) ^ 1;
  assert.equal(findTrusted(forged, [middle], search), undefined);
});
