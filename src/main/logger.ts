// SPDX-License-Identifier: Apache-2.0
import type { Config } from '#config';
import { createLogger, type Logger } from '#runtime';

/** The log of the process, on standard error. */
export function loggerOf(config: Config): Logger {
  const { level, format } = config.telemetry.log;
  const terminal = process.stderr.isTTY;
  return createLogger({
    level,
    format: format === 'auto' ? (terminal ? 'pretty' : 'json') : format,
    colour: terminal,
    write: (line) => process.stderr.write(line),
  });
}
