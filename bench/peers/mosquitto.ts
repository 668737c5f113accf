// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { withOpenFiles } from '../../tools/support/proc.ts';
import { endProcess } from '../../tools/support/child.ts';
import { loadClients } from '../load/options.ts';
import { freePort, untilListening, type Target } from './target.ts';

const program = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find((path) =>
  existsSync(path),
);

export const hasMosquitto = program !== undefined;

/** Debian's Mosquitto with nothing that slows it down: no persistence, no log, no limits, no authentication. */
export async function startMosquitto(connections = 0): Promise<Target> {
  if (program === undefined)
    throw new Error('mosquitto is not installed: apt-get install mosquitto');
  const directory = await mkdtemp(join(tmpdir(), 'fengsui-mosquitto-'));
  const port = await freePort();
  const file = join(directory, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'log_dest none',
    'sys_interval 0',
    'max_connections -1',
    'max_inflight_messages 0',
    'max_queued_messages 0',
    'max_queued_bytes 0',
    'set_tcp_nodelay true',
    // Started by root it would otherwise change to a user that cannot read the file.
    ...(userInfo().uid === 0 ? ['user root'] : []),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const [command, ...args] = withOpenFiles(connections, [program, '-c', file]);
  const child = spawn(command, args, { stdio: 'ignore' });
  await untilListening(port);
  return {
    name: 'mosquitto',
    pid: child.pid ?? 0,
    host: '127.0.0.1',
    port,
    clients: (count) => loadClients(count),
    async [Symbol.asyncDispose](): Promise<void> {
      await endProcess(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
