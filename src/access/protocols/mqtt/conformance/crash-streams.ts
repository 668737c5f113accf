// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import type { Outcome, Target } from './target.ts';
import { Wire } from './wire.ts';

/** The streams of mqtt-crash-streams.json. */
export function streamsOf(data: unknown): readonly Buffer[] {
  if (typeof data !== 'object' || data === null || !('streams' in data)) return [];
  const { streams } = data;
  if (!Array.isArray(streams)) throw new Error('not a file of streams');
  return streams.map((hex) => Buffer.from(String(hex), 'hex'));
}

/** Resident bytes of a process on Linux; undefined elsewhere or without a process. */
export function residentBytes(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return pages * 4_096;
}

/** Whether the server still takes a client and answers it. */
export async function isServing(target: Target): Promise<boolean> {
  try {
    using wire = await Wire.open(target);
    wire.send(Buffer.from('100c00044d5154540402003c0000c000', 'hex'));
    await wire.until(() => wire.pending.length >= 6);
    return wire.pending.toString('hex') === '20020000d000';
  } catch {
    return false;
  }
}

/** Sends every stream on a connection of its own, then asks whether the server still serves. */
export async function runStreams(
  target: Target,
  streams: readonly Buffer[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, stream] of streams.entries()) {
    const name = `stream ${index}`;
    using wire = await Wire.open(target);
    wire.send(stream);
    wire.end();
    await wire.closed(1_000);
    const passed = index % 8 === 0 || index === streams.length - 1 ? await isServing(target) : true;
    outcomes.push({ name, passed, reason: passed ? undefined : 'the server does not answer' });
    if (!passed) break;
  }
  return outcomes;
}
