// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processor seconds and memory of a process with all its threads and children. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Highest resident size so far, summed over the processes. */
  readonly peakRssBytes: number;
}

// USER_HZ: the unit of /proc/<pid>/stat, 100 on every Linux that Node runs on.
const ticksPerSecond = 100;

/** Reads /proc; zeros for a process that is gone, for pid 0, and where there is no /proc. */
export function readUsage(pid: number): Usage {
  let ticks = 0;
  let rssBytes = 0;
  let peakRssBytes = 0;
  for (const id of pid > 0 ? processTree(pid) : []) {
    // The command name in parentheses may hold spaces; the numbers begin after it.
    const fields = readText(`/proc/${id}/stat`).split(') ').at(-1)?.split(' ') ?? [];
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    const status = readText(`/proc/${id}/status`);
    rssBytes += kibibytes(status, 'VmRSS') * 1_024;
    peakRssBytes += kibibytes(status, 'VmHWM') * 1_024;
  }
  return { cpuSeconds: ticks / ticksPerSecond, rssBytes, peakRssBytes };
}

/** Waits until the processes use less than a twentieth of a processor, and says how long that took. */
export async function untilQuiet(pids: readonly number[], timeoutMs = 60_000): Promise<number> {
  const start = performance.now();
  const total = (): number => pids.reduce((sum, pid) => sum + readUsage(pid).cpuSeconds, 0);
  let before = total();
  while (performance.now() - start < timeoutMs) {
    await sleep(400);
    const now = total();
    if (now - before <= 0.02) break;
    before = now;
  }
  return performance.now() - start;
}

/** Most files that a process started from here can have open. */
export function openFilesReachable(): number {
  const hard = openFilesMax();
  const system = Number(readText('/proc/sys/fs/nr_open').trim() || hard);
  const raised = spawnSync('sh', ['-c', `ulimit -n ${system}`], { stdio: 'ignore' });
  return raised.status === 0 ? system : hard;
}

/** Most open files a process may have without raising its limit; Node raises the soft limit to the hard one itself. */
function openFilesMax(): number {
  const line = readText('/proc/self/limits')
    .split('\n')
    .find((row) => row.startsWith('Max open files'));
  return Number(line?.split(/\s+/)[4] ?? 1_024);
}

/** The command with its limit of open files raised where the system lets us. */
export function withOpenFiles(
  count: number,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  if (count + 256 <= openFilesMax()) return command;
  return ['sh', '-c', `ulimit -n ${count + 256} 2>/dev/null; exec "$@"`, 'sh', ...command];
}

function processTree(pid: number): number[] {
  const children = readTasks(pid)
    .flatMap((task) => readText(`/proc/${pid}/task/${task}/children`).split(' '))
    .map(Number)
    .filter((child) => child > 0);
  return [pid, ...children.flatMap(processTree)];
}

function readTasks(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function kibibytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}
