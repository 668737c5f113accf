// SPDX-License-Identifier: Apache-2.0
import { describe, it } from 'node:test';
import { eraseConformance } from './testing/conformance-erase.ts';
import { queryConformance } from './testing/conformance-query.ts';
import { randomConformance } from './testing/conformance-random.ts';
import { writeConformance } from './testing/conformance-write.ts';
import type { SeriesFixture, SeriesTest } from './testing/fixture.ts';

export { fixtureStart, type SeriesFixture } from './testing/fixture.ts';

/** What every engine of the series port must do. */
export function seriesConformance(name: string, fixture: () => Promise<SeriesFixture>): void {
  const test: SeriesTest = (title, work) => {
    it(title, async () => {
      const place = await fixture();
      try {
        await work(place);
      } finally {
        await place.remove();
      }
    });
  };
  describe(`series store ${name}`, () => {
    writeConformance(test);
    queryConformance(test);
    eraseConformance(test);
    randomConformance(test);
  });
}
