// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import type { TestPlatform } from './platform.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The JSON object of the body; empty where it is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Question {
  /** The administrator's where left out; `null` sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly raw?: string | Buffer;
}

/** Asks the platform over HTTP, without a port. `place` is method and path: `GET /livez`. */
export type Ask = (place: string, question?: Question) => Promise<Answer>;

export function asking({ api, adminToken }: TestPlatform): Ask {
  return async (place, question = {}) => {
    const [method, url] = place.split(' ', 2);
    assert(method !== undefined && url !== undefined);
    const { token = adminToken, json, raw } = question;
    const headers: Record<string, string> = { ...question.headers };
    if (token !== null) headers['authorization'] = `Bearer ${token}`;
    if (json !== undefined) headers['content-type'] ??= 'application/json';
    const payload = json === undefined ? raw : JSON.stringify(json);
    const response = await api.app.inject({
      ...{ method: methodOf(method), url, headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const received: IncomingHttpHeaders = {};
    for (const [name, value] of Object.entries(response.headers)) {
      if (value !== undefined) received[name] = String(value);
    }
    const text = response.body;
    return { status: response.statusCode, headers: received, text, body: objectOf(text) };
  };
}

/** Asserts the status and gives the body. */
export async function expectStatus(
  answer: Promise<Answer>,
  status: number,
): Promise<Answer['body']> {
  const { status: found, text, body } = await answer;
  assert.equal(found, status, text);
  return body;
}

/** Asserts that an answer is a problem with a code, and gives it. */
export async function expectProblem(
  answer: Promise<Answer>,
  status: number,
  code: string,
): Promise<Answer['body']> {
  const { status: found, headers, text, body } = await answer;
  assert.equal(found, status, text);
  assert.match(headers['content-type'] ?? '', /^application\/problem\+json/);
  assert.equal(body['code'], code, text);
  assert.equal(body['status'], status);
  assert.equal(body['type'], `/docs#${code}`);
  assert.equal(body['traceId'], headers['x-trace-id']);
  for (const text_ of ['title', 'fix', 'traceId']) {
    assert(typeof body[text_] === 'string' && body[text_] !== '', `${text_} is there`);
  }
  return body;
}

/** The items of a list. */
export function itemsOf(body: Answer['body'], name = 'items'): Record<string, unknown>[] {
  const items = body[name];
  assert(Array.isArray(items), `${name} is a list`);
  return items.map((item: unknown) => {
    assert(typeof item === 'object' && item !== null);
    return { ...item };
  });
}

export function textOf(body: Answer['body'], name: string): string {
  const value = body[name];
  assert(typeof value === 'string', `${name} is text`);
  return value;
}

export function numberOf(body: Answer['body'], name: string): number {
  const value = body[name];
  assert(typeof value === 'number', `${name} is a number`);
  return value;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

function methodOf(text: string): (typeof methods)[number] {
  const method = methods.find((each) => each === text);
  assert(method !== undefined, `${text} is a method`);
  return method;
}

function objectOf(text: string): Answer['body'] {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A model with every kind of property, an action and an event. */
export const stationModel = {
  '@context': 'https://www.w3.org/2022/wot/td/v1.1',
  '@type': 'tm:ThingModel',
  id: 'urn:test:station',
  title: 'Station',
  version: { model: '1.0.0' },
  properties: {
    temperature: { type: 'number', unit: 'Cel', minimum: -40, maximum: 85, readOnly: true },
    level: { type: 'integer', unit: 'mm', readOnly: true },
    open: { type: 'boolean' },
    mode: { type: 'string', enum: ['auto', 'manual'] },
    place: { '@type': 'geo:Point', readOnly: true },
    setup: { type: 'object', properties: { depth: { type: 'number' } } },
  },
  actions: { flush: { input: { type: 'object', properties: { seconds: { type: 'integer' } } } } },
  events: { flooded: { data: { type: 'object', properties: { by: { type: 'number' } } } } },
} as const;

/** Stores the model and makes a thing of it with a token. */
export async function makeStation(
  ask: Ask,
  name: string,
): Promise<{ readonly id: number; readonly token: string }> {
  const { status, text } = await ask('POST /api/v1/models', { json: stationModel });
  assert(status === 201 || status === 409, text);
  const json = { model: stationModel.id, name };
  const thing = await expectStatus(ask('POST /api/v1/things', { json }), 201);
  const id = numberOf(thing, 'id');
  const made = await expectStatus(ask(`POST /api/v1/things/${id}/credentials`), 201);
  return { id, token: textOf(made, 'token') };
}

/** A token for an application. */
export async function makeToken(ask: Ask, ...scopes: readonly string[]): Promise<string> {
  const json = { name: scopes.join(' '), scopes };
  return textOf(await expectStatus(ask('POST /api/v1/tokens', { json }), 201), 'token');
}
