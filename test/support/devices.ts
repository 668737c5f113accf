// SPDX-License-Identifier: Apache-2.0
// Devices for tests of pages, and commands as people run them.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConsolePlace } from './console.ts';

export const run = promisify(execFile);
export const commandMsMax = 30_000;

/** Runs a command as it stands; what it says on both outputs. */
export async function shell(command: string, directory: string): Promise<string> {
  const options = { cwd: directory, timeout: commandMsMax };
  const { stdout, stderr } = await run('bash', ['-c', command], options);
  return stdout + stderr;
}

export interface Device {
  readonly id: number;
  readonly token: string;
}

/** A thing with a token. */
export async function makeDevice(place: ConsolePlace, name: string): Promise<Device> {
  const { id } = await place.call('POST', '/api/v1/things', { name });
  const made = await place.call('POST', `/api/v1/things/${String(id)}/credentials`, {});
  return { id: Number(id), token: String(made['token']) };
}
