// SPDX-License-Identifier: Apache-2.0
import { runStreams } from './crash-streams.ts';
import { conformanceRows, type Outcomes } from './rows.ts';
import { nameOf, runSequence, type SequenceOutcome } from './sequences.ts';
import { runStatements, statementRuns } from './statements.ts';
import type { ConformanceRow, Target } from './target.ts';
import { publicData } from './vectors.ts';

const passed = true;

/** What tools/conformance.ts asks of a protocol. */
export const conformance = {
  title: 'MQTT',
  /** What the server is started with. */
  settings: [],
  /** Where the standards leave a choice, or others expect what they do not say. */
  choices: [
    'A Subscription Identifier in a client’s PUBLISH, which [MQTT-3.3.4-6] forbids the client, is left out and not refused.',
    'MQTT 3.1 (level 3) is served as 3.1.1; it needs a client identifier.',
    'Control characters and non-characters in text, which § 1.5.4 lets a receiver refuse, are refused.',
    'A client identifier with a level that is a wildcard is rejected, so that it can stand in a topic.',
    'A remaining length in a longer form than needed is refused in 5.0 [MQTT-1.5.5-1] and taken in 3.1.1, which does not forbid it.',
    'A client’s DISCONNECT with a reason code that only a server may send is an error and gets no answer.',
  ],

  /** The rows as they are when everything passes; without a server. */
  expected(): readonly ConformanceRow[] {
    const data = publicData();
    return conformanceRows({
      statements: statementRuns.map(({ version, statements, case: { title } }) => ({
        name: `v${version} ${title}`,
        version,
        statements,
        passed,
      })),
      sequences: data.sequences.map((sequence) => ({
        name: nameOf(sequence),
        sequence,
        passed,
        exact: true,
      })),
      streams: data.streams.map((_, index) => ({ name: `stream ${index}`, passed })),
    });
  },

  /** Runs every suite against a server. */
  async run(server: { readonly mqtt: Target }): Promise<readonly ConformanceRow[]> {
    const data = publicData();
    const statements = await runStatements(server.mqtt);
    const sequences: SequenceOutcome[] = [];
    for (const each of data.sequences) sequences.push(await runSequence(server.mqtt, each));
    const streams = await runStreams(server.mqtt, data.streams);
    return conformanceRows({ statements, sequences, streams } satisfies Outcomes);
  },
};
