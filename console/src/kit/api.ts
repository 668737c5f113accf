// SPDX-License-Identifier: Apache-2.0
import { addressOf } from './place.ts';
import type { Reachability } from './reachability.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type QueryValue = string | number | boolean | undefined;

export interface CallOptions {
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** Sent as JSON; a Blob or a text is sent as it is. */
  readonly body?: unknown;
  readonly contentType?: string;
  /** Media type of the answer, where it is not JSON. */
  readonly accept?: string;
  /** The ETag that the change is based on. */
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer with the version that a later change names in `ifMatch`. */
export interface Tagged<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

interface ProblemBody {
  readonly title?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly at?: string;
  readonly fix?: string;
  readonly traceId?: string;
  readonly faults?: readonly { code: string; at?: string; detail?: string; fix: string }[];
}

/** A refused request: what the server said of it (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;
  readonly at: string | undefined;
  readonly fix: string | undefined;
  readonly traceId: string | undefined;
  readonly faults: NonNullable<ProblemBody['faults']>;

  constructor(status: number, body: ProblemBody) {
    super(body.title ?? `HTTP ${status}`);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = body.code ?? `http.${status}`;
    this.detail = body.detail;
    this.at = body.at;
    this.fix = body.fix;
    this.traceId = body.traceId;
    this.faults = body.faults ?? [];
  }

  /** Somebody else changed it meanwhile: read it again, show both, ask. */
  get isConflict(): boolean {
    return this.status === 412 || this.status === 409;
  }
}

/** No answer came: the server is away, or the network is. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('the server does not answer', { cause });
    this.name = 'Unreachable';
  }
}

export interface ApiOptions {
  readonly reachability: Reachability;
  readonly language: () => string;
  /** The tenant that requests act in; undefined: the session's own. */
  readonly tenant: () => number | undefined;
  /** The session has ended. */
  readonly onSignedOut: () => void;
  /** The session may perhaps do less than it did. */
  readonly onForbidden: () => void;
}

/** The server's API. Paths are below `api/v1/`: `api.get('things', {query: {limit: 20}})`. */
export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  async get<T>(path: string, options: CallOptions = {}): Promise<T> {
    return (await this.call<T>('GET', path, options)).value;
  }

  async post<T = undefined>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.call<T>('POST', path, { ...options, body })).value;
  }

  async put<T = undefined>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.call<T>('PUT', path, { ...options, body })).value;
  }

  async patch<T = undefined>(path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    return (await this.call<T>('PATCH', path, { ...options, body })).value;
  }

  async delete(path: string, options: CallOptions = {}): Promise<void> {
    await this.call<undefined>('DELETE', path, options);
  }

  /** Reads with the ETag, for a later change with `ifMatch`. */
  getTagged<T>(path: string, options: CallOptions = {}): Promise<Tagged<T>> {
    return this.call<T>('GET', path, options);
  }

  /** Any request. Throws `ApiProblem` and `Unreachable`. */
  async call<T>(method: Method, path: string, options: CallOptions = {}): Promise<Tagged<T>> {
    const response = await this.fetch(method, path, options);
    const etag = response.headers.get('etag') ?? undefined;
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const value: T = isJson && text !== '' ? JSON.parse(text) : text === '' ? undefined : text;
    return { value, etag };
  }

  /** The response itself, for downloads and streams; a refusal throws all the same. */
  async fetch(method: Method, path: string, options: CallOptions = {}): Promise<Response> {
    const { reachability, onSignedOut, onForbidden } = this.#options;
    const response = await this.#send(method, path, options).catch((error: unknown) => {
      if (options.signal?.aborted === true) throw error;
      reachability.lost();
      throw new Unreachable(error);
    });
    if (response.status === 502 || response.status === 504) reachability.lost();
    if (response.ok) return response;
    const problem = new ApiProblem(response.status, await problemBody(response));
    if (response.status === 401 && !path.startsWith('session')) onSignedOut();
    if (response.status === 403) onForbidden();
    throw problem;
  }

  #send(method: Method, path: string, options: CallOptions): Promise<Response> {
    const { body, ifMatch, contentType = 'application/json', accept, query = {}, signal } = options;
    const { language, tenant } = this.#options;
    const headers: Record<string, string> = { 'accept-language': language() };
    const acting = tenant();
    if (acting !== undefined) headers['fengsui-tenant'] = String(acting);
    if (accept !== undefined) headers['accept'] = accept;
    if (ifMatch !== undefined) headers['if-match'] = ifMatch;
    if (body !== undefined) headers['content-type'] = contentType;
    return fetch(`${addressOf(`api/v1/${path}`)}${queryText(query)}`, {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: bodyOf(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

function bodyOf(body: unknown): string | Blob {
  return typeof body === 'string' || body instanceof Blob ? body : JSON.stringify(body);
}

/** `?a=1&b=x` without what is undefined; empty when nothing is left. */
export function queryText(query: Readonly<Record<string, QueryValue>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

async function problemBody(response: Response): Promise<ProblemBody> {
  try {
    const body: ProblemBody = await response.json();
    return body;
  } catch {
    return {};
  }
}
