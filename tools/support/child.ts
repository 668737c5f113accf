// SPDX-License-Identifier: Apache-2.0
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The first line a child prints; rejects when it ends without one. */
export function firstLine(child: ChildProcess, timeoutMs = 60_000): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the child has no standard output');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error('no line in time')), timeoutMs);
  const lines = createInterface({ input: stdout });
  lines.once('line', resolve);
  child.once('error', reject);
  child.once('exit', (code, signal) => reject(new Error(`ended early: ${code ?? signal}`)));
  return promise.finally(() => clearTimeout(timer));
}

/** Asks the child to end, ends it after a while if it does not, and waits until it is gone. */
export async function endProcess(child: ChildProcess, patienceMs = 10_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  child.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}
