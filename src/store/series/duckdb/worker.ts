// SPDX-License-Identifier: Apache-2.0
import { parentPort } from 'node:worker_threads';
import { type Fault, FaultError, assert, fault } from '#core';
import { Engine } from './engine.ts';
import type { Reply, Request, WireSeries } from './wire.ts';

assert(parentPort !== null, 'runs as a worker thread');
const port = parentPort;
let engine: Engine | undefined;

const send = (reply: Reply, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(reply, transfer);

async function answer(request: Request): Promise<void> {
  if (request.op === 'open') {
    engine = await Engine.open(request.options, (level, fields, message) =>
      send({ op: 'log', level, fields, message }),
    );
    send({ op: 'open', id: request.id, committed: engine.committed });
    return;
  }
  assert(engine !== undefined, 'the engine is open');
  const { op, id } = request;
  switch (op) {
    case 'write':
      await engine.write(request.batches, request.next, request.now);
      return send({ op, id, committed: engine.committed });
    case 'query': {
      const series = await engine.query(id, request.query);
      return send({ op, id, series }, series.flatMap(buffersOf));
    }
    case 'counters':
      return send({ op, id, counters: await engine.counters(id, request.series) });
    case 'erase':
      await engine.erase(request.series);
      return send({ op, id });
    case 'compact':
      return send({ op, id, report: await engine.compact(request.now, request.late) });
    case 'backup':
      await engine.backup(request.directory);
      return send({ op, id });
    case 'stats':
      return send({ op, id, stats: engine.stats() });
    case 'close':
      await engine.close();
      send({ op, id });
      return port.close();
    case 'cancel':
      return engine.cancel(id);
  }
}

const buffersOf = (series: WireSeries): ArrayBuffer[] => [
  ...new Set([series.time.buffer, series.value.buffer, series.quality.buffer]),
];

/** What an error of the engine means to the one who asked. */
function faultOf(request: Request, error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  const text = String(error);
  if (request.op === 'open') return fault('store.cannot-open', request.options.directory, text);
  if (request.op === 'write' || request.op === 'erase')
    return fault('store.write-failed', undefined, text);
  if (/interrupt/i.test(text)) return fault('store.query-too-slow', 'query.msMax');
  if (/out of memory/i.test(text)) return fault('store.query-too-large', 'query.memoryBytesMax');
  return fault('common.internal', 'store', text);
}

// A thread that ends while the engine works takes the process with it: stay, and say that nothing can be trusted any more.
process.on('uncaughtException', (error) => send({ op: 'stopped', reason: String(error.stack) }));

port.on('message', (request: Request) => {
  answer(request).catch((error: unknown) => {
    const failure = faultOf(request, error);
    send({ op: 'fault', id: request.id, fault: failure, committed: engine?.committed });
    if (request.op === 'open') port.close();
    // After a fatal error the engine refuses everything: nothing but a new start helps.
    if (/fatal error|has been invalidated/i.test(String(error)))
      send({ op: 'stopped', reason: String(error) });
  });
});
