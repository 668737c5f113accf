// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { withOpenFiles } from '../../tools/support/proc.ts';
import type { LoadOptions, LoadReport } from './options.ts';

const program = fileURLToPath(new URL('process.ts', import.meta.url));

/** Runs the load generator in a process of its own and gives back what it measured. */
export async function runLoad(options: Partial<LoadOptions>): Promise<LoadReport> {
  await using generator = startGenerator(options);
  return JSON.parse(await generator.line);
}

export interface IdleConnections {
  readonly connections: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens connections in a process of its own and holds them until disposed. */
export async function holdConnections(options: Partial<LoadOptions>): Promise<IdleConnections> {
  const generator = startGenerator({ ...options, idle: true });
  try {
    const { connections }: { connections: number } = JSON.parse(await generator.line);
    return { connections, [Symbol.asyncDispose]: () => generator[Symbol.asyncDispose]() };
  } catch (error) {
    await generator[Symbol.asyncDispose]();
    throw error;
  }
}

/** Its first line, once it has measured or connected; disposing ends the process. */
function startGenerator(options: Partial<LoadOptions>) {
  const [command, ...args] = withOpenFiles(options.clients?.length ?? 0, [
    process.execPath,
    program,
  ]);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify(options)}\n`);
  const output = createInterface({ input: child.stdout });
  const line = new Promise<string>((resolve, reject) => {
    output.once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`load generator ended with ${code}`)));
  });
  line.catch(() => {});
  return {
    line,
    async [Symbol.asyncDispose](): Promise<void> {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(timer);
    },
  };
}
