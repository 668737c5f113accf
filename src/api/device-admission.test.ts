// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { fromPem, issueCertificate, makeAuthority, readCertificate, toPem } from '#security';
import {
  asking,
  expectProblem,
  expectStatus,
  itemsOf,
  makeStation,
  makeToken,
  numberOf,
  stationModel,
  textOf,
} from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

test('a device is issued a certificate, which is rotated and revoked', async () => {
  await using platform = await startPlatform();
  const ask = asking(platform);
  const { id } = await makeStation(ask, 'north');
  const place = `/api/v1/things/${id}/credentials`;
  await expectProblem(
    ask(`POST ${place}`, { json: { certificate: true } }),
    409,
    'things.no-authority',
  );
  const made = await expectStatus(
    ask('POST /api/v1/authorities', { json: { name: 'Water' } }),
    201,
  );
  assert.equal(made['own'], true);
  assert(!JSON.stringify(made).includes('PRIVATE'));
  const wrong = { json: { csr: 'nonsense' } };
  await expectProblem(ask(`POST ${place}`, wrong), 400, 'security.bad-csr');
  const answer = await ask(`POST ${place}`, { json: { certificate: true, name: 'tls' } });
  assert.equal(answer.headers['cache-control'], 'no-store');
  const shown = await expectStatus(Promise.resolve(answer), 201);
  assert.match(textOf(shown, 'key'), /BEGIN PRIVATE KEY/);
  const certificate = new X509Certificate(textOf(shown, 'certificate'));
  assert(certificate.verify(new X509Certificate(textOf(shown, 'chain')).publicKey));
  const { text } = await ask(`GET ${place}`);
  assert(!text.includes('PRIVATE') && text.includes('certificate'));
  const rotated = await expectStatus(
    ask(`POST ${place}/${numberOf(shown, 'id')}/rotate`, { json: { certificate: true } }),
    201,
  );
  assert.notEqual(rotated['certificate'], shown['certificate']);
  await expectStatus(ask(`DELETE ${place}/${numberOf(rotated, 'id')}`), 204);
  const authority = numberOf(made, 'id');
  const list = await ask(`GET /api/v1/authorities/${authority}/crl`);
  assert.equal(list.headers['content-type'], 'application/pkix-crl');
  await expectStatus(ask(`DELETE /api/v1/authorities/${authority}`), 204);
  await expectProblem(ask(`DELETE /api/v1/authorities/${authority}`), 404, 'common.not-found');
});

test('a device rotates its own token and no other', async () => {
  await using platform = await startPlatform(['limits.credentials.rotateMsMin=0']);
  const ask = asking(platform);
  const { id, token } = await makeStation(ask, 'north');
  const other = await makeStation(ask, 'south');
  const own = '/api/v1/things/me/credentials/rotate';
  const made = await expectStatus(ask(`POST ${own}`, { token, json: { overlapSeconds: 60 } }), 201);
  const next = textOf(made, 'token');
  const reading = { json: { temperature: 20 } };
  for (const valid of [token, next]) {
    await expectStatus(ask('POST /api/v1/things/me/properties', { ...reading, token: valid }), 200);
  }
  const theirs = `/api/v1/things/${other.id}/credentials/rotate`;
  await expectProblem(ask(`POST ${theirs}`, { token }), 403, 'security.forbidden');
  await expectProblem(ask(`POST ${own}`), 404, 'common.not-found');
  const row = `/api/v1/things/${id}/credentials/${numberOf(made, 'id')}/rotate`;
  await expectProblem(ask(`POST ${row}`, { token }), 403, 'security.forbidden');
});

test('an authority is uploaded with a proof of its key', async () => {
  await using platform = await startPlatform();
  const ask = asking(platform);
  const now = Date.now();
  const times = { notBefore: now - 1_000, notAfter: now + 86_400_000 };
  const maker = makeAuthority({ name: 'Maker', ...times });
  const signer = { certificate: readCertificate(maker.certificate), key: maker.key };
  const { publicKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const { code } = await expectStatus(ask('POST /api/v1/authorities/codes'), 201);
  const { certificate: by, key } = signer;
  assert(by !== undefined && typeof code === 'string');
  const proof = issueCertificate(
    { certificate: by, key },
    { ...times, publicKey: spki, uri: code, fallbackName: '' },
  );
  const json = {
    ...{ name: 'maker', certificate: toPem('CERTIFICATE', by.der), justInTime: 'claim' },
  };
  await expectProblem(ask('POST /api/v1/authorities', { json }), 403, 'security.no-possession');
  const withProof = { ...json, proof: toPem('CERTIFICATE', proof) };
  const made = await expectStatus(ask('POST /api/v1/authorities', { json: withProof }), 201);
  assert.deepEqual([made['own'], made['justInTime']], [false, 'claim']);
  const place = `/api/v1/authorities/${numberOf(made, 'id')}`;
  const changed = await expectStatus(
    ask(`PATCH ${place}`, { json: { justInTime: 'refuse' } }),
    200,
  );
  assert.equal(changed['justInTime'], 'refuse');
  const rows = itemsOf(await expectStatus(ask('GET /api/v1/authorities'), 200));
  assert.equal(rows.length, 1);
  assert.equal(fromPem('CERTIFICATE', String(rows[0]?.['certificate'])).length, 1);
  const reader = await makeToken(ask, 'read');
  await expectProblem(ask(`DELETE ${place}`, { token: reader }), 403, 'security.forbidden');
});

test('devices provision themselves; what they call themselves is data', async () => {
  await using platform = await startPlatform();
  const ask = asking(platform);
  await makeStation(ask, 'north');
  const json = { name: 'batch', model: stationModel.id, admits: 'open', devicesMax: 10 };
  const made = await expectStatus(ask('POST /api/v1/provisioning-keys', { json }), 201);
  const key = textOf(made, 'key');
  const provision = (serial: unknown, secret = key) =>
    ask('POST /api/v1/provision', { token: null, json: { key: secret, serial } });
  const serial = `"}, "admin": true: ${'{{7*7}} ${env} <script> é'}`;
  const got = await expectStatus(provision(serial), 201);
  const thing = await expectStatus(ask(`GET /api/v1/things/${numberOf(got, 'thing')}`), 200);
  assert.equal(thing['name'], serial);
  await expectStatus(
    ask('POST /api/v1/things/me/properties', {
      token: textOf(got, 'token'),
      json: { temperature: 1 },
    }),
    200,
  );
  await expectProblem(provision(serial), 409, 'things.already-provisioned');
  for (const bad of ['a\nb: c', '', 'x'.repeat(129), 7, 'a\u2028b']) {
    await expectProblem(provision(bad), 400, 'common.invalid');
  }
  await expectProblem(provision('SN-2', `${key}x`), 401, 'security.bad-credentials');
  const keys = `/api/v1/provisioning-keys/${numberOf(made, 'id')}`;
  const devices = itemsOf(await expectStatus(ask(`GET ${keys}/devices`), 200));
  assert.deepEqual(devices[0]?.['serial'], serial);
  await expectStatus(ask(`POST ${keys}/devices`, { json: { serials: [{ serial: 'SN-9' }] } }), 204);
  await expectStatus(ask(`POST ${keys}/devices/${encodeURIComponent(serial)}/release`), 204);
  await expectStatus(provision(serial), 201);
  const { text } = await ask('GET /api/v1/provisioning-keys');
  assert(!text.includes(key));
  await expectStatus(ask(`DELETE ${keys}`), 204);
  await expectProblem(provision('SN-3'), 401, 'security.bad-credentials');
});
