// SPDX-License-Identifier: Apache-2.0
// Writes docs/fengsui.schema.json, the JSON Schema that editors use to complete fengsui.yaml, and docs/limits.md.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { configJsonSchema } from '#config';
import { limitTable } from '#core';
import { root } from './lib/gate.ts';

writeFileSync(path.join(root, 'docs/fengsui.schema.json'), configJsonSchema());

const figure = (value: number): string => value.toLocaleString('en-US');
const rows = Object.entries(limitTable).map(
  ([name, { text, default: usual, unit, min, max }]) =>
    `| \`${name}\` | ${text} | ${figure(usual)} | ${unit} | ${figure(min)} – ${figure(max)} |`,
);
const head = `# Limits

Every bound of the platform: set as \`limits.<name>\` in fengsui.yaml, each hit counted in
\`fengsui_limit_hits_total{limit="<name>"}\` and shown under 系统. Written by \`npm run schema\` from \`src/core/limits.ts\`.

| limit | bounds | default | unit | range |
|---|---|---:|---|---|`;
writeFileSync(path.join(root, 'docs/limits.md'), `${[head, ...rows].join('\n')}\n`);
