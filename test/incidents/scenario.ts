// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import { Harness, type HarnessOptions } from '../../src/access/protocols/mqtt/testing/harness.ts';
import type { Peer } from '../../src/access/protocols/mqtt/conformance/peer.ts';

/** Something that went wrong elsewhere, tried on this platform. */
export interface Scenario {
  /** As the collection of scenarios names it. */
  readonly name: string;
  /** What is sent, in hex, where the collection is not beside the repository. */
  readonly hex?: readonly string[];
  /** Why it cannot be tried yet. */
  readonly skip?: string;
  /** Throws when the platform does as the others did. `hex`: what is sent. */
  run(t: TestContext, hex: readonly string[]): Promise<void>;
}

/** A server that ends with the scenario. */
export function server(options: HarnessOptions = {}): Promise<Harness> {
  return Harness.start(options);
}

/** Sends packets over a connection that is none yet. */
export async function sends(
  harness: Harness,
  hex: readonly string[],
  version: 4 | 5 = 5,
): Promise<Peer> {
  const peer = await harness.open(version);
  for (const bytes of hex) peer.hex(bytes);
  return peer;
}

/** Others are served as before. */
export async function unharmed(harness: Harness): Promise<void> {
  const peer = await harness.client();
  await peer.subscribe('still/here');
  await peer.deliver('still/here', 'yes');
  await peer.message('yes');
  await peer.leave();
}

/** Streams bytes until the server closes; gives how many left. */
export async function streams(port: number, first: Buffer, most: number): Promise<number> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  socket.on('error', () => undefined).resume();
  socket.write(first);
  const piece = Buffer.alloc(65_536, 0x41);
  while (!socket.destroyed && socket.bytesWritten < most) {
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain').catch(() => []), closed]);
    await new Promise(setImmediate);
  }
  assert(socket.destroyed, `${socket.bytesWritten} bytes were taken`);
  return socket.bytesWritten;
}

/** Runs something that must not leave memory behind; the bound is generous, the figures are printed. */
export async function flat(
  t: TestContext,
  what: string,
  run: () => Promise<void>,
  mebibytesMax = 48,
): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage();
  await run();
  globalThis.gc?.();
  const after = process.memoryUsage();
  const heap = (after.heapUsed - before.heapUsed) / 2 ** 20;
  const rss = (after.rss - before.rss) / 2 ** 20;
  const buffers = (after.arrayBuffers - before.arrayBuffers) / 2 ** 20;
  const figures = `heap ${heap.toFixed(1)}, buffers ${buffers.toFixed(1)}, RSS ${rss.toFixed(1)} MiB`;
  t.diagnostic(`${what}: ${figures} more`);
  assert(heap + buffers < mebibytesMax, `${what}: ${figures} more`);
}
