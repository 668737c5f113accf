// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import {
  announcedListeners,
  openDataDirectory,
  parseListen,
  type Config,
  type ListenAddress,
} from '#config';
import { bad, good, warn, type Check } from './check.ts';

const mebibyte = 1_048_576;
const freeBytesWarn = 2_048 * mebibyte;
const freeBytesMin = 256 * mebibyte;

/** The nearest folder of a path that exists. */
function existing(directory: string): string {
  const parent = path.dirname(directory);
  return existsSync(directory) || parent === directory ? directory : existing(parent);
}

export function checkData(directory: string): Check[] {
  const base = existing(directory);
  const fix = {
    en: 'give this user the directory, or name another with --data',
    zh: '将目录授权给当前用户，或用 --data 指定其他目录',
  };
  try {
    accessSync(base, constants.W_OK | constants.X_OK);
  } catch (error) {
    return [bad('data', error instanceof Error ? error.message : String(error), fix)];
  }
  const { bavail, bsize } = statfsSync(base);
  const free = bavail * bsize;
  const shown = `${Math.floor(free / mebibyte)} MiB`;
  const room = { en: 'free some space, or move store.dir', zh: '清理磁盘空间，或移动 store.dir' };
  const space =
    free < freeBytesMin
      ? bad('space', shown, room)
      : free < freeBytesWarn
        ? warn('space', shown, room)
        : good('space', shown);
  return [good('data', directory), space];
}

/** Who holds the data directory: nobody, or a running server. */
export function checkLock(directory: string): Check & { readonly held: boolean } {
  if (!existsSync(path.join(directory, 'lock.db'))) {
    return { ...good('lock', 'free, never used'), held: false };
  }
  const opened = openDataDirectory(directory);
  if (opened.ok) {
    opened.value.release();
    return { ...good('lock', 'free'), held: false };
  }
  return { ...good('lock', opened.fault.detail ?? opened.fault.code), held: true };
}

/** Listeners of the configuration by key. */
export function listenersOf(config: Config): ReadonlyMap<string, string> {
  const { mqtt } = config.access;
  const found: [string, string | undefined][] = [['server.http', config.server.http]];
  if (mqtt.enabled) {
    found.push(
      ['access.mqtt.listen', mqtt.listen],
      ['access.mqtt.tls.listen', mqtt.tls.listen],
      ['access.mqtt.ws.listen', mqtt.ws.listen],
    );
  }
  return new Map(found.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])));
}

/** Whether a port can be opened, on IPv4 and on IPv6 where the address stands for both. */
export async function checkListener(key: string, text: string, held: boolean): Promise<Check> {
  const address = parseListen(text);
  if (address === undefined) return bad(key, text, { en: 'not an address', zh: '不是有效地址' });
  const hosts = address.host === '::' ? ['0.0.0.0', '::'] : [address.host];
  const outcomes = await Promise.all(
    hosts.map(async (host) => ({ host, error: await tryListen({ host, port: address.port }) })),
  );
  const taken = outcomes.filter(({ error }) => error === 'EADDRINUSE');
  const shown = `${text}: ${outcomes.map(({ host, error }) => `${host} ${error ?? 'free'}`).join(', ')}`;
  if (taken.length > 0) {
    return held
      ? good(key, `${text} in use by the running server`)
      : bad(key, shown, {
          en: `stop the other process, or --set ${key}=[::]:0`,
          zh: `停止占用端口的进程，或使用 --set ${key}=[::]:0`,
        });
  }
  const failed = outcomes.filter(({ error }) => error !== undefined);
  if (failed.length === outcomes.length) {
    return bad(key, shown, {
      en: 'use an address of this machine and a port above 1023',
      zh: '使用本机地址和 1023 以上的端口',
    });
  }
  return failed.length === 0
    ? good(key, shown)
    : warn(key, shown, {
        en: 'devices of that address family cannot connect',
        zh: '该地址族的设备将无法连接',
      });
}

function tryListen({ host, port }: ListenAddress): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, ipv6Only: host === '::' }, () =>
      server.close(() => resolve(undefined)),
    );
  });
}

/** Asks the running server how it is. */
export async function checkReady(data: string): Promise<Check> {
  const fix = { en: 'see /readyz?verbose', zh: '查看 /readyz?verbose' };
  try {
    const { http } = announcedListeners(data);
    if (http === undefined) return warn('server', 'held, not announced', fix);
    const answer = await fetch(new URL('/readyz', http), { signal: AbortSignal.timeout(5_000) });
    const shown = `${http} ${answer.status}`;
    return answer.ok ? good('server', shown) : bad('server', shown, fix);
  } catch (error) {
    return bad('server', error instanceof Error ? error.message : String(error), fix);
  }
}
