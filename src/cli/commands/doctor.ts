// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { checkClock, checkSpace, checkWritable, found, good, isIssueCode } from '#api';
import { announcedListeners, type LoadedConfig } from '#config';
import { administratorToken, Client, isRow } from '../client.ts';
import type { Context } from '../context.ts';
import { addCommand, type Runtime } from '../define.ts';
import { checkOf, type Check } from '../doctor/check.ts';
import { checkListener, checkLock, checkReady, listenersOf } from '../doctor/installation.ts';
import { checkNode, checkOpenFiles, checkSm3, checkSm4 } from '../doctor/machine.ts';
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
    checkOf('version', good(productVersion())),
    checkOf('node', checkNode(process.version)),
    checkOf('sm3', checkSm3()),
    checkOf('sm4', checkSm4()),
    ...(files ? [checkOf('open-files', files)] : []),
    ...(await examineSettings(context, readSettings(context))),
  ];
}

async function examineSettings(context: Context, loaded: LoadedConfig): Promise<Check[]> {
  if (!loaded.ok) {
    return loaded.faults.map((fault) => {
      const { title, at, detail } = troubleOf(fault, context.language);
      const shown = [at, detail, title].filter(Boolean).join(': ');
      return checkOf('config', found('config-invalid', shown));
    });
  }
  const { config, file } = loaded;
  const directory = config.store.dir;
  const lock = checkLock(directory);
  const listeners = await Promise.all(
    [...listenersOf(config)].map(async ([key, text]) =>
      checkOf(key, await checkListener(text, lock.held)),
    ),
  );
  return [
    checkOf('config', good(file ?? context.say({ en: 'defaults', zh: '默认配置' }))),
    checkOf('clock', checkClock(directory, Date.now())),
    checkOf('data', checkWritable(directory)),
    checkOf('space', checkSpace(directory)),
    checkOf('lock', lock),
    ...listeners,
    ...(lock.held ? await examineServer(context, directory) : []),
  ];
}

/** What the running server says of itself, as the page 系统 shows it. */
async function examineServer(context: Context, data: string): Promise<Check[]> {
  const ready = checkOf('server', await checkReady(data));
  const { http } = announcedListeners(data);
  if (ready.state !== 'ok' || http === undefined) return [ready];
  try {
    const client = new Client(context, http, administratorToken(data));
    const issues = (await client.object('/api/v1/system/issues'))['items'];
    const codes = (Array.isArray(issues) ? issues : []).filter(isRow).flatMap((issue) => {
      const { code, detail } = issue;
      return isIssueCode(code) ? [checkOf(code, found(code, String(detail)))] : [];
    });
    return [ready, ...codes];
  } catch {
    // Who may not read the token of the administrator sees what can be seen from outside.
    return [ready];
  }
}
