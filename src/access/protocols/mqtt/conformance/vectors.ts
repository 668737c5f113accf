// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs';
import { streamsOf } from './crash-streams.ts';
import { sequencesOf, type Sequence } from './sequences.ts';

/** Data of others beside the repository. */
export interface ConformanceData {
  readonly sequences: readonly Sequence[];
  readonly streams: readonly Buffer[];
}

/** A file of the data beside the repository; undefined when it is not there. */
function vector(name: string): unknown {
  const file = new URL(`../../../../../../shared/vectors/${name}`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** The public data that is there; empty lists stand for what is not. */
export function publicData(): ConformanceData {
  return {
    sequences: sequencesOf(vector('mqtt-sequences.json')),
    streams: streamsOf(vector('mqtt-crash-streams.json')),
  };
}
