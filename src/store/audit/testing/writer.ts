// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { limitsOf } from '#core';
import { systemClock } from '#runtime';
import { openSqliteAudit } from '../sqlite.ts';
import { sampleAct } from './samples.ts';

/** Appends until it is killed, and tells which row is durable. */
const path = join(process.argv[2] ?? '', 'audit.sqlite');
const limits = limitsOf();
const store = await openSqliteAudit({ path, hash: 'sha256', clock: systemClock, limits });
for (let time = 1; ; time++) {
  const { seq } = await store.append([sampleAct(time), sampleAct(time)]);
  process.send?.(seq);
}
