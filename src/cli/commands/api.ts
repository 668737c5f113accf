// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { connect, isRow } from '../client.ts';
import { addCommand, wholeNumber, type Runtime } from '../define.ts';
import { textOfStream } from '../input.ts';
import { writeObject, writeRows } from '../output.ts';

interface ApiOptions {
  readonly body?: string;
  readonly type: string;
  readonly tenant?: number;
}

/** Any request of the API, for what has no command of its own. */
export function define(root: Command, runtime: Runtime): void {
  addCommand<ApiOptions>(
    root,
    {
      usage: 'api <method> <path>',
      remote: true,
      text: {
        en: 'send any request of the API: api GET /api/v1/things',
        zh: '发送任意 API 请求：api GET /api/v1/things',
      },
      options: [
        {
          flags: '--body <text>',
          text: { en: 'what is sent; - reads stdin', zh: '请求体；- 表示标准输入' },
        },
        {
          flags: '--type <media type>',
          fallback: 'application/json',
          text: { en: 'content type of the body', zh: '请求体的内容类型' },
        },
        {
          flags: '--tenant <number>',
          parse: wholeNumber,
          text: { en: 'tenant to act in', zh: '在哪个租户中执行' },
        },
      ],
      async action(context, [method = 'GET', path = '/'], { body, type, tenant }) {
        const content = body === '-' ? await textOfStream(context.terminal.stdin) : body;
        const answer = await connect(context).send(path, {
          method: method.toUpperCase(),
          tenant,
          ...(content === undefined ? {} : { body: { type, content } }),
        });
        const text = await answer.text();
        if (answer.headers.get('content-type')?.includes('application/json') !== true) {
          context.terminal.stdout.write(text);
          return;
        }
        const value: unknown = JSON.parse(text);
        const items: unknown = isRow(value) ? value['items'] : undefined;
        if (Array.isArray(items)) writeRows(context, items.filter(isRow));
        else writeObject(context, isRow(value) ? value : { value });
      },
    },
    runtime,
  );
}
