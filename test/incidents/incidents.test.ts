// SPDX-License-Identifier: Apache-2.0
// What has gone wrong elsewhere. The collection of scenarios beside the repository names them and has the bytes; the
// tables here have bytes of their own for when it is not there.
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connected } from './connected.ts';
import { connecting } from './connecting.ts';
import { rights } from './rights.ts';
import { surface } from './surface.ts';

const scenarios = [...connecting, ...connected, ...rights, ...surface];
const collection = new URL('../../../shared/vectors/incident-scenarios.json', import.meta.url);

interface Collected {
  readonly name: string;
  readonly steps: readonly string[];
}

function collected(): readonly Collected[] | undefined {
  if (!existsSync(collection)) return undefined;
  const { tests }: { readonly tests: readonly Collected[] } = JSON.parse(
    readFileSync(collection, 'utf8'),
  );
  return tests;
}

/** The bytes of `send …` steps; what has to be generated is in the tables. */
function hexIn(steps: readonly string[]): string[] {
  const found = steps.flatMap(
    (step) => /^(?:repeat \d+: )?send ([0-9a-f]+)(?: then .*)?$/.exec(step)?.[1] ?? [],
  );
  return found;
}

const known = collected();
const absent = 'the collection is not beside the repository';

test('every scenario of the collection is tried', { skip: known === undefined && absent }, () => {
  const names = scenarios.map(({ name }) => name).toSorted();
  assert.deepEqual(names, (known ?? []).map(({ name }) => name).toSorted());
});

for (const { name, hex = [], skip, run } of scenarios) {
  const theirs = hexIn(known?.find((each) => each.name === name)?.steps ?? []);
  test(name, { skip: skip ?? false }, (t) => run(t, theirs.length === hex.length ? theirs : hex));
}
