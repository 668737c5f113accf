// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startWorkplace, type Workplace } from '../support/cli.ts';

async function ask({ server }: Workplace, place: string, method = 'GET'): Promise<unknown> {
  const headers = { authorization: `Bearer ${server.adminToken}` };
  const answer = await fetch(new URL(place, server.http), { method, headers });
  assert.equal(answer.status, 200, place);
  return answer.json();
}

interface Tile {
  readonly count: number;
}

interface Overview {
  readonly demo: boolean;
  readonly things: Tile;
  readonly online: Tile;
  readonly models: Tile;
  readonly refused: readonly { readonly step: string; readonly count: number }[];
  readonly system: { readonly connections: Tile; readonly rate: { readonly messages: number } };
}

function isOverview(value: unknown): value is Overview {
  return typeof value === 'object' && value !== null && 'things' in value && 'system' in value;
}

async function overviewOf(place: Workplace): Promise<Overview> {
  const found = await ask(place, '/api/v1/overview');
  assert.ok(isOverview(found), JSON.stringify(found));
  return found;
}

test('the demo city comes to life over real connections and goes with one call', async () => {
  await using place = await startWorkplace(['demo=true']);
  let seen = await overviewOf(place);
  const alive = ({ online, refused, system }: Overview): boolean =>
    online.count === 299 && refused.some(({ step }) => step === 'auth') && system.rate.messages > 0;
  while (!alive(seen)) {
    await setTimeout(200);
    seen = await overviewOf(place);
  }
  assert.deepEqual([seen.demo, seen.things.count, seen.models.count], [true, 300, 12]);
  const tokens = join(place.data, 'demo.tokens.json');
  await access(tokens);
  assert.deepEqual(await ask(place, '/api/v1/demo', 'DELETE'), { removed: 300 });
  await assert.rejects(access(tokens));
  do {
    await setTimeout(200);
    seen = await overviewOf(place);
  } while (seen.system.connections.count > 0 || seen.things.count > 0);
  assert.deepEqual([seen.demo, seen.models.count], [false, 0]);
});
