// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SeriesIds } from './series-ids.ts';
import { newPlace, openPlatform, removePlace, type Platform } from './testing/platform.ts';

function test(title: string, work: (platform: Platform) => Promise<void>): void {
  it(title, async () => {
    const place = await newPlace();
    try {
      await using platform = await openPlatform(place);
      await work(platform);
    } finally {
      await removePlace(place);
    }
  });
}

async function started({ registry, logger }: Platform): Promise<SeriesIds> {
  const ids = new SeriesIds(registry, logger);
  await ids.start();
  return ids;
}

test('no id is handed out twice, not by another start either', async (platform) => {
  const seen = new Set<number>();
  for (let start = 0; start < 3; start++) {
    await using ids = await started(platform);
    for (let i = 0; i < 10_000; i++) {
      const id = ids.next();
      if (id === undefined) {
        await platform.registry.write(() => Promise.resolve());
        continue;
      }
      assert.ok(id > 0 && !seen.has(id));
      seen.add(id);
    }
  }
  assert.ok(seen.size > 24_000);
  const other = await platform.registry.write((t) => t.counters.take('series', 1, 4_294_967_295));
  assert.ok(!seen.has(other));
});

test('when there are no more ids it says so and goes on without', async (platform) => {
  await using ids = await started(platform);
  await platform.registry.write((t) => t.counters.take('series', 4_294_950_000, 4_294_967_295));
  const handed: number[] = [];
  for (let turn = 0; turn < 40; turn++) {
    for (let i = 0; i < 1_000; i++) {
      const id = ids.next();
      if (id !== undefined) handed.push(id);
    }
    await platform.registry.write(() => Promise.resolve());
  }
  assert.equal(ids.next(), undefined);
  assert.equal(new Set(handed).size, handed.length);
  assert.ok(Math.max(...handed) <= 4_294_967_295);
  assert.ok(platform.logger.lines.some((line) => line.message === 'no series ids could be taken'));
});
