// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeriesStore } from '../port.ts';
import { NaiveStore } from '../testing/model.ts';
import { crashClockStart, crashReadings, openCrashStore } from './testing/crash-child.ts';

const child = join(import.meta.dirname, 'testing', 'crash-child.ts');
const kills = 6;

async function start(directory: string): Promise<ReturnType<typeof spawn>> {
  const started = spawn(process.execPath, [child, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.ok(started.stdout !== null);
  await Promise.race([once(started.stdout, 'data'), once(started, 'exit')]);
  assert.equal(started.exitCode, null);
  return started;
}

async function kill(started: ReturnType<typeof spawn>): Promise<void> {
  // What it says on its standard error tells why, if it ended by itself.
  assert.equal(started.exitCode ?? started.signalCode, null);
  const ended = once(started, 'exit');
  started.kill('SIGKILL');
  await ended;
}

/** Every reading below the committed offset is there once, and none above it. */
async function verify(store: SeriesStore): Promise<void> {
  const model = new NaiveStore();
  for (let offset = 0; offset < store.committed; offset++) model.write(crashReadings(offset));
  const range = {
    from: crashClockStart - 5 * 86_400_000,
    to: crashClockStart + 86_400_000,
    points: 100_000,
  };
  for (let series = 1; series <= 12; series++) {
    const query = { ...range, series: [series] };
    const [answer] = await store.query(query);
    const expected = model.raw(query, series);
    assert.deepEqual(
      answer?.time,
      expected.map(({ time }) => time),
    );
    assert.deepEqual(
      answer?.value,
      expected.map(({ value }) => value),
    );
    assert.deepEqual((await store.counters([series])).get(series), model.counters(series));
  }
}

describe('the DuckDB store under kill -9', () => {
  it('holds exactly what it committed, wherever it was killed', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'fengsui-crash-'));
    try {
      let committed = 0;
      for (let i = 0; i < kills; i++) {
        const started = await start(directory);
        const after = Math.floor(Math.random() * 700);
        await sleep(after);
        await kill(started);
        t.diagnostic(`killed ${after} ms after it was open`);
        await using store = await openCrashStore(directory);
        assert.ok(store.committed >= committed);
        ({ committed } = store);
        await verify(store);
      }
      assert.ok(committed > 0);
      await using store = await openCrashStore(directory);
      await store.compact();
      await verify(store);
      // What a killed compaction left behind is gone.
      const files = await readdir(join(directory, 'parts'));
      const { storedBytes } = await store.stats();
      assert.ok(files.length > 0 && storedBytes > 0);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('refuses a directory that another process uses', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'fengsui-crash-'));
    const started = await start(directory);
    try {
      await assert.rejects(openCrashStore(directory), /store\.cannot-open/);
    } finally {
      await kill(started);
      await rm(directory, { recursive: true, force: true });
    }
  });
});
