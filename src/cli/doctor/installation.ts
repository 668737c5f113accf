// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { found, good, reasonOf, type Finding } from '#api';
import {
  announcedListeners,
  openDataDirectory,
  parseListen,
  type Config,
  type ListenAddress,
} from '#config';

/** Who holds the data directory: nobody, or a running server. */
export function checkLock(directory: string): Finding & { readonly held: boolean } {
  if (!existsSync(path.join(directory, 'lock.db'))) {
    return { ...good('free, never used'), held: false };
  }
  const opened = openDataDirectory(directory);
  if (opened.ok) {
    opened.value.release();
    return { ...good('free'), held: false };
  }
  return { ...good(opened.fault.detail ?? opened.fault.code), held: true };
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
export async function checkListener(text: string, held: boolean): Promise<Finding> {
  const address = parseListen(text);
  if (address === undefined) return found('address-unusable', text);
  const hosts = address.host === '::' ? ['0.0.0.0', '::'] : [address.host];
  const outcomes = await Promise.all(
    hosts.map(async (host) => ({ host, error: await tryListen({ host, port: address.port }) })),
  );
  const taken = outcomes.filter(({ error }) => error === 'EADDRINUSE');
  const shown = `${text}: ${outcomes.map(({ host, error }) => `${host} ${error ?? 'free'}`).join(', ')}`;
  if (taken.length > 0) {
    return held ? good(`${text} in use by the running server`) : found('port-taken', shown);
  }
  const failed = outcomes.filter(({ error }) => error !== undefined);
  if (failed.length === outcomes.length) return found('address-unusable', shown);
  return failed.length === 0 ? good(shown) : found('one-address-family', shown);
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
export async function checkReady(data: string): Promise<Finding> {
  try {
    const { http } = announcedListeners(data);
    if (http === undefined) return found('no-answer', 'held, not announced');
    const answer = await fetch(new URL('/readyz', http), { signal: AbortSignal.timeout(5_000) });
    const shown = `${http} ${answer.status}`;
    return answer.ok ? good(shown) : found('no-answer', shown);
  } catch (error) {
    return found('no-answer', reasonOf(error));
  }
}
