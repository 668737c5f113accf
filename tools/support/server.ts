// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProcess, firstLine } from './child.ts';
import { withOpenFiles } from './proc.ts';

const program = fileURLToPath(new URL('../../bin/fengsui', import.meta.url));

/** Limits that protect a public server from what a bench does on purpose: all load from one address, at full speed. */
export const benchSettings: readonly string[] = [
  'limits.mqtt.connectsPerSecondPerSource=1000000',
  'limits.mqtt.connectBurstPerSource=1000000',
  'limits.mqtt.flapConnectsPerMinute=1000000',
  'limits.mqtt.unauthenticatedShareMax=100',
  'limits.mqtt.publishesPerSecond=10000000',
  'limits.mqtt.publishBurst=10000000',
  'limits.mqtt.publishBytesPerSecond=1000000000',
  'limits.tenant.publishesPerSecond=10000000',
  'limits.tenant.publishBurst=10000000',
  'limits.http.requestsPerSecondPerSource=1000000',
  'limits.http.requestBurstPerSource=1000000',
  'limits.http.requestsPerSecondPerPrincipal=1000000',
  'limits.http.requestBurstPerPrincipal=1000000',
];

export interface ServerOptions {
  readonly data: string;
  /** `key=value` pairs for `--set`. */
  readonly settings?: readonly string[] | undefined;
  /** Connections that it must be able to hold. */
  readonly connections?: number | undefined;
  /** What it logs goes here; inherited when left out. */
  readonly stderr?: 'inherit' | 'ignore' | undefined;
}

/** A server that was started: perhaps not ready yet, perhaps never. */
export interface LaunchedServer {
  readonly ready: Promise<RunningServer>;
  /** SIGKILL to the whole process group; resolves when it is gone. */
  kill(): Promise<void>;
}

/** A server that takes connections. */
export interface RunningServer {
  readonly pid: number;
  readonly http: string;
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly adminToken: string;
  /** From spawn to the line that says ready. */
  readonly readyMs: number;
  kill(): Promise<void>;
  /** An orderly end. */
  [Symbol.asyncDispose](): Promise<void>;
}

interface ReadyLine {
  readonly http: string;
  readonly listeners: Readonly<Record<string, string>>;
}

/** Starts `fengsui up` on free ports and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const launched = launchServer(options);
  try {
    return await launched.ready;
  } catch (error) {
    await launched.kill();
    throw error;
  }
}

/** Starts `fengsui up` on free ports, in a process group of its own. */
export function launchServer(options: ServerOptions): LaunchedServer {
  const { data, settings = [], connections = 0, stderr = 'inherit' } = options;
  const all = ['access.mqtt.listen=127.0.0.1:0', 'server.http=127.0.0.1:0', ...settings];
  const sets = all.flatMap((setting) => ['--set', setting]);
  const [command, ...args] = withOpenFiles(connections, [
    process.execPath,
    program,
    'up',
    '--json',
    '--data',
    data,
    ...sets,
  ]);
  const start = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', stderr],
    detached: true,
    // Who needs the console has built it; a bench does not wait for it.
    env: { ...process.env, CONSOLE_BUILD: 'never' },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async (): Promise<void> => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, 'SIGKILL');
    await exited;
  };
  const ready = async (): Promise<RunningServer> => {
    const line: ReadyLine = JSON.parse(await firstLine(child));
    const readyMs = performance.now() - start;
    return {
      pid: child.pid ?? 0,
      http: line.http,
      mqtt: addressOf(line.listeners['mqtt'] ?? ''),
      adminToken: (await readFile(join(data, 'admin.token'), 'utf8')).trim(),
      readyMs,
      kill,
      [Symbol.asyncDispose]: () => endProcess(child, 30_000),
    };
  };
  return { ready: ready(), kill };
}

/** Host and port of `mqtt://127.0.0.1:1883`, with or without the scheme. */
function addressOf(listener: string): { host: string; port: number } {
  const url = new URL(listener.includes('://') ? listener : `mqtt://${listener}`);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
}
