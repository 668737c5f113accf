// SPDX-License-Identifier: Apache-2.0
import { pino, stdSerializers, type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { Logger } from './logging.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** One JSON object a line, or a short line for people. */
  readonly format: 'json' | 'pretty';
  readonly colour: boolean;
  /** Where lines go; a write must not throw. */
  readonly write: (line: string) => void;
}

/** Keys whose values never reach a log, at any of the first three depths. */
const secretKeys = [
  'password',
  'passphrase',
  'token',
  'secret',
  'authorization',
  'cookie',
  'privateKey',
  'credential',
];

const redacted = secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);

/** A logger over pino with secrets taken out. */
export function createLogger(options: LoggerOptions): Logger {
  const pretty = prettyLine(options.colour);
  const stream: DestinationStream = {
    write: options.format === 'json' ? options.write : (line) => options.write(pretty(line)),
  };
  const log = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redacted, censor: '[redacted]' },
      serializers: { error: stdSerializers.err, err: stdSerializers.err },
    },
    stream,
  );
  return wrap(log);
}

function wrap(log: PinoLogger): Logger {
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
    child: (fields) => wrap(log.child(fields)),
  };
}

const colours: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31 };

/** Control characters from the world must not steer the terminal. */
const printable = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (char) =>
    JSON.stringify(char).slice(1, -1),
  );

/** `08:00:00.000 WARN  sentence  key=value …`; stack traces on lines of their own. */
function prettyLine(colour: boolean): (line: string) => string {
  return (line) => {
    const record: Record<string, unknown> = JSON.parse(line);
    const { level, time, msg, ...fields } = record;
    const name = String(level);
    const stacks: string[] = [];
    const words = Object.entries(fields).map(
      ([key, value]) => `${key}=${fieldText(value, stacks)}`,
    );
    const label = name.toUpperCase().padEnd(5);
    const shown = colour ? `\u001b[${colours[name] ?? 0}m${label}\u001b[0m` : label;
    const text = printable([String(msg), ...words].join('  '));
    const traces = stacks.map((stack) => `\n${printable(stack)}`).join('');
    return `${String(time).slice(11, 23)} ${shown} ${text}${traces}\n`;
  };
}

function fieldText(value: unknown, stacks: string[]): string {
  if (typeof value === 'object' && value !== null && 'stack' in value && 'message' in value) {
    stacks.push(String(value.stack));
    return JSON.stringify(value.message);
  }
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
