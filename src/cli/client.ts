// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { announcedListeners, parseListen } from '#config';
import type { Context } from './context.ts';
import { CommandError, Exit, exitOfStatus, type Trouble } from './exit.ts';
import type { Row } from './output.ts';
import { needSettings } from './settings.ts';

/** Longest wait for the head of an answer. */
const answerMsMax = 60_000;

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface Request {
  readonly method?: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: { readonly type: string; readonly content: string | Uint8Array };
  readonly accept?: string;
  readonly ifMatch?: string;
  /** The tenant to act in; that of the token where left out. */
  readonly tenant?: number | undefined;
}

/** A running server as the command line reaches it. */
export class Client {
  readonly base: string;
  readonly token: string;
  readonly #context: Context;

  constructor(context: Context, base: string, token: string) {
    this.#context = context;
    this.base = base;
    this.token = token;
  }

  /** The answer to a request; everything but 2xx ends the command with the server's problem. */
  async send(place: string, request: Request = {}): Promise<Response> {
    const url = new URL(place, this.base);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const headers = new Headers({
      authorization: `Bearer ${this.token}`,
      accept: request.accept ?? 'application/json',
      'accept-language': this.#context.language,
    });
    const content =
      request.json === undefined ? request.body?.content : JSON.stringify(request.json);
    if (request.json !== undefined) headers.set('content-type', 'application/json');
    else if (request.body) headers.set('content-type', request.body.type);
    if (request.ifMatch !== undefined) headers.set('if-match', request.ifMatch);
    if (request.tenant !== undefined) headers.set('fengsui-tenant', String(request.tenant));
    const response = await this.#fetch(url, {
      method: request.method ?? 'GET',
      headers,
      ...(content === undefined ? {} : { body: content }),
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  /** The JSON object of an answer; empty for 204. */
  async object(place: string, request: Request = {}): Promise<Row> {
    const text = await (await this.send(place, request)).text();
    const value: unknown = text === '' ? {} : JSON.parse(text);
    return isRow(value) ? value : { value };
  }

  /** The items of a list, page after page, up to `limit`. */
  async *list(
    place: string,
    query: NonNullable<Request['query']>,
    limit: number,
  ): AsyncGenerator<Row> {
    let left = limit;
    let cursor: string | undefined;
    do {
      const page = await this.object(place, {
        query: { ...query, limit: Math.min(left, 1_000), cursor },
      });
      const items: unknown = page['items'];
      for (const item of Array.isArray(items) ? items : []) {
        if (isRow(item)) yield item;
      }
      left -= Array.isArray(items) ? items.length : left;
      cursor = typeof page['next'] === 'string' ? page['next'] : undefined;
    } while (cursor !== undefined && left > 0);
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    const { signal } = this.#context.terminal;
    const head = new AbortController();
    const timer = setTimeout(() => head.abort(), answerMsMax);
    try {
      return await fetch(url, { ...init, signal: AbortSignal.any([signal, head.signal]) });
    } catch (error) {
      if (signal.aborted) throw new CommandError(Exit.interrupted, []);
      throw unreachable(this.base, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

function unreachable(base: string, error: unknown): CommandError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new CommandError(Exit.unavailable, [
    {
      code: 'cli.unreachable',
      title: `no answer from ${base}`,
      detail,
      fix: 'start it with `fengsui up`, or name it with --server URL',
    },
  ]);
}

/** The server's problem+json as the end of the command. */
async function problemOf(response: Response): Promise<CommandError> {
  const text = await response.text();
  let problem: Row = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (isRow(parsed)) problem = parsed;
  } catch {
    // Not ours: a proxy in between, or another server on this port.
  }
  const word = (from: Row, key: string): string | undefined => {
    const value = from[key];
    return typeof value === 'string' ? value : undefined;
  };
  const trouble: Trouble = {
    code: word(problem, 'code') ?? `http ${response.status}`,
    title: word(problem, 'title') ?? text.slice(0, 200),
    at: word(problem, 'at'),
    detail: word(problem, 'detail'),
    fix: word(problem, 'fix'),
  };
  const more: unknown = problem['faults'];
  const further = (Array.isArray(more) ? more.slice(1) : []).filter(isRow).map((each) => ({
    code: word(each, 'code') ?? '',
    title: '',
    at: word(each, 'at'),
    detail: word(each, 'detail'),
  }));
  return new CommandError(exitOfStatus(response.status), [trouble, ...further]);
}

/**
 * The server and token to use. Server: `--server`, else FENGSUI_SERVER, else this machine at the configured port.
 * Token: `--token-file`, else FENGSUI_TOKEN or FENGSUI_TOKEN_FILE, else `<data>/admin.token`.
 */
export function connect(context: Context): Client {
  const { options, terminal } = context;
  const { environment } = terminal;
  const named = options.server ?? environment['FENGSUI_SERVER'];
  const settings = needSettings(context);
  const base = named ?? localAddress(settings.config.server.http, settings.config.store.dir);
  if (!URL.canParse(base)) {
    throw new CommandError(Exit.usage, [
      { code: 'cli.server', title: `not a URL: ${base}`, fix: 'for example http://localhost:8080' },
    ]);
  }
  const literal = environment['FENGSUI_TOKEN'];
  if (options.tokenFile === undefined && literal) return new Client(context, base, literal);
  const file = options.tokenFile ?? environment['FENGSUI_TOKEN_FILE'];
  const token =
    file === undefined ? administratorToken(settings.config.store.dir) : readToken(file);
  return new Client(context, base, token);
}

/** The token that the first start has left in the data directory. */
export function administratorToken(data: string): string {
  return readToken(path.join(data, 'admin.token'));
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CommandError(Exit.auth, [
      {
        code: 'cli.no-token',
        title: `no token: ${error instanceof Error ? error.message : String(error)}`,
        fix: 'give --data DIR of the server, --token-file FILE, or FENGSUI_TOKEN',
      },
    ]);
  }
}

/** A server on port 0 writes where it listens into the data directory. */
function localAddress(listen: string, data: string): string {
  const address = parseListen(listen);
  const announced = announcedListeners(data)['http'];
  if (announced !== undefined) return announced;
  const any = address === undefined || address.host === '::' || address.host === '0.0.0.0';
  const host = any ? 'localhost' : address.host.includes(':') ? `[${address.host}]` : address.host;
  return `http://${host}:${address?.port ?? 8080}`;
}
