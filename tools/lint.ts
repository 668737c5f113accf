// SPDX-License-Identifier: Apache-2.0
// Lint with types, layer rules and bans; further arguments go to oxlint (for example --fix).
import { lintGate, runGate } from './lib/gate.ts';

process.exitCode = runGate({ ...lintGate, args: [...lintGate.args, ...process.argv.slice(2)] });
