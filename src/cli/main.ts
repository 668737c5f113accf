// SPDX-License-Identifier: Apache-2.0
import { runProgram } from './program.ts';

const interrupted = new AbortController();
let signals = 0;

/**
 * The first signal asks for an orderly end. Launchers hand on what the terminal has sent to the whole group already,
 * so only one that comes clearly later ends the process at once.
 */
function onSignal(): void {
  signals++;
  if (signals === 1) {
    interrupted.abort();
    setTimeout(() => process.on('SIGINT', () => process.exit(130)), 2_000).unref();
  }
}

process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
process.on('SIGHUP', onSignal);
// A reader that ends early (`fengsui thing ls | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
  signal: interrupted.signal,
});
