// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import type { Terminal } from './context.ts';
import { runProgram } from './program.ts';

/** What a command did. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
}

/** Runs the command line in this process, away from the machine's own settings. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const own = mkdtempSync(path.join(tmpdir(), 'fengsui-cli-'));
  const stdin = new PassThrough();
  stdin.end(options.stdin ?? '');
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const terminal: Terminal = {
    stdin,
    stdout,
    stderr,
    environment: options.environment ?? {},
    workingDirectory: options.directory ?? own,
    signal: options.signal ?? new AbortController().signal,
  };
  try {
    const code = await runProgram(args, terminal);
    return { code, out: textOf(stdout), err: textOf(stderr) };
  } finally {
    rmSync(own, { recursive: true });
  }
}

function textOf(stream: PassThrough): string {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk: unknown = stream.read();
    if (!Buffer.isBuffer(chunk)) return Buffer.concat(chunks).toString('utf8');
    chunks.push(chunk);
  }
}

/** A request as the server of a test saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeServer {
  readonly url: string;
  readonly seen: readonly Seen[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A server that answers as told: status and JSON by request. */
export async function fakeServer(
  answer: (request: Seen) => { readonly status?: number; readonly json?: unknown },
): Promise<FakeServer> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const one = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    seen.push(one);
    const { status = 200, json } = answer(one);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(json === undefined ? '' : JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A directory with files, removed at the end. */
export function scratch(files: Readonly<Record<string, string>> = {}): {
  readonly path: string;
  [Symbol.dispose](): void;
} {
  const directory = mkdtempSync(path.join(tmpdir(), 'fengsui-cli-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  return { path: directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}
