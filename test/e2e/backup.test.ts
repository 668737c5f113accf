// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { connectAsync } from 'mqtt';
import { writeManifest } from '../../src/runtime/manifest.ts';
import { ApiClient, benchModel, type PreparedThing } from '../../tools/support/api.ts';
import { startServer } from '../../tools/support/server.ts';
import { fengsui, objectOf, startWorkplace, type Workplace } from '../support/cli.ts';

/** Publishes readings one after another, each with a time and value of its own, until it is stopped. */
async function publishNumbered({ server }: Workplace, thing: PreparedThing) {
  const first = Date.now() - 3_600_000;
  const client = await connectAsync({
    ...server.mqtt,
    username: thing.username,
    password: thing.password,
  });
  let acknowledged = 0;
  let running = true;
  const publish = async (): Promise<void> => {
    while (running) {
      const time = new Date(first + acknowledged).toISOString();
      const payload = JSON.stringify({ time, values: { temperature: acknowledged % 100 } });
      await client.publishAsync('things/me/properties', payload, { qos: 1 });
      acknowledged++;
    }
  };
  const publishing = publish();
  return {
    first,
    acknowledged: () => acknowledged,
    async stop(): Promise<void> {
      running = false;
      await publishing;
      await client.endAsync();
    },
  };
}

const settings = ['limits.mqtt.publishesPerSecond=1000000', 'limits.mqtt.publishBurst=1000000'];

test('a backup taken under load holds every reading acknowledged before it began', async () => {
  await using place = await startWorkplace(settings);
  const api = new ApiClient(place.server.http, place.server.adminToken);
  await api.createModel(benchModel);
  const [thing] = await api.createThings(benchModel.id, 1, 'numbered');
  assert.ok(thing);
  const fleet = place.launch(['simulate', '--devices', '20', '--rate', '200', '--keep']);
  await fleet.until(/20 connected/);
  const publisher = await publishNumbered(place, thing);
  while (publisher.acknowledged() < 500) await new Promise((resolve) => setTimeout(resolve, 20));
  const before = publisher.acknowledged();
  const made = objectOf(await place.run(['backup', 'create']));
  await publisher.stop();
  await fleet.interrupt();
  const directory = String(made['directory']);
  const verified = objectOf(await place.run(['backup', 'verify', directory]));
  assert.equal(verified['things'], 21);
  assert.ok(
    Number(verified['points']) > 0 && Number(verified['records']) > 0,
    JSON.stringify(verified),
  );

  const data = join(place.directory, 'restored');
  objectOf(await fengsui(['backup', 'restore', directory, '--data', data]));
  await using restored = await startServer({ data, stderr: 'ignore' });
  const again = new ApiClient(restored.http, restored.adminToken);
  const { first } = publisher;
  await untilStored(restored.http, restored.adminToken);
  const history = await again.history(thing.id, 'temperature', first, first + before);
  assert.deepEqual(
    history.time,
    Array.from({ length: before }, (_, i) => first + i),
  );
  assert.deepEqual(
    history.value,
    Array.from({ length: before }, (_, i) => i % 100),
  );
  assert.equal(await again.count(thing.id, 'temperature', first, first + before), before);
  assert.equal(await api.count(thing.id, 'temperature', first, first + before), before);
});

/** Until the series store has read what the log of the backup has beyond it. */
async function untilStored(http: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  for (;;) {
    const answer = await fetch(`${http}/api/v1/system`, { headers });
    const { lag }: { readonly lag: number } = JSON.parse(await answer.text());
    if (lag === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The backup with one file changed and its manifest written anew, as someone might who can write there. */
async function forge(
  from: string,
  to: string,
  change: (at: string) => Promise<void>,
): Promise<void> {
  await cp(from, to, { recursive: true });
  await change(to);
  const manifest: { readonly product: string; readonly created: string; readonly about: object } =
    JSON.parse(await readFile(join(from, 'manifest.json'), 'utf8'));
  const { product, created, about } = manifest;
  await writeManifest(to, { product, created, about: { ...about } });
}

test('a tampered, a damaged and a newer backup are refused', async () => {
  await using place = await startWorkplace();
  const api = new ApiClient(place.server.http, place.server.adminToken);
  await api.createModel(benchModel);
  const [thing] = await api.createThings(benchModel.id, 1, 'backed up');
  for (let i = 0; i < 20; i++) {
    await api.request('POST', `/api/v1/things/${thing?.id}/properties`, { temperature: i });
  }
  const good = String(objectOf(await place.run(['backup', 'create']))['directory']);
  const refusal = async (directory: string): Promise<string> => {
    const data = join(place.directory, 'never');
    const verified = await fengsui(['backup', 'verify', directory]);
    const restored = await fengsui(['backup', 'restore', directory, '--data', data]);
    assert.deepEqual([verified.code, restored.code], [5, 5], verified.err + restored.err);
    assert.equal(verified.err, restored.err);
    assert.deepEqual(await readdir(data).catch(() => []), []);
    return verified.err;
  };
  const tampered = join(place.directory, 'tampered');
  await cp(good, tampered, { recursive: true });
  const registry = await readFile(join(tampered, 'registry.sqlite'));
  registry[5_000] = (registry[5_000] ?? 0) ^ 1;
  await writeFile(join(tampered, 'registry.sqlite'), registry);
  assert.match(await refusal(tampered), /registry\.sqlite: digest/);

  const newer = join(place.directory, 'newer');
  await forge(good, newer, async (at) => {
    using database = new DatabaseSync(join(at, 'registry.sqlite'));
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA user_version = 9999');
  });
  assert.match(await refusal(newer), /store\.schema-newer/);

  const noSeries = join(place.directory, 'no-series');
  await forge(good, noSeries, async (at) => {
    const name = (await readdir(join(at, 'series'))).find((each) => each.endsWith('.duckdb')) ?? '';
    await writeFile(join(at, 'series', name), Buffer.alloc(50_000, 7));
  });
  assert.match(await refusal(noSeries), /store\.series-damaged/);

  const noLog = join(place.directory, 'no-log');
  await forge(good, noLog, async (at) => {
    const name = (await readdir(join(at, 'log'))).find((each) => each.endsWith('.log')) ?? '';
    const bytes = await readFile(join(at, 'log', name));
    // Within the first unit, behind the header.
    bytes.fill(0x11, 1_080, 1_120);
    await writeFile(join(at, 'log', name), bytes);
  });
  assert.match(await refusal(noLog), /corrupt/);
});
