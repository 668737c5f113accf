// SPDX-License-Identifier: Apache-2.0
import type { LoadClient } from '../../bench/load/options.ts';

/** A thing with the credential that its device connects with. */
export interface PreparedThing extends LoadClient {
  readonly id: number;
  readonly username: string;
  readonly password: string;
}

/** Raw readings of one property, in columns. */
export interface History {
  readonly time: readonly number[];
  readonly value: readonly unknown[];
}

interface PointsAnswer {
  readonly kind: 'raw' | 'aggregate' | 'downsampled';
  readonly points: readonly { readonly time: string; readonly value: unknown }[];
  readonly next?: string;
}

/** What benches publish into. */
export const benchModel = {
  '@context': ['https://www.w3.org/2022/wot/td/v1.1'],
  '@type': 'tm:ThingModel',
  id: 'urn:fengsui:bench:sensor',
  title: 'Bench sensor',
  version: { model: '1.0.0' },
  properties: {
    temperature: { type: 'number', unit: 'Cel', minimum: -50, maximum: 150 },
    humidity: { type: 'number', unit: '%', minimum: 0, maximum: 100 },
  },
};

/** The few calls of the public API that benches and the crash harness need. */
export class ApiClient {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base.replace(/\/$/, '');
    this.#token = token;
  }

  /** The body of a 2xx answer, in the shape that the caller knows it has; throws with the problem otherwise. */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return JSON.parse(text === '' ? 'null' : text);
  }

  /** Registers a Thing Model; gives the uri by which things refer to it. */
  async createModel(model: { readonly id: string }): Promise<string> {
    await this.request('POST', '/api/v1/models', model);
    return model.id;
  }

  /** Registers things with a credential each, a few at a time. */
  async createThings(model: string, count: number, prefix: string): Promise<PreparedThing[]> {
    const things: PreparedThing[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < count) {
        const index = next++;
        const name = `${prefix}-${index}`;
        const { id } = await this.request<{ id: number }>('POST', '/api/v1/things', {
          model,
          name,
        });
        const path = `/api/v1/things/${id}/credentials`;
        const { username, token } = await this.request<{ username: string; token: string }>(
          'POST',
          path,
          {},
        );
        things[index] = { id, clientId: name, username, password: token };
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    return things;
  }

  /** Registers many things without credentials through the bulk import. */
  async importThings(model: string, count: number): Promise<void> {
    const perRequest = 100_000;
    for (let from = 0; from < count; from += perRequest) {
      const rows = Array.from({ length: Math.min(perRequest, count - from) }, (_, i) => {
        return `bulk-${from + i},${model}`;
      });
      const response = await fetch(`${this.#base}/api/v1/things/import`, {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'text/csv' },
        body: `name,model\n${rows.join('\n')}\n`,
      });
      if (!response.ok) throw new Error(`import: ${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    }
  }

  /** Readings as they were stored, oldest first; `to` is exclusive. */
  async history(thing: number, property: string, from: number, to: number): Promise<History> {
    const answer = await this.#points(thing, property, { from, to, points: 1_000_000 });
    if (answer.kind !== 'raw') throw new Error(`raw readings asked for, ${answer.kind} answered`);
    if (answer.next !== undefined) throw new Error('the raw readings did not fit on one page');
    return {
      time: answer.points.map((point) => Date.parse(point.time)),
      value: answer.points.map((point) => point.value),
    };
  }

  /** How many readings are stored in the range. */
  async count(thing: number, property: string, from: number, to: number): Promise<number> {
    const query = { from, to, points: 1, aggregate: 'count' };
    const { points } = await this.#points(thing, property, query);
    return points.reduce((sum, point) => sum + Number(point.value ?? 0), 0);
  }

  #points(thing: number, property: string, query: object): Promise<PointsAnswer> {
    const parameters = Object.entries(query).map(([name, value]) => `${name}=${value}`);
    const path = `/api/v1/things/${thing}/properties/${property}/history`;
    return this.request('GET', `${path}?${parameters.join('&')}`);
  }
}
