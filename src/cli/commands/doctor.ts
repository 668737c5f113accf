// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { LoadedConfig } from '#config';
import type { Context } from '../context.ts';
import { addCommand, type Runtime } from '../define.ts';
import { bad, good, type Check } from '../doctor/check.ts';
import {
  checkData,
  checkListener,
  checkLock,
  checkReady,
  listenersOf,
} from '../doctor/installation.ts';
import { checkClock, checkNode, checkOpenFiles, checkSm3, checkSm4 } from '../doctor/machine.ts';
import { Exit, troubleOf } from '../exit.ts';
import { writeObject, writeRows } from '../output.ts';
import { readSettings } from '../settings.ts';
import { productVersion } from '../version.ts';

export function define(root: Command, runtime: Runtime): void {
  addCommand<{ readonly json?: boolean }>(
    root,
    {
      usage: 'doctor',
      text: { en: 'find out what is wrong with this installation', zh: '检查本机安装' },
      options: [{ flags: '--json', text: { en: 'one JSON object', zh: '输出一个 JSON 对象' } }],
      async action(context, _args, options) {
        const checks = await examine(context);
        const rows = checks.map(({ fix, ...rest }) => ({
          ...rest,
          ...(fix === undefined ? {} : { fix: context.say(fix) }),
        }));
        const ok = checks.every((each) => each.state !== 'fail');
        const json: Context = { ...context, options: { ...context.options, output: 'ndjson' } };
        if (options.json) writeObject(json, { ok, checks: rows });
        else writeRows({ ...context, options: { output: 'table' } }, rows);
        return ok ? Exit.ok : Exit.failed;
      },
    },
    runtime,
  );
}

async function examine(context: Context): Promise<Check[]> {
  const files = checkOpenFiles();
  return [
    good('version', productVersion()),
    checkNode(process.version),
    checkSm3(),
    checkSm4(),
    ...(files ? [files] : []),
    ...(await examineSettings(context, readSettings(context))),
  ];
}

async function examineSettings(context: Context, loaded: LoadedConfig): Promise<Check[]> {
  if (!loaded.ok) {
    return loaded.faults.map((fault) => {
      const { title, at, detail } = troubleOf(fault, context.language);
      const fix = { en: 'fengsui config check', zh: 'fengsui config check' };
      return bad('config', [at, detail, title].filter(Boolean).join(': '), fix);
    });
  }
  const { config, file } = loaded;
  const directory = config.store.dir;
  const lock = checkLock(directory);
  const listeners = await Promise.all(
    [...listenersOf(config)].map(([key, text]) => checkListener(key, text, lock.held)),
  );
  const { held, ...lockCheck } = lock;
  return [
    good('config', file ?? context.say({ en: 'defaults', zh: '默认配置' })),
    checkClock(directory, Date.now()),
    ...checkData(directory),
    lockCheck,
    ...listeners,
    ...(held ? [await checkReady(directory)] : []),
  ];
}
