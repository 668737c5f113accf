// SPDX-License-Identifier: Apache-2.0
import { parentPort, workerData } from 'node:worker_threads';
import type { HandleName, SqlReply, SqlRequest, ThreadSetup } from './messages.ts';
import { openDatabase, Statements } from './statements.ts';

/** Serves statements of the other side until the port is closed. */
function serve(port: NonNullable<typeof parentPort>, setup: ThreadSetup): void {
  const handles = new Map<HandleName, Statements>();
  const unwanted = new Int32Array(setup.unwanted);
  const stillWanted = (): number => {
    if (Atomics.load(unwanted, 0) !== 0) throw new Error('nobody waits for the answer any more');
    return 1;
  };
  for (const name of setup.handles) {
    const database = openDatabase(setup.path, name === 'read');
    database.function('still_wanted', stillWanted);
    handles.set(name, new Statements(database, setup.statementsMax));
  }
  port.on('message', (request: SqlRequest) => {
    Atomics.store(unwanted, 0, 0);
    port.postMessage(answer(handles, request));
  });
}

function answer(handles: ReadonlyMap<HandleName, Statements>, request: SqlRequest): unknown {
  const { id } = request;
  try {
    const statements = handles.get(request.handle);
    if (statements === undefined) throw new Error(`the thread has no handle ${request.handle}`);
    return { id, answer: statements.run(request.sql, request.parameters) };
  } catch (error) {
    return { id, failure: failureOf(error) } satisfies SqlReply;
  }
}

function failureOf(error: unknown): { message: string; code: number } {
  if (!(error instanceof Error)) return { message: String(error), code: 0 };
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
  return { message: error.message, code };
}

if (parentPort !== null) serve(parentPort, workerData);
