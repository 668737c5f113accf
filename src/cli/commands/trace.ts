// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { connect } from '../client.ts';
import { addCommand, type Runtime } from '../define.ts';
import { follow, thingNumbers } from '../live.ts';
import { cellText, control, formatOf, type Row } from '../output.ts';

export function define(root: Command, runtime: Runtime): void {
  addCommand(
    root,
    {
      usage: 'trace <thing>',
      remote: true,
      text: {
        en: 'follow the messages of a thing: receive, auth, decode, model, log, store',
        zh: '逐步跟踪某个物的消息：接收、认证、解码、建模、日志、存储',
      },
      async action(context, [name = '']) {
        const client = connect(context);
        const things = await thingNumbers(client, [name]);
        context.note({
          en: `waiting for a message of ${name}; Ctrl-C ends`,
          zh: `等待 ${name} 的消息，Ctrl-C 结束`,
        });
        const people = formatOf(context) === 'table';
        await follow(context, client, [{ kind: 'trace', things }], (item) => {
          const line = people ? lineOf(item) : JSON.stringify(item);
          context.terminal.stdout.write(`${line}\n`);
        });
      },
    },
    runtime,
  );
}

/** `time  step  outcome` and the rest as it is. */
function lineOf(item: Row): string {
  const { time, step, stage, ok, ...rest } = item;
  const outcome = ok === undefined ? '' : ok === true ? 'ok' : 'FAILED';
  const text = [cellText(step ?? stage).padEnd(8), outcome.padEnd(6), JSON.stringify(rest)];
  return `${cellText(time)}  ${text.join('  ').replace(control, '�')}`;
}
