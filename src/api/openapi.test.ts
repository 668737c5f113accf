// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { asking, expectStatus, makeStation, type Answer } from '../../test/support/http.ts';
import { startPlatform } from '../../test/support/platform.ts';

type Json = Readonly<Record<string, unknown>>;

const platform = await startPlatform();
after(() => platform[Symbol.asyncDispose]());
const ask = asking(platform);
const answer = await ask('GET /openapi.json', { token: null });
const description = answer.body;
const methods = new Set(['get', 'put', 'post', 'delete', 'patch', 'head', 'options', 'trace']);
const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema({ $id: 'openapi', ...description });

function child(value: unknown, ...path: readonly string[]): Json {
  let at: unknown = value;
  for (const name of path) {
    assert(typeof at === 'object' && at !== null, `${name} is in an object`);
    at = new Map(Object.entries(at)).get(name);
  }
  assert(typeof at === 'object' && at !== null, `${path.join(' / ')} is an object`);
  return { ...at };
}

function operations(): {
  readonly place: string;
  readonly path: string;
  readonly operation: Json;
}[] {
  return Object.entries(child(description, 'paths')).flatMap(([path, item]) =>
    Object.entries(child({ item }, 'item')).map(([method, operation]) => {
      assert(methods.has(method), `${method} ${path}`);
      return { place: `${method} ${path}`, path, operation: child({ operation }, 'operation') };
    }),
  );
}

test('it is OpenAPI 3.1 with an operation for every route of the API', () => {
  assert.equal(description['openapi'], '3.1.0');
  assert.match(String(child(description, 'info')['title']), /Fengsui/);
  assert.equal(child(description, 'info')['version'], '0.0.0-test');
  const paths = new Set(Object.keys(child(description, 'paths')));
  for (const line of platform.api.app.printRoutes({ commonPrefix: false }).split('\n')) {
    const path = /(\/(?:api|livez|readyz|metrics)\S*)/.exec(line)?.[1];
    if (path !== undefined) assert(paths.has(path.replace(/:(\w+)/g, '{$1}')), path);
  }
  assert(paths.size >= 30);
});

test('each operation has a summary, a tag, its path parameters, answers and problems', () => {
  for (const { place, path, operation } of operations()) {
    assert(typeof operation['summary'] === 'string', place);
    assert(Array.isArray(operation['tags']) && operation['tags'].length === 1, place);
    const parameters: unknown = operation['parameters'] ?? [];
    assert(Array.isArray(parameters));
    const named = parameters
      .map((parameter: unknown) => child({ parameter }, 'parameter'))
      .filter((parameter) => parameter['in'] === 'path');
    assert.deepEqual(
      named.map((parameter) => parameter['name']),
      [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      place,
    );
    assert(named.every((parameter) => parameter['required'] === true));
    const responses = child(operation, 'responses');
    assert(
      // Logins by identity providers go and come by redirects.
      Object.keys(responses).some((status) => /^(2\d\d|303)$/.test(status)),
      place,
    );
    for (const response of Object.values(responses))
      assert(typeof child({ response }, 'response')['description'] === 'string', place);
    if (path.startsWith('/api/v1/') && !place.startsWith('delete /api/v1/session')) {
      const schema = child(responses, '4XX', 'content', 'application/problem+json', 'schema');
      assert.equal(schema['$ref'], '#/components/schemas/Problem', place);
    }
    if (/^(put|patch) /.test(place)) assert(operation['requestBody'] !== undefined, place);
  }
});

test('every $ref resolves and every schema compiles', () => {
  const visit = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (name === '$ref') {
        assert(typeof member === 'string' && member.startsWith('#/'), `${at}: ${String(member)}`);
        child(description, ...member.slice(2).split('/'));
      } else visit(member, `${at}/${name}`);
    }
  };
  visit(description, '');
  for (const { place, operation } of operations()) {
    const contents = [
      ...(operation['requestBody'] === undefined ? [] : [child(operation, 'requestBody')]),
      ...Object.values(child(operation, 'responses')),
    ];
    for (const holder of contents) {
      const content = child({ holder }, 'holder')['content'];
      for (const media of Object.values(content ?? {})) {
        const schema = JSON.parse(JSON.stringify(child({ media }, 'media', 'schema')));
        assert.doesNotThrow(() => ajv.compile(absolute(schema)), place);
      }
    }
  }
});

/** References of a part of the document as those of the document. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"openapi#/'));
}

function assertMatches(place: string, status: string, type: string, { body, text }: Answer): void {
  const [method = '', path = ''] = place.split(' ');
  const schema = child(description, 'paths', path, method, 'responses', status, 'content', type);
  const validate = ajv.compile(absolute(child(schema, 'schema')));
  assert(validate(body), `${place}: ${JSON.stringify(validate.errors)} ${text}`);
}

test('bodies of answers and of problems are as described', async () => {
  const { id, token } = await makeStation(ask, 'described');
  const json = { temperature: 1, bad: 2 };
  const posted = await ask('POST /api/v1/things/me/properties', { token, json });
  await expectStatus(Promise.resolve(posted), 200);
  const type = 'application/json';
  assertMatches('post /api/v1/things/{id}/properties', '200', type, posted);
  await platform.stored();
  const places: [string, string][] = [
    ['/api/v1/things/{id}', `/api/v1/things/${id}`],
    ['/api/v1/things/{id}/properties', `/api/v1/things/${id}/properties`],
    [
      '/api/v1/things/{id}/properties/{property}/history',
      `/api/v1/things/${id}/properties/temperature/history`,
    ],
    ['/api/v1/things', '/api/v1/things'],
    ['/api/v1/models', '/api/v1/models'],
    ['/api/v1/system', '/api/v1/system'],
    ['/api/v1/diagnosis', '/api/v1/diagnosis'],
    ['/api/v1/tokens', '/api/v1/tokens'],
  ];
  for (const [path, place] of places) {
    const found = await ask(`GET ${place}`);
    assert.equal(found.status, 200, found.text);
    assertMatches(`get ${path}`, '200', type, found);
  }
  const problem = 'application/problem+json';
  const bad = await ask('POST /api/v1/things', { json: { nam: 1, parent: 'x' } });
  assertMatches('post /api/v1/things', '4XX', problem, bad);
  const forbidden = await ask('GET /api/v1/tokens', { token });
  assertMatches('get /api/v1/tokens', '4XX', problem, forbidden);
  const nobody = await ask('GET /api/v1/tokens', { token: null });
  assertMatches('get /api/v1/tokens', '4XX', problem, nobody);
});

test('the catalogue of errors stands in it, for the page of the API', () => {
  const errors = child(description, 'x-errors');
  assert.equal(child(errors, 'api.no-route')['status'], 404);
  assert(Object.keys(errors).length > 40);
});
