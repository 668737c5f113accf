// SPDX-License-Identifier: Apache-2.0
import { createReadStream } from 'node:fs';
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { addCommand, type Runtime } from '../define.ts';
import { textOfStream } from '../input.ts';
import { writeObject, writeRows } from '../output.ts';

const place = '/api/v1/models';

export function define(root: Command, runtime: Runtime): void {
  const model = root
    .command('model')
    .description({ en: 'thing models', zh: '物模型' }[runtime.language]);
  addCommand(
    model,
    {
      usage: 'ls',
      remote: true,
      text: { en: 'list models', zh: '列出物模型' },
      async action(context) {
        const rows = await Array.fromAsync(connect(context).list(place, {}, 10_000));
        writeRows(context, rows, ['uri', 'version', 'title', 'created']);
      },
    },
    runtime,
  );
  addCommand<{ readonly version?: string }>(
    model,
    {
      usage: 'get <uri>',
      remote: true,
      text: { en: 'show a model', zh: '查看物模型' },
      options: [
        { flags: '--version <version>', text: { en: 'default: newest', zh: '默认最新版本' } },
      ],
      async action(context, [uri = ''], { version }) {
        const query = { version };
        writeObject(
          context,
          await connect(context).object(`${place}/${encodeURIComponent(uri)}`, { query }),
        );
      },
    },
    runtime,
  );
  defineUpload(model, runtime, 'apply');
  defineUpload(model, runtime, 'check');
}

const texts = {
  apply: {
    en: 'add a model or a new version of it (JSON, file or stdin)',
    zh: '导入物模型或其新版本（JSON，文件或标准输入）',
  },
  check: { en: 'say what is wrong with a model, without adding it', zh: '只检查物模型，不导入' },
} as const;

function defineUpload(model: Command, runtime: Runtime, name: 'apply' | 'check'): void {
  addCommand(
    model,
    {
      usage: `${name} [file]`,
      remote: true,
      text: texts[name],
      async action(context, [file]) {
        const stdin = file === undefined || file === '-';
        const content = await textOfStream(stdin ? context.terminal.stdin : createReadStream(file));
        const answer = await connect(context).object(name === 'check' ? `${place}/check` : place, {
          method: 'POST',
          body: { type: 'application/json', content },
        });
        writeObject(context, answer);
      },
    },
    runtime,
  );
}
