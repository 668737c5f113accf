// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { unwrap } from '#core';
import type { CertificateAuthority } from '#store';
import { fingerprintOf, isIssuedBy, readCertificate, type Certificate } from './certificate.ts';
import { makeCrl } from './crl.ts';
import { readCsr } from './csr.ts';
import { issueCertificate, makeAuthority, type Signer } from './issue.ts';
import { findTrusted } from './path.ts';
import { fromPem, toPem } from './pem.ts';
import { TrustedAuthorities } from './trust.ts';

const openssl = '/usr/bin/openssl';
const skip = existsSync(openssl) ? false : 'openssl is not installed';
const directory = mkdtempSync(join(tmpdir(), 'fengsui-x509-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const day = 86_400_000;
const now = Math.floor(Date.now() / 1_000) * 1_000;
const uri = 'urn:example:泵-3';

function run(...args: string[]): string {
  return execFileSync(openssl, args, { cwd: directory, stdio: 'pipe' }).toString();
}

function file(name: string, text: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function certificateOf(der: Buffer): Certificate {
  const certificate = readCertificate(der);
  assert(certificate !== undefined, 'a certificate');
  return certificate;
}

function newSigner(name = 'City water'): Signer {
  const made = makeAuthority({ name, notBefore: now - day, notAfter: now + 3_650 * day });
  return { certificate: certificateOf(made.certificate), key: made.key };
}

function issue(signer: Signer, publicKey: Buffer): Buffer {
  return issueCertificate(signer, {
    ...{ publicKey, uri, fallbackName: 'thing 3', notBefore: now - day, notAfter: now + day },
  });
}

function csr(name: string, ...key: string[]): string {
  run(
    'req',
    '-new',
    '-nodes',
    '-newkey',
    ...key,
    '-keyout',
    `${name}.key`,
    '-subj',
    '/CN=x',
    '-out',
    `${name}.csr`,
  );
  return run('req', '-in', `${name}.csr`);
}

test(
  'requests of openssl, every kind of key, become certificates that openssl and node verify',
  { skip },
  () => {
    const signer = newSigner();
    const authority = file('ca.pem', toPem('CERTIFICATE', signer.certificate.der));
    for (const [name, ...key] of [
      ['p256', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      ['p384', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
      ['ed25519', 'ed25519'],
      ['rsa', 'rsa:2048'],
    ] as const) {
      const publicKey = unwrap(readCsr(csr(name, ...key)));
      const der = issue(signer, publicKey);
      const path = file(`${name}.pem`, toPem('CERTIFICATE', der));
      assert.match(
        run('verify', '-x509_strict', '-purpose', 'sslclient', '-CAfile', authority, path),
        /: OK/,
      );
      const text = run('x509', '-in', path, '-noout', '-text');
      assert.match(text, /URI:urn:example:%E6%B3%B5-3/);
      assert.match(text, /TLS Web Client Authentication/);
      const parsed = new X509Certificate(der);
      assert(parsed.verify(new X509Certificate(signer.certificate.der).publicKey));
      assert(parsed.checkIssued(new X509Certificate(signer.certificate.der)));
      assert(parsed.checkPrivateKey(createPrivateKey(run('pkey', '-in', `${name}.key`))));
      assert.equal(parsed.ca, false);
      assert.equal(parsed.serialNumber.length, 32);
      const own = certificateOf(der);
      assert.deepEqual(own.uris, ['urn:example:%E6%B3%B5-3']);
      assert.equal(own.commonName, uri);
      assert.equal(own.notAfter, now + day);
      assert.equal(fingerprintOf(der), parsed.fingerprint256.replaceAll(':', '').toLowerCase());
      assert(isIssuedBy(own, signer.certificate));
    }
  },
);

test('a request that proves nothing, or has a weak key, is refused', { skip }, () => {
  const good = csr('good', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256');
  const [der] = fromPem('CERTIFICATE REQUEST', good);
  assert(der !== undefined);
  const last = der.length - 1;
  const forged = Buffer.from(der);
  forged[last] = (forged[last] ?? 0) ^ 1;
  const wrong = [
    ['forged', toPem('CERTIFICATE REQUEST', forged)],
    ['cut short', toPem('CERTIFICATE REQUEST', der.subarray(0, last))],
    ['with more behind', toPem('CERTIFICATE REQUEST', Buffer.concat([der, Buffer.of(5, 0)]))],
    ['twice', good + good],
    ['of another kind', good.replaceAll('REQUEST', '')],
    ['weak RSA', csr('weak', 'rsa:1024')],
    ['another curve', csr('curve', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1')],
    ['empty', ''],
  ] as const;
  assert(readCsr(good).ok);
  for (const [why, text] of wrong) {
    const read = readCsr(text);
    assert(!read.ok && read.fault.code === 'security.bad-csr', why);
  }
});

test('a revocation list that openssl takes', { skip }, () => {
  const signer = newSigner();
  const { publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const good = issue(signer, spki);
  const bad = issue(signer, spki);
  const { serial } = certificateOf(bad);
  const list = makeCrl(signer, { revoked: [{ serial, revoked: now }], now, nextUpdate: now + day });
  const authority = file('crl-ca.pem', toPem('CERTIFICATE', signer.certificate.der));
  const crl = file('list.pem', toPem('X509 CRL', list));
  assert.match(run('crl', '-in', crl, '-CAfile', authority, '-noout', '-text'), /Serial Number/);
  const check = (der: Buffer): string =>
    run(
      'verify',
      '-crl_check',
      '-CAfile',
      authority,
      '-CRLfile',
      crl,
      file('one.pem', toPem('CERTIFICATE', der)),
    );
  assert.match(check(good), /: OK/);
  assert.throws(() => check(bad), /certificate revoked/);
  const empty = makeCrl(signer, { revoked: [], now, nextUpdate: now + day });
  assert.match(
    run('crl', '-in', file('empty.pem', toPem('X509 CRL', empty)), '-noout', '-text'),
    /No Revoked/,
  );
});

/** A chain that openssl has made; `extra` are extensions of the authority in between. */
function foreignChain(name: string, extra = 'basicConstraints=critical,CA:TRUE'): Certificate[] {
  const ext = (suffix: string, text: string): string => file(`${name}-${suffix}.ext`, text);
  const make = (suffix: string, by: string, text: string): void => {
    csr(`${name}-${suffix}`, 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256');
    const subject = `/CN=${name} ${suffix}`;
    const self = by === suffix;
    const signer = self
      ? ['-key', `${name}-${suffix}.key`]
      : ['-CA', `${name}-${by}.pem`, '-CAkey', `${name}-${by}.key`];
    run(
      ...['x509', '-req', '-in', `${name}-${suffix}.csr`, '-subj', subject, ...signer],
      ...['-days', '30', '-extfile', ext(suffix, text), '-out', `${name}-${suffix}.pem`],
    );
  };
  make('root', 'root', 'basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash');
  make('middle', 'root', `${extra}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid`);
  make('device', 'middle', 'subjectAltName=URI:urn:example:meter-1');
  return ['device', 'middle', 'root'].flatMap((suffix) =>
    fromPem('CERTIFICATE', run('x509', '-in', `${name}-${suffix}.pem`)).map(certificateOf),
  );
}

test('a chain leads to the authority that signed it, and to no other of its name', { skip }, () => {
  const [device, middle, root] = foreignChain('maker');
  const [, , namesake] = foreignChain('maker');
  assert(device && middle && root && namesake);
  const find = (shown: Certificate[], ...trusted: Certificate[]): Certificate | undefined => {
    const [first, ...others] = shown;
    assert(first !== undefined);
    const ofName = (subject: Buffer) =>
      trusted.flatMap((one) => (one.subject.equals(subject) ? [{ certificate: one }] : []));
    return findTrusted(first, others, { trusted: ofName, now: Date.now() })?.anchor.certificate;
  };
  assert.equal(find([device, middle], root), root);
  assert.equal(find([device, root, middle], namesake, root), root);
  assert.equal(find([device], middle), middle);
  assert.equal(find([device], root), undefined, 'the one in between is missing');
  assert.equal(find([device, middle], namesake), undefined);
  assert.equal(find([middle], device), undefined);
  const leads = (extra: string): boolean => {
    const [leaf, between, top] = foreignChain('other', extra);
    assert(leaf && between && top);
    return find([leaf, between], top) === top;
  };
  assert(leads('basicConstraints=critical,CA:TRUE,pathlen:0'));
  assert(!leads('basicConstraints=critical,CA:FALSE'));
  assert(!leads('basicConstraints=critical,CA:TRUE\nkeyUsage=critical,digitalSignature'));
  assert(!leads('basicConstraints=critical,CA:TRUE\nextendedKeyUsage=serverAuth'));
  assert(!leads('basicConstraints=critical,CA:TRUE\nnameConstraints=critical,permitted;DNS:x'));
  assert(!leads('basicConstraints=critical,CA:TRUE\n1.2.3.4=critical,DER:0500'));
  assert(leads('basicConstraints=critical,CA:TRUE\n1.2.3.4=DER:0500'));
});

test('what is not valid now leads nowhere', { skip }, () => {
  const signer = newSigner();
  const { publicKey } = generateKeyPairSync('ed25519');
  const device = certificateOf(issue(signer, publicKey.export({ format: 'der', type: 'spki' })));
  const at = (time: number): boolean =>
    findTrusted(device, [], { trusted: () => [signer], now: time }) !== undefined;
  assert(at(now) && at(now + day));
  assert(!at(now + day + 1_000));
  assert(!at(now - day - 1));
});

test(
  'an authority in between is known again when a resumed session does not show it',
  { skip },
  async () => {
    const [device, middle, root] = foreignChain('resumed');
    assert(device && middle && root);
    const row: CertificateAuthority = {
      ...{ id: 5, tenant: 1, name: 'root', certificate: toPem('CERTIFICATE', root.der) },
      ...{ fingerprint: fingerprintOf(root.der), key: undefined, justInTime: 'refuse' },
      ...{ model: undefined, created: now, revoked: undefined },
    };
    let rows = [row];
    const nothing = () => Promise.resolve(undefined);
    const authorities = {
      ...{ byId: nothing, byFingerprint: nothing, ofTenant: () => Promise.resolve([]) },
      inUse: () => Promise.resolve(rows),
    };
    const trusted = new TrustedAuthorities({ authorities }, { now: () => Date.now() });
    await trusted.start();
    assert.equal(trusted.signerOf([device.der]), undefined);
    assert.equal(trusted.signerOf([device.der, middle.der]), 5);
    assert.equal(trusted.signerOf([device.der]), 5);
    assert.equal(trusted.signerOf([Buffer.from('junk'), middle.der]), undefined);
    assert.equal(trusted.signerOf([]), undefined);
    trusted.drop(5);
    assert.equal(trusted.signerOf([device.der, middle.der]), undefined);
    await trusted.reload();
    assert.equal(trusted.signerOf([device.der]), undefined);
    rows = [];
    assert.equal(trusted.get(5)?.row.name, 'root');
    await trusted.reload();
    assert.equal(trusted.get(5), undefined);
  },
);
