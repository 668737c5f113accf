// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endProcess, firstLine } from '../../tools/support/child.ts';
import { withOpenFiles } from '../../tools/support/proc.ts';
import { loadClients } from '../load/options.ts';
import type { Target } from './target.ts';

const program = fileURLToPath(new URL('aedes-broker.ts', import.meta.url));

/** The aedes broker with its in-memory persistence, in a process of its own. */
export async function startAedes(connections = 0): Promise<Target> {
  const [command, ...args] = withOpenFiles(connections, [process.execPath, program]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = Number(await firstLine(child));
  return {
    name: 'aedes',
    pid: child.pid ?? 0,
    host: '127.0.0.1',
    port,
    clients: (count) => loadClients(count),
    [Symbol.asyncDispose]: () => endProcess(child),
  };
}
