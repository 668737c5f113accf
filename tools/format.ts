// SPDX-License-Identifier: Apache-2.0
// Formats the whole clone in place, or only tells what is not formatted with --check.
import { formatGate, runGate } from './lib/gate.ts';

const check = process.argv.includes('--check');
process.exitCode = runGate(check ? formatGate : { ...formatGate, args: ['.'] });
