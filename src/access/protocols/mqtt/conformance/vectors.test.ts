// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer, type TestServer } from '../../../../../test/support/server.ts';
import { isServing, residentBytes, runStreams } from './crash-streams.ts';
import { runSequence } from './sequences.ts';
import { publicData } from './vectors.ts';

const { sequences, streams } = publicData();
const grownBytesMax = 96 * 1_048_576;

function skip(count: number): string | false {
  return count === 0 && 'the vectors are not beside the repository';
}

describe('packet sequences', { skip: skip(sequences.length) }, () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server[Symbol.asyncDispose]());
  for (const file of new Set(sequences.map(({ f }) => f))) {
    test(file, async () => {
      const failed: string[] = [];
      for (const sequence of sequences.filter(({ f }) => f === file)) {
        const { passed, name, reason } = await runSequence(server.mqtt, sequence);
        if (!passed) failed.push(`${name}: ${reason}`);
      }
      assert.deepEqual(failed, []);
    });
  }
});

describe('crash streams', { skip: skip(streams.length) }, () => {
  test('none stops the server or makes it grow', async () => {
    await using server = await startServer();
    const target = { ...server.mqtt, pid: server.pid };
    const failed = async (): Promise<readonly string[]> =>
      (await runStreams(target, streams)).filter(({ passed }) => !passed).map(({ name }) => name);
    assert.deepEqual(await failed(), []);
    const before = residentBytes(target.pid);
    for (let round = 0; round < 2; round++) assert.deepEqual(await failed(), []);
    const grown = (residentBytes(target.pid) ?? 0) - (before ?? 0);
    assert.ok(grown < grownBytesMax, `${grown} bytes more`);
    assert.ok(await isServing(target));
  });
});
