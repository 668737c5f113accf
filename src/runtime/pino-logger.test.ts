// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger, type LoggerOptions } from './pino-logger.ts';

function capture(options: Partial<LoggerOptions> = {}): {
  readonly log: ReturnType<typeof createLogger>;
  readonly lines: string[];
} {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const log = createLogger({ level: 'debug', format: 'json', colour: false, write, ...options });
  return { log, lines };
}

test('a line is one JSON object with level by name, time, fields and the sentence', () => {
  const { log, lines } = capture();
  log.child({ part: 'bus' }).warn({ lag: 3 }, 'reader is behind');
  const { time, ...rest } = JSON.parse(lines[0] ?? '');
  assert.deepEqual(rest, { level: 'warn', part: 'bus', lag: 3, msg: 'reader is behind' });
  assert.match(time, /^\d{4}-\d\d-\d\dT/);
});

test('levels below the chosen one are left out', () => {
  const { log, lines } = capture({ level: 'error' });
  log.info({}, 'no');
  log.error({}, 'yes');
  assert.equal(lines.length, 1);
});

test('secrets are taken out, also deeper and in children', () => {
  for (const format of ['json', 'pretty'] as const) {
    const { log, lines } = capture({ format });
    log.child({ token: 'hunter2' }).info({ password: 'hunter2' }, 'a');
    log.info({ request: { headers: { authorization: 'hunter2' } }, c: { secret: 'hunter2' } }, 'b');
    assert.ok(!lines.join('').includes('hunter2'), lines.join(''));
    assert.ok(lines.join('').includes('[redacted]'));
  }
});

test('a pretty line is short, carries the stack, and neutralises control characters', () => {
  const { log, lines } = capture({ format: 'pretty' });
  log.error({ error: new Error('broken'), client: 'x\u001b[2Jy' }, 'failed');
  const [line = ''] = lines;
  assert.match(line, /^\d\d:\d\d:\d\d\.\d{3} ERROR failed {2}error="broken" {2}client=/);
  assert.match(line, /\n.*Error: broken\n\s+at /);
  assert.ok(!line.includes('\u001b'));
});

test('colour only when asked', () => {
  const { log, lines } = capture({ format: 'pretty', colour: true });
  log.info({}, 'x');
  assert.ok(lines[0]?.includes('\u001b[36mINFO '));
});
