// SPDX-License-Identifier: Apache-2.0
import type { ProtocolVersion } from '../packets.ts';
import { statementsOf, untestable } from './statement-list.ts';
import type { StatementOutcome } from './statements.ts';
import type { SequenceOutcome } from './sequences.ts';
import type { ConformanceRow, Outcome } from './target.ts';

const standards: Readonly<Record<ProtocolVersion, string>> = { 4: 'MQTT 3.1.1', 5: 'MQTT 5.0' };

/** What the suites found. */
export interface Outcomes {
  readonly statements: readonly StatementOutcome[];
  readonly sequences: readonly SequenceOutcome[];
  readonly streams: readonly Outcome[];
}

/** A row for each statement that binds a server, then one for each file of others' data. */
export function conformanceRows(outcomes: Outcomes): readonly ConformanceRow[] {
  return [
    ...statementRows(4, outcomes.statements),
    ...statementRows(5, outcomes.statements),
    ...sequenceRows(outcomes.sequences),
    ...streamRows(outcomes.streams),
  ];
}

function statementRows(
  version: ProtocolVersion,
  outcomes: readonly StatementOutcome[],
): readonly ConformanceRow[] {
  const suite = standards[version];
  return statementsOf(version).flatMap((statement): ConformanceRow[] => {
    const cases = outcomes.filter(
      (each) => each.version === version && each.statements.includes(statement),
    );
    const clause = `MQTT-${statement}`;
    const reason = untestable[version][statement];
    if (reason !== undefined) {
      return [{ suite, clause, title: '', result: 'not testable', note: reason }];
    }
    if (cases.length === 0) return [];
    const title = [...new Set(cases.map(({ name }) => name.replace(/^v\d /, '')))].join('; ');
    return [{ suite, clause, title, ...verdict(cases) }];
  });
}

function sequenceRows(outcomes: readonly SequenceOutcome[]): readonly ConformanceRow[] {
  const files = Map.groupBy(outcomes, ({ sequence }) => sequence.f);
  return [...files].map(([file, cases]) => ({
    suite: 'MQTT packet sequences',
    clause: file,
    title: 'packets malformed, out of order, and in order',
    ...verdict(cases),
  }));
}

function streamRows(outcomes: readonly Outcome[]): readonly ConformanceRow[] {
  if (outcomes.length === 0) return [];
  const title = 'streams that stopped another server; the listener goes on';
  return [{ suite: 'MQTT crash streams', clause: 'all', title, ...verdict(outcomes) }];
}

function verdict(cases: readonly Outcome[]): Pick<ConformanceRow, 'result' | 'note'> {
  const failed = cases.filter(({ passed }) => !passed);
  const count = `${cases.length - failed.length}/${cases.length}`;
  if (failed.length === 0) return { result: 'pass', note: count };
  const names = failed.slice(0, 3).map(({ name, reason }) => `${name}: ${reason ?? ''}`);
  return { result: 'fail', note: `${count}; ${names.join('; ')}` };
}
