// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {
  createPrivateKey,
  generateKeyPairSync,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { it } from 'node:test';
import { FaultError } from '#core';
import {
  fingerprintOf,
  fromPem,
  issueCertificate,
  makeAuthority,
  readCertificate,
  toPem,
  type Principal,
  type Signer,
} from '#security';
import type { CertificateAuthority, JustInTime } from '#store';
import {
  newPlace,
  openPlatform,
  removePlace,
  valveModel,
  type Place,
  type Platform,
} from './testing/platform.ts';

const day = 86_400_000;

function test(title: string, work: (platform: Platform, place: Place) => Promise<void>): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place);
      await work(platform, place);
    } finally {
      await removePlace(place);
    }
  });
}

async function refused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => error instanceof FaultError && error.fault.code === code);
}

/** An authority that somebody else has. */
function foreign(now: number, name = 'Maker'): Signer {
  const made = makeAuthority({ name, notBefore: now - day, notAfter: now + 100 * day });
  const certificate = readCertificate(made.certificate);
  assert(certificate !== undefined);
  return { certificate, key: made.key };
}

function sign(signer: Signer, now: number, uri: string, key?: KeyObject): Buffer {
  const publicKey = (key ?? generateKeyPairSync('ed25519').publicKey).export({
    ...({ format: 'der', type: 'spki' } as const),
  });
  const times = { notBefore: now - 1_000, notAfter: now + 10 * day };
  return issueCertificate(signer, { publicKey, uri, fallbackName: 'device', ...times });
}

async function upload(
  { authorities }: Platform,
  tenant: number,
  signer: Signer,
  how: { readonly now: number; readonly justInTime?: JustInTime; readonly model?: string },
): Promise<CertificateAuthority> {
  const { now, ...rest } = how;
  const { code } = authorities.newCode(tenant);
  const proof = toPem('CERTIFICATE', sign(signer, now, code));
  const certificate = toPem('CERTIFICATE', signer.certificate.der);
  return authorities.upload(tenant, { name: 'maker', certificate, proof, ...rest });
}

/** What happens to a device that shows a certificate over TLS. */
async function connect(
  { authenticator, trusted }: Platform,
  certificate: Buffer,
): Promise<Principal | string> {
  const authority = trusted.signerOf([certificate]);
  if (authority === undefined) return 'not trusted';
  const result = await authenticator.authenticate({
    certificate: fingerprintOf(certificate),
    signed: { authority, certificate },
    source: '192.0.2.1',
  });
  return result.ok ? result.value : result.fault.code;
}

async function thingOf(platform: Platform, certificate: Buffer): Promise<number> {
  const principal = await connect(platform, certificate);
  assert(typeof principal !== 'string' && principal.kind === 'thing', JSON.stringify(principal));
  return principal.thing;
}

async function tenantOf(platform: Platform, certificate: Buffer): Promise<number> {
  const principal = await connect(platform, certificate);
  assert(typeof principal !== 'string', JSON.stringify(principal));
  return principal.tenant;
}

test('an own authority signs requests and makes keys; both log in until they are revoked', async (platform, place) => {
  const { authorities, credentials, things } = platform;
  const thing = await things.create(1, { name: 'pump', uri: 'urn:test:pump' });
  await refused(credentials.issueCertificate(thing, {}), 'things.no-authority');
  const authority = await authorities.create(1, { name: 'Water' });
  assert(!JSON.stringify(await authorities.list(2)).includes('Water'));
  const made = await credentials.issueCertificate(thing, { name: 'first' });
  const [der] = fromPem('CERTIFICATE', made.certificate ?? '');
  assert(der !== undefined && made.key !== undefined && made.chain === authority.certificate);
  const certificate = new X509Certificate(der);
  assert(certificate.checkPrivateKey(createPrivateKey(made.key)));
  assert(certificate.verify(new X509Certificate(made.chain).publicKey));
  assert.equal(certificate.subject, 'CN=urn:test:pump');
  assert.equal(await thingOf(platform, der), thing.id);
  const row = (await credentials.list(thing)).find(({ id }) => id === made.id);
  assert.deepEqual([row?.kind, row?.expires], ['certificate', made.expires]);
  const renewed = await credentials.rotate(thing, made.id, { overlapMs: 1_000, certificate: {} });
  const [next] = fromPem('CERTIFICATE', renewed.certificate ?? '');
  assert(next !== undefined);
  assert.equal(await thingOf(platform, der), thing.id);
  assert.equal(await thingOf(platform, next), thing.id);
  place.clock.advance(1_001);
  assert.equal(await connect(platform, der), 'security.bad-credentials');
  await credentials.revoke(thing, renewed.id);
  assert.equal(await connect(platform, next), 'security.bad-credentials');
  const list = await authorities.crl(1, authority.id);
  assert(list.includes(Buffer.from(new X509Certificate(next).serialNumber, 'hex')));
  await refused(authorities.crl(2, authority.id), 'common.not-found');
  await refused(
    credentials.rotate(thing, (await credentials.createToken(thing, {})).id, {
      ...{ overlapMs: 0, certificate: { csr: 'nonsense' } },
    }),
    'security.bad-csr',
  );
});

