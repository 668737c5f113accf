// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Command } from 'commander';
import { Fleet, type FleetMember } from '#access';
import { systemClock } from '#runtime';
import { connect, type Client } from '../client.ts';
import type { Context } from '../context.ts';
import { addCommand, positive, seconds, wholeNumber, type Runtime } from '../define.ts';
import { Exit, type ExitCode } from '../exit.ts';
import { makeThings, removeThings, storeModel, type FleetLabel } from '../fleet/enrolment.ts';
import { kindOf } from '../fleet/kind.ts';
import { writeObject } from '../output.ts';
import { mqttAddress } from '../server-address.ts';

interface SimulateOptions {
  readonly devices: number;
  readonly rate?: number;
  readonly duration?: number;
  readonly mqtt?: string;
  readonly seed: number;
  readonly keep?: boolean;
}

/** The Thing Model of the devices. */
const model = {
  '@context': ['https://www.w3.org/2022/wot/td/v1.1'],
  '@type': 'tm:ThingModel',
  id: 'urn:example:fengsui-simulated:weather-mast',
  title: 'Simulated weather mast',
  version: { model: '1.0.0' },
  properties: {
    temperature: { type: 'number', unit: 'Cel', minimum: -40, maximum: 60, readOnly: true },
    humidity: { type: 'number', unit: '%', minimum: 0, maximum: 100, readOnly: true },
    battery: { type: 'number', unit: 'V', minimum: 0, maximum: 5, readOnly: true },
  },
  actions: { identify: { title: 'Blink' } },
} as const;
const usual = { temperature: [8, 26], humidity: [40, 85], battery: [3.6, 4.1] } as const;

const reportMs = 2_000;
/** Within what the server takes from one address. */
const connectsPerSecond = 45;

export function define(root: Command, runtime: Runtime): void {
  addCommand<SimulateOptions>(
    root,
    {
      usage: 'simulate',
      remote: true,
      text: { en: 'run a fleet of simulated devices over MQTT', zh: '经 MQTT 运行模拟设备群' },
      options: [
        {
          flags: '--devices <number>',
          parse: wholeNumber,
          fallback: 100,
          text: { en: 'how many', zh: '设备数' },
        },
        {
          flags: '--rate <number>',
          parse: positive,
          text: {
            en: 'messages a second of all together (default: a tenth of the devices)',
            zh: '全部设备合计每秒消息数（默认为设备数的十分之一）',
          },
        },
        {
          flags: '--duration <time>',
          parse: seconds,
          text: {
            en: 'end after so long: 30s, 5m, 1h (default: Ctrl-C)',
            zh: '运行时长：30s、5m、1h（默认到 Ctrl-C）',
          },
        },
        {
          flags: '--mqtt <host:port>',
          text: {
            en: 'MQTT address (default: as the server says)',
            zh: 'MQTT 地址（默认由服务器给出）',
          },
        },
        {
          flags: '--seed <number>',
          parse: wholeNumber,
          fallback: 1,
          text: { en: 'seed of the simulated values', zh: '模拟数据的种子' },
        },
        {
          flags: '--keep',
          text: {
            en: 'leave the things and their readings when it ends',
            zh: '结束时保留模拟设备及其数据',
          },
        },
      ],
      action: (context, _args, options) => simulate(context, options),
    },
    runtime,
  );
}

async function simulate(context: Context, options: SimulateOptions): Promise<ExitCode> {
  const label = { key: 'fengsui-simulated', value: randomBytes(4).toString('hex') };
  const client = connect(context);
  const where = await mqttAddress(client, options.mqtt);
  try {
    const members = await enrol(client, options, label);
    const { length } = members;
    context.note({ en: `${length} devices registered`, zh: `已登记 ${length} 台设备` });
    const { seed } = options;
    const fleet = new Fleet({ ...where, members, connectsPerSecond, clock: systemClock, seed });
    const start = performance.now();
    fleet.start();
    try {
      await report(context, fleet, options.duration);
      const counts = fleet.counts();
      const elapsed = Math.round((performance.now() - start) / 1_000);
      writeObject(context, { devices: length, seconds: elapsed, ...counts });
      return counts.failed > 0 ? Exit.partial : Exit.ok;
    } finally {
      fleet.stop();
    }
  } finally {
    if (options.keep !== true) await cleanUp(context, label);
  }
}

/** Registers the model and the things of this run, with a credential each. */
async function enrol(
  client: Client,
  { devices, rate = devices / 10 }: SimulateOptions,
  label: FleetLabel,
): Promise<FleetMember[]> {
  await storeModel(client, model);
  const things = Array.from({ length: devices }, (_, index) => {
    const name = `sim-${label.value}-${String(index + 1).padStart(4, '0')}`;
    return { name, uri: `urn:example:fengsui-simulated:${name}`, model: model.id };
  });
  const credentials = await makeThings(client, things, label);
  const kind = kindOf({ model, usual });
  const period = (devices / rate) * 1_000;
  return things.flatMap(({ name, uri }): FleetMember[] => {
    const found = credentials.get(uri);
    return found ? [{ name, username: found.username, password: found.token, period, kind }] : [];
  });
}

/** Also after Ctrl-C, which ends every request that goes with the command. */
async function cleanUp(context: Context, label: FleetLabel): Promise<void> {
  const { signal } = new AbortController();
  const client = connect({ ...context, terminal: { ...context.terminal, signal } });
  const count = await removeThings(client, label, [model.id]);
  context.note({ en: `${count} devices removed`, zh: `已清除 ${count} 台设备` });
}

/** A line every few seconds until the time is over or the signal comes. */
async function report(context: Context, fleet: Fleet, duration: number | undefined): Promise<void> {
  const { signal } = context.terminal;
  let before = 0;
  const timer = setInterval(() => {
    const { connected, acknowledged, failed, lastFailure } = fleet.counts();
    const rate = ((acknowledged - before) / (reportMs / 1000)).toFixed(0);
    before = acknowledged;
    const trouble = failed > 0 ? `, ${failed} ✗ ${lastFailure ?? ''}` : '';
    context.note({
      en: `${connected} connected, ${acknowledged} acknowledged (${rate}/s)${trouble}`,
      zh: `已连接 ${connected}，已确认 ${acknowledged}（${rate}/s）${trouble}`,
    });
  }, reportMs);
  const over =
    duration === undefined
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(duration * 1_000)]);
  if (!over.aborted) await once(over, 'abort');
  clearInterval(timer);
}
