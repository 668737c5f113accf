// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer, type TestServer } from '../../../../../test/support/server.ts';
import { clientStatements, statementsOf, untestable } from './statement-list.ts';
import { runStatements, statementRuns, type StatementOutcome } from './statements.ts';

describe('every normative statement has its place', () => {
  for (const version of [4, 5] as const) {
    test(`v${version}`, () => {
      const tested = new Set(
        statementRuns.filter((run) => run.version === version).flatMap((run) => run.statements),
      );
      const all = new Set(statementsOf(version));
      const known = [...tested, ...clientStatements[version], ...Object.keys(untestable[version])];
      assert.deepEqual(
        known.filter((statement) => !all.has(statement)),
        [],
        'no such statement',
      );
      const placed = new Set(known);
      assert.deepEqual(
        [...all].filter((statement) => !placed.has(statement)),
        [],
        'forgotten',
      );
      const both = Object.keys(untestable[version]).filter((statement) => tested.has(statement));
      assert.deepEqual(both, [], 'tested though not testable');
    });
  }
});

describe('the server does as stated', () => {
  let server: TestServer;
  let outcomes: readonly StatementOutcome[] = [];
  before(async () => {
    server = await startServer();
    outcomes = await runStatements(server.mqtt);
  });
  after(() => server[Symbol.asyncDispose]());
  for (const [index, { version, case: each, statements }] of statementRuns.entries()) {
    test(`v${version} ${each.title} [${statements.join(', ')}]`, () => {
      const outcome = outcomes[index];
      assert.ok(outcome?.passed, outcome?.reason ?? 'not run');
    });
  }
});
