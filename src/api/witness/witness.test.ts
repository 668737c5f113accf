// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { PacketItem } from '#access';
import {
  asking,
  expectProblem,
  expectStatus,
  itemsOf,
  makeStation,
  numberOf,
  textOf,
} from '../../../test/support/http.ts';
import { startPlatform } from '../../../test/support/platform.ts';

const platform = await startPlatform([
  'limits.http.bodyBytesMax=4096',
  'limits.auth.failuresPerMinutePerSource=1000',
]);
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
const { diagnosis, packets, bans } = platform.services;
const place = 'POST /api/v1/things/me/properties';

/** The entry of a code; it may be noted a moment after the answer. */
async function entryOf(code: string): Promise<Record<string, unknown>> {
  for (let i = 0; i < 200; i++) {
    const items = itemsOf(await expectStatus(ask('GET /api/v1/diagnosis?limit=1000'), 200));
    const found = items.find((item) => item['code'] === code);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return assert.fail(`no entry ${code}: ${JSON.stringify(diagnosis.entries())}`);
}

test('each refused request of a device is in the inbox, with its place and what to do', async () => {
  const { id, token } = await makeStation(ask, 'watched');
  const json = { 'content-type': 'application/json' };
  const cases: readonly (readonly [string, object, Parameters<typeof ask>])[] = [
    ['access.no-credential', { step: 'auth', told: '401' }, [place, { token: null, raw: '{}' }]],
    [
      'access.unknown-identity',
      { step: 'auth', told: '401', claimable: true },
      [place, { token: 'a-token-of-nobody', raw: '{}' }],
    ],
    [
      'access.wrong-secret',
      { step: 'auth', thing: id, identity: String(id) },
      [`POST /api/v1/things/${id}/properties`, { token: 'a-wrong-token', raw: '{}' }],
    ],
    [
      'security.forbidden',
      { step: 'policy', thing: id, told: '403' },
      ['POST /api/v1/things/urn:x:other/properties', { token, json: { temperature: 1 } }],
    ],
    [
      'model.bad-json',
      { step: 'model', thing: id, told: '400', at: 'byte 16' },
      [place, { token, raw: '{"temperature": x}', headers: json }],
    ],
    [
      'model.out-of-range',
      { step: 'model', thing: id, at: '/temperature' },
      [place, { token, json: { temperature: 5_000 } }],
    ],
    [
      'api.media-type',
      { step: 'decode', told: '415' },
      [place, { token, raw: 'x', headers: { 'content-type': 'image/png' } }],
    ],
    [
      'api.body-too-large',
      { step: 'limit', told: '413' },
      [place, { token, raw: `{"x":"${'y'.repeat(5_000)}"}`, headers: json }],
    ],
    [
      'api.no-route',
      { step: 'decode', told: '404', at: '/api/v1/things/me/propertees' },
      ['POST /api/v1/things/me/propertees', { token, json: {} }],
    ],
  ];
  for (const [code, expected, question] of cases) {
    assert((await ask(...question)).status >= 400, code);
    const base = { protocol: 'http', transport: 'http', source: '127.0.0.1', family: 4, count: 1 };
    const entry = await entryOf(code);
    assert.partialDeepStrictEqual(entry, { ...base, ...expected });
    assert(textOf(entry, 'fix') !== '' && textOf(entry, 'title') !== '');
  }
  // A post of which a part is good.
  await expectStatus(ask(place, { token, json: { temperature: 1, level: 'x' } }), 200);
  assert.partialDeepStrictEqual(await entryOf('model.wrong-type'), { at: '/level', told: '200' });
});

test('an expired credential and a disabled thing are told as such, to their tenant and not to the device', async () => {
  const { id } = await makeStation(ask, 'over');
  const thing = await platform.registry.read.things.byId(id);
  assert(thing);
  const { credentials } = platform.services;
  const { token } = await credentials.createToken(thing, { expires: Date.now() - 1 });
  await expectProblem(ask(place, { token, json: {} }), 401, 'security.bad-credentials');
  assert.partialDeepStrictEqual(await entryOf('access.credential-expired'), { thing: id });
  const other = await makeStation(ask, 'disabled');
  const json = { lifecycle: 'disabled' };
  await expectStatus(ask(`PATCH /api/v1/things/${other.id}`, { json }), 200);
  const asked = ask(place, { token: other.token, json: {} });
  await expectProblem(asked, 401, 'security.bad-credentials');
  assert.partialDeepStrictEqual(await entryOf('access.thing-disabled'), { thing: other.id });
});

test('a claim lets the same client in with the same secret', async () => {
  const secret = 'own-secret-of-a-device';
  const json = { temperature: 3 };
  await expectProblem(ask(place, { token: secret, json }), 401, 'security.bad-credentials');
  const entry = itemsOf(await expectStatus(ask('GET /api/v1/diagnosis'), 200))[0];
  assert(entry);
  assert(!JSON.stringify(entry).includes(secret));
  const claim = `POST /api/v1/diagnosis/${textOf(entry, 'id')}/claim`;
  const as = { json: { name: 'claimed', model: 'urn:test:station' } };
  await expectProblem(ask('POST /api/v1/diagnosis/nothing/claim', as), 404, 'common.not-found');
  const { thing } = await expectStatus(ask(claim, as), 201);
  const taken = await expectStatus(ask(place, { token: secret, json }), 200);
  assert.equal(taken['accepted'], 1);
  const seen = await expectStatus(ask(`GET /api/v1/things/${String(thing)}`), 200);
  assert.equal(seen['name'], 'claimed');
  const left = itemsOf(await expectStatus(ask('GET /api/v1/diagnosis'), 200));
  assert(
    left.every(({ id }) => id !== entry['id']),
    'the entry is settled',
  );
});

test('a weak secret, and what showed none, are not claimed', async () => {
  await ask(place, { token: 'short', json: {} });
  const weak = itemsOf(await expectStatus(ask('GET /api/v1/diagnosis'), 200))[0];
  const claim = (id: unknown) =>
    ask(`POST /api/v1/diagnosis/${String(id)}/claim`, { json: { name: 'weak' } });
  await expectProblem(claim(weak?.['id']), 422, 'access.weak-secret');
  const none = await entryOf('access.no-credential');
  await expectProblem(claim(none['id']), 409, 'access.not-claimable');
});

test('bans: added, listed, enforced, lifted; nobody bans himself', async () => {
  const { id, token } = await makeStation(ask, 'banned');
  const json = { temperature: 1 };
  const own = ask('POST /api/v1/bans', { json: { source: '127.0.0.0/8' } });
  await expectProblem(own, 409, 'access.own-address');
  const bad = ask('POST /api/v1/bans', { json: { source: 'x' } });
  await expectProblem(bad, 400, 'access.bad-range');
  const ban = { identity: String(id), reason: 'noisy', seconds: 60 };
  const made = await expectStatus(ask('POST /api/v1/bans', { json: ban }), 201);
  assert.partialDeepStrictEqual(made, { kind: 'identity', reason: 'noisy', automatic: false });
  await expectProblem(ask(place, { token, json }), 403, 'access.banned');
  assert.partialDeepStrictEqual(await entryOf('access.banned'), { thing: id, step: 'policy' });
  const [listed] = itemsOf(await expectStatus(ask('GET /api/v1/bans'), 200));
  assert.deepEqual(listed, made);
  await expectStatus(ask(`DELETE /api/v1/bans/${textOf(made, 'id')}`), 204);
  await expectStatus(ask(place, { token, json }), 200);
  await expectProblem(ask('DELETE /api/v1/bans/x'), 404, 'common.not-found');
  // A source, by another address than the administrator's.
  const base = { tenant: 1, reason: '', by: '', durationMs: undefined } as const;
  await bans.add({ ...base, kind: 'source', target: '127.0.0.1', ownSource: '192.0.2.1' });
  await expectProblem(ask(place, { token, json }), 403, 'access.banned');
  await expectProblem(ask('GET /api/v1/bans'), 403, 'access.banned');
  for (const { id: each } of bans.list(1)) await bans.remove(1, each);
});

test('the inspector sees requests and answers, with the steps of the message and no secret', async () => {
  const { id, token } = await makeStation(ask, 'followed');
  const items: PacketItem[] = [];
  const end = packets.follow({ tenant: 1, things: [id] }, (item) => items.push(item));
  await expectStatus(ask(place, { token, json: { temperature: 1 } }), 200);
  await ask(place, { token, json: { temperature: 5_000 } });
  await ask(`POST /api/v1/things/${id}/properties`, { token: 'a-wrong-token', json: {} });
  end?.();
  const told = items.filter((item) => item.type === 'packet');
  assert.deepEqual(
    told.map(({ direction, name, outcome }) => [direction, name, outcome.ok, outcome.code]),
    [
      ['in', 'POST', true, undefined],
      ['out', '200', true, undefined],
      ['in', 'POST', false, 'model.out-of-range'],
      ['out', '422', true, undefined],
      ['in', 'POST', false, 'security.bad-credentials'],
      ['out', '401', true, undefined],
    ],
  );
  assert.deepEqual(told[0]?.summary['value'], { temperature: 1 });
  const steps = items.filter((item) => item.type === 'step');
  assert(steps.some(({ step, message }) => step === 'model' && message === told[0]?.message));
  const text = JSON.stringify(items) + Buffer.from(told.map(({ hex }) => hex).join(''), 'hex');
  assert(!text.includes(token) && !text.includes('a-wrong-token'));
});

test('the check names the first step that fails', async () => {
  const unlistened = await expectStatus(ask('GET /api/v1/diagnosis/check?protocol=http'), 200);
  assert.partialDeepStrictEqual(unlistened['verdict'], { code: 'access.not-listening' });
  const json = { name: 'silent' };
  const id = numberOf(await expectStatus(ask('POST /api/v1/things', { json }), 201), 'id');
  const check = async (): Promise<Record<string, unknown>> => {
    const body = await expectStatus(ask(`GET /api/v1/diagnosis/check?thing=${id}`), 200);
    const { verdict } = body;
    assert(typeof verdict === 'object' && verdict !== null);
    return { ...verdict };
  };
  assert.partialDeepStrictEqual(await check(), { name: 'attempts', code: 'access.no-attempts' });
  diagnosis.attempts.note('mqtt', '192.0.2.1', Date.now());
  const who = { protocol: 'mqtt', transport: 'tcp', source: '192.0.2.1', identity: 'x' } as const;
  const wrong = { ...who, step: 'auth', code: 'access.wrong-secret', detail: '' } as const;
  diagnosis.note({ ...wrong, tenant: 1, thing: id }, Date.now());
  const refused = await check();
  assert.partialDeepStrictEqual(refused, { name: 'refused', code: 'access.wrong-secret' });
  assert.equal(typeof refused['fix'], 'string');
  const [entry] = diagnosis.entries();
  assert(Array.isArray(refused['entries']) && refused['entries'].includes(entry?.id));
  for (const { id: each } of diagnosis.entries()) diagnosis.settle(each);
  assert.partialDeepStrictEqual(await check(), { code: 'access.no-valid-credential' });
  await expectStatus(ask(`POST /api/v1/things/${id}/credentials`), 201);
  assert.partialDeepStrictEqual(await check(), { name: 'messages', code: 'access.no-messages' });
});

test('what belongs to a tenant is seen there only', async () => {
  const who = { protocol: 'mqtt', transport: 'tcp', source: '192.0.2.7', identity: 'x' } as const;
  const note = { ...who, step: 'model', code: 'model.bad-json', detail: 'other tenant' } as const;
  diagnosis.note({ ...note, tenant: 77, thing: 7 }, Date.now());
  const items = itemsOf(await expectStatus(ask('GET /api/v1/diagnosis?limit=1000'), 200));
  assert(items.every(({ detail }) => detail !== 'other tenant'));
  const [entry] = diagnosis.entries(77);
  const claim = ask(`POST /api/v1/diagnosis/${entry?.id}/claim`, { json: { name: 'x' } });
  await expectProblem(claim, 404, 'common.not-found');
});
