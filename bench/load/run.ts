// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { withOpenFiles } from '../../tools/support/proc.ts';
import type { LoadOptions, LoadReport } from './options.ts';
import type { PacedOptions, PacedReport } from './paced.ts';

const program = fileURLToPath(new URL('process.ts', import.meta.url));
const pacedProgram = fileURLToPath(new URL('paced-process.ts', import.meta.url));

/** Runs the load generator in a process of its own and gives back what it measured. */
export async function runLoad(options: Partial<LoadOptions>): Promise<LoadReport> {
  await using generator = startGenerator(options);
  return JSON.parse(await generator.line());
}

/** A load whose clients are connected. */
export interface HeldLoad extends AsyncDisposable {
  run(): Promise<LoadReport>;
}

/** Connects the clients of a load in a process of its own, to let it loose later. */
export async function holdLoad(options: Partial<LoadOptions>): Promise<HeldLoad> {
  const generator = startGenerator({ ...options, held: true });
  try {
    await generator.line();
    return {
      run: async () => {
        generator.say({});
        return JSON.parse(await generator.line());
      },
      [Symbol.asyncDispose]: () => generator[Symbol.asyncDispose](),
    };
  } catch (error) {
    await generator[Symbol.asyncDispose]();
    throw error;
  }
}

export interface IdleConnections {
  readonly connections: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens connections in a process of its own and holds them until disposed. */
export async function holdConnections(options: Partial<LoadOptions>): Promise<IdleConnections> {
  const generator = startGenerator({ ...options, idle: true });
  try {
    const { connections }: { connections: number } = JSON.parse(await generator.line());
    return { connections, [Symbol.asyncDispose]: () => generator[Symbol.asyncDispose]() };
  } catch (error) {
    await generator[Symbol.asyncDispose]();
    throw error;
  }
}

/** Clients that publish now and then, connected until disposed. */
export interface PacedClients extends AsyncDisposable {
  /** Latencies of the publishes that begin in the next `durationMs`. */
  measure(durationMs: number): Promise<PacedReport>;
}

/** Opens slow publishers in a process of their own. */
export async function holdPaced(options: Partial<PacedOptions>): Promise<PacedClients> {
  const generator = startGenerator(options, pacedProgram);
  try {
    await generator.line();
    return {
      measure: async (durationMs) => {
        generator.say({ durationMs });
        return JSON.parse(await generator.line());
      },
      [Symbol.asyncDispose]: () => generator[Symbol.asyncDispose](),
    };
  } catch (error) {
    await generator[Symbol.asyncDispose]();
    throw error;
  }
}

/** A process that is told in lines of JSON and answers in lines; disposing ends it. */
function startGenerator(
  options: Partial<LoadOptions> | Partial<PacedOptions>,
  started: string = program,
) {
  const [command, ...args] = withOpenFiles(options.clients?.length ?? 0, [
    process.execPath,
    started,
  ]);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.stdin.on('error', () => {});
  const say = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  say(options);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    say,
    async line(): Promise<string> {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`load generator ended with ${await exited}`);
      return value;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(timer);
    },
  };
}
