// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { connect, isRow, type Client } from '../client.ts';
import type { Context } from '../context.ts';
import { addCommand, type Runtime } from '../define.ts';
import { follow, thingNumbers } from '../live.ts';
import { cellText, control, formatOf, type Row } from '../output.ts';

interface TailOptions {
  readonly thing?: readonly string[];
  readonly property?: readonly string[];
  readonly kind?: readonly string[];
  readonly rejected?: boolean;
  readonly rate?: string;
}

export function define(root: Command, runtime: Runtime): void {
  addCommand<TailOptions>(
    root,
    {
      usage: 'tail',
      remote: true,
      text: { en: 'follow what arrives', zh: '实时查看到达的数据' },
      options: [
        {
          flags: '--thing <thing>',
          repeat: true,
          text: { en: 'only this one, by number or uri; repeatable', zh: '只看某个物，可重复' },
        },
        {
          flags: '--property <name>',
          repeat: true,
          text: { en: 'only this property; repeatable', zh: '只看某个属性，可重复' },
        },
        {
          flags: '--kind <kind>',
          repeat: true,
          text: {
            en: 'readings (default), events, lifecycle or actions; repeatable',
            zh: 'readings（默认）、events、lifecycle 或 actions，可重复',
          },
        },
        {
          flags: '--rejected',
          text: { en: 'refused connections and values', zh: '被拒绝的连接和数据' },
        },
        { flags: '--rate <number>', text: { en: 'at most so many a second', zh: '每秒最多条数' } },
      ],
      async action(context, _args, options) {
        const client = connect(context);
        const people = formatOf(context) === 'table';
        const write = (item: Row, kind: string): void => {
          const line = people ? lineOf(item, kind) : JSON.stringify({ kind, ...item });
          context.terminal.stdout.write(`${line}\n`);
        };
        if (options.rejected) await followRefusals(context, client, write);
        else await followLive(context, client, { options, write });
      },
    },
    runtime,
  );
}

interface Following {
  readonly options: TailOptions;
  readonly write: (item: Row, kind: string) => void;
}

async function followLive(
  context: Context,
  client: Client,
  { options, write }: Following,
): Promise<void> {
  const { thing = [], property, kind = ['readings'], rate } = options;
  const things = await thingNumbers(client, thing);
  const only = {
    ...(things.length > 0 ? { things } : {}),
    ...(rate === undefined ? {} : { ratePerSecond: Number(rate) }),
  };
  const subscriptions = [...new Set(kind)].map((each) => ({
    kind: each,
    ...only,
    ...(property && each === 'readings' ? { properties: property } : {}),
  }));
  await follow(context, client, subscriptions, write);
}

const refusalsEveryMs = 1_000;

/** The newest refusals first seen or seen again, oldest first, then what comes. */
async function followRefusals(
  context: Context,
  client: Client,
  write: Following['write'],
): Promise<void> {
  const { signal } = context.terminal;
  const counts = new Map<string, unknown>();
  while (!signal.aborted) {
    const { items } = await client.object('/api/v1/diagnosis', { query: { limit: 1_000 } });
    const rows = (Array.isArray(items) ? items : []).filter(isRow).toReversed();
    for (const { count, time, title, fix, ...rest } of rows) {
      const { first, ...same } = rest;
      const key = JSON.stringify([same, first]);
      if (counts.get(key) === count) continue;
      counts.set(key, count);
      write({ time, ...same, count, title, fix }, 'refused');
    }
    await sleep(refusalsEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

function lineOf(item: Row, kind: string): string {
  const { time, thing, name, property, value, quality, ...rest } = item;
  if (kind === 'refused') return refusalLine(item);
  if (kind !== 'readings') return JSON.stringify({ kind, ...item });
  const who = name === undefined ? cellText(thing) : `${cellText(thing)} ${cellText(name)}`;
  const state = quality === 'good' ? '' : `  ${cellText(quality)}`;
  const more = Object.keys(rest).length > 0 ? `  ${JSON.stringify(rest)}` : '';
  const safe = `${who}  ${cellText(property)} = ${cellText(value)}${state}${more}`;
  return `${cellText(time)}  ${safe.replace(control, '�')}`;
}

function refusalLine(item: Row): string {
  const [time, protocol, source, identity, step, code, count, title, detail, fix] = [
    ...['time', 'protocol', 'source', 'identity', 'step', 'code', 'count', 'title', 'detail'],
    'fix',
  ].map((name) => cellText(item[name]).replace(control, '�'));
  const again = count === '1' ? '' : ` ×${count}`;
  const what = [code, title, detail].filter((text) => text !== '').join(': ');
  const help = fix === '' ? '' : `\n  → ${fix}`;
  return `${time}  ${protocol} ${step}  ${identity} (${source})  ${what}${again}${help}`;
}
