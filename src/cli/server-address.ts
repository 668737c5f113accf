// SPDX-License-Identifier: Apache-2.0
import { parseListen, type ListenAddress } from '#config';
import { isRow, type Client } from './client.ts';
import { CommandError, Exit } from './exit.ts';

/** Where the MQTT listener of a server is: as named, else as the server says, on the host it is reached at. */
export async function mqttAddress(
  client: Client,
  named: string | undefined,
): Promise<ListenAddress> {
  const text = named ?? (await listener(client, 'mqtt')) ?? '';
  const address = parseListen(text.replace(/^\w+:\/\//, ''));
  if (address === undefined || address.port === 0) {
    const title = `no MQTT address: ${text}`;
    throw new CommandError(Exit.usage, [{ code: 'cli.mqtt', title, fix: '--mqtt host:port' }]);
  }
  const any = address.host === '::' || address.host === '0.0.0.0';
  const host = any ? new URL(client.base).hostname.replace(/^\[|\]$/g, '') : address.host;
  return { host, port: address.port };
}

async function listener(client: Client, name: string): Promise<string | undefined> {
  const { listeners } = await client.object('/api/v1/system');
  const text = isRow(listeners) ? listeners[name] : undefined;
  return typeof text === 'string' ? text : undefined;
}
