// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from 'node:crypto';
import type { ProtocolVersion } from '../packets.ts';
import { Bench, type StatementCase } from './case.ts';
import { connectCases } from './cases/connect.ts';
import { formatCases } from './cases/format.ts';
import { qosCases } from './cases/qos.ts';
import { publishCases } from './cases/publish.ts';
import { propertyCases } from './cases/properties.ts';
import { sessionCases } from './cases/session.ts';
import { subscribeCases } from './cases/subscribe.ts';
import { willCases } from './cases/will.ts';
import { reasonOf, type Outcome, type Target } from './target.ts';

/** Cases of our own for the normative statements that bind a server. */
export const statementCases: readonly StatementCase[] = [
  ...formatCases,
  ...connectCases,
  ...willCases,
  ...sessionCases,
  ...publishCases,
  ...propertyCases,
  ...qosCases,
  ...subscribeCases,
];

export interface StatementOutcome extends Outcome {
  readonly version: ProtocolVersion;
  readonly statements: readonly string[];
}

/** A case for each version it is for. */
export const statementRuns: readonly {
  readonly version: ProtocolVersion;
  readonly statements: readonly string[];
  readonly case: StatementCase;
}[] = statementCases.flatMap((each) => [
  ...(each.v3 === undefined ? [] : [{ version: 4 as const, statements: each.v3, case: each }]),
  ...(each.v5 === undefined ? [] : [{ version: 5 as const, statements: each.v5, case: each }]),
]);

/** Runs one case for one version; the nonce keeps runs on one server apart. */
export async function runStatement(
  target: Target,
  run: (typeof statementRuns)[number],
  nonce: string,
): Promise<StatementOutcome> {
  const { version, statements } = run;
  const name = `v${version} ${run.case.title}`;
  const base = `conformance/${version}-${statementRuns.indexOf(run)}-${nonce}`;
  using bench = new Bench(target, version, base);
  try {
    await run.case.run(bench);
    return { name, version, statements, passed: true };
  } catch (error) {
    return { name, version, statements, passed: false, reason: reasonOf(error) };
  }
}

/** Runs every case, several at a time: most of them wait for a clock. */
export async function runStatements(target: Target): Promise<readonly StatementOutcome[]> {
  const nonce = randomUUID().slice(0, 8);
  const outcomes: StatementOutcome[] = [];
  const queue = [...statementRuns.entries()];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      outcomes[next[0]] = await runStatement(target, next[1], nonce);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return outcomes;
}