test('an uploaded authority needs a proof that its key is at hand', async (platform, place) => {
  const { authorities } = platform;
  const now = place.clock.now();
  const signer = foreign(now);
  const certificate = toPem('CERTIFICATE', signer.certificate.der);
  const proofOf = (by: Signer, code: string): string => toPem('CERTIFICATE', sign(by, now, code));
  const attempt = (proof: string, tenant = 1): Promise<unknown> =>
    authorities.upload(tenant, { name: 'maker', certificate, proof });
  const { code } = authorities.newCode(1);
  const no = 'security.no-possession';
  await refused(attempt(''), no);
  await refused(attempt(certificate), no);
  await refused(attempt(proofOf(signer, 'f'.repeat(40))), no);
  await refused(attempt(proofOf(foreign(now), code)), no);
  await refused(attempt(proofOf(signer, code), 2), no);
  await attempt(proofOf(signer, code));
  await refused(attempt(proofOf(signer, code)), no);
  const again = authorities.newCode(2);
  await refused(attempt(proofOf(signer, again.code), 2), 'common.conflict');
  const late = authorities.newCode(1);
  place.clock.advance(3_600_001);
  await refused(attempt(proofOf(signer, late.code)), no);
  const device = toPem('CERTIFICATE', sign(signer, now, 'urn:x:y'));
  await refused(
    authorities.upload(1, { name: 'x', certificate: device, proof: '' }),
    'security.bad-authority',
  );
});

test('an unknown certificate is refused, registered or put aside as its authority says', async (platform, place) => {
  const { authorities, justInTime, things, credentials, models, registry } = platform;
  const now = place.clock.now();
  await models.add(1, valveModel);
  const signer = foreign(now);
  const authority = await upload(platform, 1, signer, { now });
  const device = sign(signer, now, 'urn:maker:1');
  const unregistered = 'security.unregistered-certificate';
  assert.equal(await connect(platform, device), unregistered);
  await refused(
    authorities.change(1, authority.id, { model: 'urn:test:none' }),
    'things.no-such-model',
  );
  await authorities.change(1, authority.id, { justInTime: 'register', model: valveModel.id });
  const both = await Promise.all([thingOf(platform, device), thingOf(platform, device)]);
  const thing = await things.find(1, 'urn:maker:1');
  assert.deepEqual(both, [thing.id, thing.id]);
  assert.deepEqual([thing.model?.uri, thing.name], [valveModel.id, 'urn:maker:1']);
  // A new certificate of the same authority for the same thing, and one for a thing of somebody else.
  assert.equal(await thingOf(platform, sign(signer, now, 'urn:maker:1')), thing.id);
  const taken = await things.create(1, { name: 'taken', uri: 'urn:city:1' });
  assert.equal(await connect(platform, sign(signer, now, 'urn:city:1')), unregistered);
  assert.equal((await credentials.list(taken)).length, 0);
  // Who was shut out stays out, even when its thing is gone.
  const [row] = await credentials.list(thing);
  await credentials.revoke(thing, row?.id ?? 0);
  assert.equal(await connect(platform, device), 'security.bad-credentials');
  await things.remove(1, thing.id);
  assert.equal(await connect(platform, device), 'security.bad-credentials');
  await authorities.change(1, authority.id, { justInTime: 'claim' });
  const waiting = sign(signer, now, 'urn:maker:2');
  assert.equal(await connect(platform, waiting), unregistered);
  assert.equal(await connect(platform, waiting), unregistered);
  assert.equal(justInTime.claims(2).length, 0);
  const [claim] = justInTime.claims(1);
  assert.deepEqual([claim?.uri, claim?.count], ['urn:maker:2', 2]);
  const fingerprint = fingerprintOf(waiting);
  await refused(justInTime.claim(2, fingerprint, {}), 'common.not-found');
  const made = await justInTime.claim(1, fingerprint, { name: 'Valve 2', model: valveModel.id });
  assert.equal(await thingOf(platform, waiting), made.id);
  assert.equal(made.name, 'Valve 2');
  assert.deepEqual(
    justInTime.claims(1).map(({ uri }) => uri),
    ['urn:city:1'],
  );
  assert.equal((await registry.read.authorities.inUse()).length, 1);
});

test('an authority vouches in its own tenant only, whatever it is called', async (platform, place) => {
  const { credentials, things, registry, authorities, authenticator } = platform;
  const now = place.clock.now();
  const unknownProperties = 'refuse' as const;
  const other = await registry.write((tables) =>
    tables.tenants.insert({ name: 'other', parent: 1, unknownProperties, created: now }),
  );
  const signer = foreign(now);
  const authority = await upload(platform, 1, signer, { now, justInTime: 'register' });
  // Of another key, in another tenant.
  const namesake = foreign(now);
  await upload(platform, other, namesake, { now, justInTime: 'register' });
  assert.equal(await tenantOf(platform, sign(namesake, now, 'urn:maker:9')), other);
  const device = sign(signer, now, 'urn:maker:1');
  const theirs = await things.create(other, { name: 'trap', uri: 'urn:trap:1' });
  await credentials.addCertificate(theirs, { fingerprint: fingerprintOf(device) });
  assert.equal(await connect(platform, device), 'security.bad-credentials');
  const good = sign(signer, now, 'urn:maker:2');
  assert.equal(await tenantOf(platform, good), 1);
  const ended: (number | undefined)[] = [];
  authenticator.onRevoked((revocation) => ended.push(revocation.authority));
  await refused(authorities.revoke(other, authority.id), 'common.not-found');
  const held = {
    certificate: fingerprintOf(good),
    signed: { authority: authority.id, certificate: good },
  };
  await authorities.revoke(1, authority.id);
  assert.deepEqual(ended, [authority.id]);
  assert.equal(await connect(platform, good), 'not trusted');
  // One whose handshake was over before.
  const late = await authenticator.authenticate({ ...held, source: 'x' });
  assert(!late.ok && late.fault.code === 'security.bad-credentials');
});
