// SPDX-License-Identifier: Apache-2.0
// What neither the formatter nor the linter holds: sizes, marks, dependencies, dead files. Numbers here are ratchets:
// they may only go down.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tidyFaults } from '../tools/lib/tidy.ts';
import { root } from '../tools/lib/gate.ts';

for (const [rule, faults] of tidyFaults(root)) {
  test(rule, () => assert.deepEqual(faults, []));
}
