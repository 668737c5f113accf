// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { LimitName, Limits } from '#core';
import { eventually, Harness, type HarnessOptions } from './harness.ts';

/**
 * A server with some limits lowered; in the end each of them must have counted a hit, those in `countedAs` under
 * another name or, where reaching it is the normal course, not at all.
 */
export function limited(
  limits: Partial<Limits>,
  name: string,
  run: (harness: Harness) => Promise<void>,
  options: HarnessOptions & {
    readonly countedAs?: Partial<Record<LimitName, LimitName | 'nothing'>>;
  } = {},
): void {
  const names = Object.keys(limits);
  test(`limit ${names.join(', ')}: ${name}`, async () => {
    await using harness = await Harness.start({
      ...options,
      limits: { ...options.limits, ...limits },
    });
    await run(harness);
    const elsewhere = new Map(Object.entries(options.countedAs ?? {}));
    const counted = names.map((limit) => elsewhere.get(limit) ?? limit);
    const reached = counted.filter((limit) => limit !== 'nothing');
    await eventually(() => reached.every((limit) => harness.hits(limit) > 0), `hits of ${reached}`);
    for (const limit of elsewhere.keys()) assert.equal(harness.hits(limit), 0, `hits of ${limit}`);
  });
}
