// SPDX-License-Identifier: Apache-2.0
// ID tokens that a proper provider would not issue, from one that issues whatever a test wants.
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import { testPeople } from './testing/people.ts';

const redirectUri = 'http://127.0.0.1:1/callback';
const own = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 });

interface Token {
  readonly claims?: object;
  readonly header?: object;
  readonly key?: KeyObject;
}

let next: Token = {};
let nonce = '';
const server = createServer((request, response) => {
  const answer = answerTo(request.url ?? '');
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
assert(typeof address === 'object' && address !== null);
const issuer = `http://127.0.0.1:${address.port}`;
after(() => {
  server.close();
  server.closeAllConnections();
});

function answerTo(url: string): object {
  if (url === '/jwks') {
    const key = own.publicKey.export({ format: 'jwk' });
    return { keys: [{ ...key, kid: '1', use: 'sig', alg: 'RS256' }] };
  }
  if (url === '/token')
    return { access_token: 'x', token_type: 'bearer', id_token: jwt(next), expires_in: 60 };
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

function jwt({ claims = {}, header = {}, key = own.privateKey }: Token): string {
  const now = Math.floor(Date.now() / 1_000);
  const said = {
    ...{ iss: issuer, aud: 'fengsui', sub: 'li', preferred_username: 'li', nonce },
    ...{ iat: now, exp: now + 300, ...claims },
  };
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const text = `${encode({ alg: 'RS256', kid: '1', ...header })}.${encode(said)}`;
  const signature = sign('sha256', Buffer.from(text), key);
  return `${text}.${signature.toString('base64url')}`;
}

const strong = { acr: ['urn:two'], amr: ['mfa'] };
const provider = { id: 'city', title: 'City', issuer, clientId: 'fengsui', create: true, strong };

/** What comes of a login that ends with this token. */
async function outcome(token: Token, configured: object = {}): Promise<string> {
  await using people = await testPeople({ providers: [{ ...provider, ...configured }] });
  const { oidc } = people.identity;
  const { url, ticket } = await oidc.begin('city', { redirectUri, returnTo: '/' });
  const { searchParams } = new URL(url);
  next = token;
  nonce = searchParams.get('nonce') ?? '';
  const answer = new URLSearchParams({ code: 'x', state: searchParams.get('state') ?? '' });
  const result = await oidc.finish('city', ticket, answer);
  if (!result.ok) return result.fault.code;
  return result.value.strong ? 'strong' : 'weak';
}

test('a proper token is taken', async () => {
  assert.equal(await outcome({}), 'weak');
});

const now = Math.floor(Date.now() / 1_000);
const bad: readonly (readonly [string, Token])[] = [
  ['over', { claims: { exp: now - 120 } }],
  ['not yet', { claims: { nbf: now + 3_600 } }],
  ['for another client', { claims: { aud: 'other' } }],
  ['of another issuer', { claims: { iss: 'https://other.example' } }],
  ['for another nonce', { claims: { nonce: 'other' } }],
  ['without a nonce', { claims: { nonce: undefined } }],
  ['without a subject', { claims: { sub: undefined } }],
  ['without an end', { claims: { exp: undefined } }],
  ['signed by somebody else', { key: stranger.privateKey }],
  ['signed with a key that is not there', { header: { kid: '2' } }],
  ['not signed', { header: { alg: 'none' } }],
  ['with a signature of another kind', { header: { alg: 'HS256' } }],
];

for (const [what, token] of bad) {
  test(`a token ${what} is refused`, async () => {
    assert.equal(await outcome(token), 'security.provider-refused');
  });
}

test('how somebody was proved counts where it is configured', async () => {
  assert.equal(await outcome({ claims: { amr: ['pwd', 'mfa'] } }), 'strong');
  assert.equal(await outcome({ claims: { acr: 'urn:two' } }), 'strong');
  for (const claims of [{ amr: ['pwd'] }, { amr: 'mfa' }, { acr: 'urn:one' }, { acr: ['urn:two'] }])
    assert.equal(await outcome({ claims }), 'weak');
  const silent = { strong: undefined };
  assert.equal(await outcome({ claims: { amr: ['mfa'], acr: 'urn:two' } }, silent), 'weak');
});

test('a name that is none makes no account', async () => {
  for (const name of ['', 'a b', '../x', 'x'.repeat(65), 7, undefined, 'admin\n'])
    assert.equal(
      await outcome({ claims: { preferred_username: name } }),
      'security.provider-no-account',
    );
});
