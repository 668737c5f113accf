// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openJournal } from '#bus';
import { Days, limitsOf, Minutes, SeededRandom } from '#core';
import { nodeDisk, writeManifest } from '#runtime';
import { RecordingLogger, RecordingMetrics, SimClock } from '#runtime/sim';
import { openSqliteAudit } from './audit/index.ts';
import { checkBackup, readVerdict, writeVerdict } from './backup-check.ts';
import { checkBackupAside } from './backup-check-thread.ts';
import { createBackup, dataLayout } from './backup.ts';
import { sampleAct } from './audit/testing/samples.ts';
import { openRegistry } from './registry/index.ts';
import { openDuckdbSeries } from './series/duckdb/client.ts';
import { type Reading, recordOf } from './series/testing/model.ts';

const start = Date.UTC(2026, 0, 10);

/** Three series over four days: the older ones will be in compacted files, the newest are hot. */
const readings: readonly Reading[] = Array.from({ length: 1_500 }, (_, row) => ({
  series: 1 + (row % 3),
  time: start - Days(4) + Math.floor(row / 3) * Minutes(11),
  value: row / 4,
}));
/** Come after the compaction, for periods that are compacted already. */
const late: readonly Reading[] = [1, 2, 3].map((series) => {
  return { series, time: start - Days(3) + 1, value: 77 };
});

function open(directory: string) {
  const clock = new SimClock(start);
  const [logger, metrics] = [new RecordingLogger(), new RecordingMetrics()];
  const limits = limitsOf({ 'store.partPointsMax': 100_000 });
  const base = { clock, logger, metrics, limits, disk: nodeDisk, random: new SeededRandom(1) };
  return {
    clock,
    log: () => openJournal({ ...base, directory: join(directory, dataLayout.log) }),
    audit: () =>
      openSqliteAudit({ ...base, hash: 'sha256', path: join(directory, dataLayout.audit) }),
    registry: () => openRegistry({ ...base, path: join(directory, dataLayout.registry) }),
    series: () => openDuckdbSeries({ ...base, directory: join(directory, dataLayout.series) }),
  };
}

const question = {
  series: [1, 2, 3],
  ...{ from: start - Days(5), to: start + Days(1), points: 10_000 },
};

test('a backup of compacted, hot and late readings is whole, counts alike and answers alike', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fengsui-backup-'));
  try {
    const data = join(root, 'data');
    const place = open(data);
    await using stack = new AsyncDisposableStack();
    const log = stack.use(await place.log());
    const registry = stack.use(await place.registry());
    const auditStore = stack.use(await place.audit());
    await auditStore.append([sampleAct(1), sampleAct(2)]);
    const series = stack.use(await place.series());
    await series.write([recordOf(readings)], 1);
    const { periods } = await series.compact();
    assert.ok(periods >= 3, `${periods} periods compacted`);
    await series.write([recordOf(late)], 2);
    const before = await series.query(question);
    const { directory } = await createBackup({
      ...{ data, target: join(root, 'backup'), log, registry, series, auditStore },
      ...{ clock: place.clock, product: 'test' },
    });
    const parts = await readdir(join(directory, dataLayout.series, 'parts'));
    assert.ok(
      parts.some((name) => name.endsWith('.parquet')),
      parts.join(', '),
    );
    await stack.disposeAsync();

    const check = await checkBackup(directory);
    assert.ok('content' in check, JSON.stringify(check));
    assert.equal(check.content.points, readings.length + late.length);
    assert.equal(check.content.acts, 2);
    assert.deepEqual(await checkBackupAside(directory), { ok: true, detail: '', ...check.content });

    const restored = join(root, 'restored');
    await cp(directory, restored, { recursive: true });
    await using again = await open(restored).series();
    assert.deepEqual(await again.query(question), before);
    await refusesBrokenPart(directory, root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

/** A compacted file that is cut short is found even when the manifest was written anew. */
async function refusesBrokenPart(directory: string, root: string): Promise<void> {
  const broken = join(root, 'broken');
  await cp(directory, broken, { recursive: true });
  const place = join(broken, dataLayout.series, 'parts');
  const part = (await readdir(place)).find((name) => name.endsWith('.parquet')) ?? '';
  await writeFile(join(place, part), 'PAR1');
  const tampered = await checkBackup(broken);
  assert.deepEqual(
    tampered.problems.map(({ problem }) => problem),
    ['size'],
  );
  await writeManifest(broken, { product: 'test', created: '2026-01-10T00:00:00Z', about: {} });
  const { ok, detail } = await checkBackupAside(broken);
  assert.equal(ok, false);
  assert.match(detail, /store\.series-damaged/);
}

test('a verdict is kept beside its backup, and what is none is not taken for one', async () => {
  const root = await mkdtemp(join(tmpdir(), 'fengsui-verdict-'));
  try {
    const directory = join(root, 'one');
    assert.equal(await readVerdict(directory), undefined);
    const verdict = { time: 5, ok: true, detail: '', things: 3 };
    await writeVerdict(directory, verdict);
    assert.deepEqual(await readVerdict(directory), verdict);
    for (const text of ['', 'null', '[]', '{"time":"x","ok":true,"detail":""}']) {
      await writeFile(`${directory}.verified.json`, text);
      assert.equal(await readVerdict(directory), undefined, text);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
