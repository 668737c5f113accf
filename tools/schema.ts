// SPDX-License-Identifier: Apache-2.0
// Writes docs/fengsui.schema.json, the JSON Schema that editors use to complete fengsui.yaml.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { configJsonSchema } from '#config';
import { root } from './lib/gate.ts';

writeFileSync(path.join(root, 'docs/fengsui.schema.json'), configJsonSchema());
