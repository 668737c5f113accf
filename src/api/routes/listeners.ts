// SPDX-License-Identifier: Apache-2.0
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { Type, type Static } from 'typebox';
import { problems } from '../schemas/common.ts';
import type { Api } from '../server.ts';
import type { ApiServices } from '../services.ts';
import type { SystemInfo } from '../system.ts';

const ListenerBody = Type.Object(
  {
    name: Type.String({ description: 'mqtt, mqtts, mqttWs, http, or mqttHttp: MQTT through http' }),
    protocol: Type.String(),
    transport: Type.String({ description: 'tcp, tls, ws or http' }),
    setting: Type.String({ description: 'the setting that opens, closes and moves it' }),
    open: Type.Boolean(),
    port: Type.Optional(Type.Integer()),
    host: Type.Optional(Type.String({ description: 'absent: every address of the machine' })),
    families: Type.Array(Type.Integer(), { description: 'versions of the Internet protocol' }),
    path: Type.Optional(Type.String({ description: 'of a WebSocket, below the base path' })),
    names: Type.Optional(
      Type.Array(Type.String(), { description: 'hosts that the certificate is for' }),
    ),
    authority: Type.Optional(
      Type.String({ description: 'PEM of what signed the certificate, where it is in its file' }),
    ),
    connections: Type.Optional(
      Type.Object({
        count: Type.Integer(),
        list: Type.String({ description: 'the list of the API that has as many rows' }),
      }),
    ),
  },
  { $id: 'Listener' },
);
type ListenerBody = Static<typeof ListenerBody>;

interface Way {
  readonly name: string;
  readonly protocol: string;
  readonly transport: string;
  readonly setting: string;
  readonly path?: string;
  /** The listener whose address it has. */
  readonly at: string;
}

/** Path of MQTT over WebSocket, on a listener of its own and on that of HTTP. */
const path = '/mqtt';
const ways: readonly Way[] = [
  way('mqtt', 'mqtt tcp', 'access.mqtt.listen'),
  way('mqtts', 'mqtt tls', 'access.mqtt.tls.listen'),
  { ...way('mqttWs', 'mqtt ws', 'access.mqtt.ws.listen'), path },
  { ...way('mqttHttp', 'mqtt ws', 'server.http'), path, at: 'http' },
  way('http', 'http http', 'server.http'),
];

function way(name: string, kind: string, setting: string): Way {
  const [protocol = '', transport = ''] = kind.split(' ');
  return { name, protocol, transport, setting, at: name };
}

/** The addresses that devices reach, for whoever connects one. */
export function listenerRoutes(app: Api, { system }: ApiServices): void {
  app.get(
    '/api/v1/listeners',
    {
      config: { access: 'things.read' },
      schema: {
        summary: 'Where devices connect: each way with its address, those that are closed too',
        tags: ['things'],
        response: { 200: Type.Object({ items: Type.Array(ListenerBody) }), ...problems },
      },
    },
    async (request) => {
      const counts = request.rights?.has('system.read') === true ? countOf(system) : undefined;
      const certificate = await certificateOf(system);
      return {
        items: ways.map((each) => ({
          ...addressOf(each, system),
          ...(each.transport === 'tls' ? certificate : {}),
          ...(counts === undefined ? {} : connectionsOf(each, system, counts)),
        })),
      };
    },
  );
}

function addressOf({ at, ...each }: Way, { listeners, exposure }: SystemInfo): ListenerBody {
  const open = listeners();
  const text = open[at];
  // MQTT through HTTP is there where MQTT is.
  const isOpen = text !== undefined && (each.protocol !== 'mqtt' || open['mqtt'] !== undefined);
  if (!isOpen) return { ...each, open: false, families: [] };
  const url = new URL(text.includes('://') ? text : `tcp://${text}`);
  // A wildcard is announced as localhost, so that it can be opened.
  const host = (exposure.hosts[at] ?? url.hostname).replace(/^\[|\]$/g, '');
  const port = Number(url.port === '' ? 80 : url.port);
  const place = { ...each, open: true, port };
  if (host === '::') return { ...place, families: [4, 6] };
  if (host === '0.0.0.0') return { ...place, families: [4] };
  return { ...place, host, families: [isIPv6(host) ? 6 : 4] };
}

async function certificateOf({
  exposure,
}: SystemInfo): Promise<Pick<ListenerBody, 'names' | 'authority'>> {
  const [file] = exposure.certificates;
  if (file === undefined) return {};
  const chain = await readChain(file);
  const [own] = chain;
  if (own === undefined) return {};
  const names = (own.subjectAltName ?? '').split(', ').flatMap((name) => {
    const value = /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1];
    return value === undefined ? [] : [value];
  });
  const root = chain.find((each) => each.checkIssued(each));
  return { names, ...(root === undefined ? {} : { authority: root.toString() }) };
}

/** The certificates of a file; none where it cannot be read any more, which the issues of the system tell. */
async function readChain(file: string): Promise<X509Certificate[]> {
  try {
    const text = await readFile(file, 'utf8');
    const parts = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return parts.map((part) => new X509Certificate(part));
  } catch {
    return [];
  }
}

function countOf(system: SystemInfo): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { protocol, transport } of system.open()) {
    const key = `${protocol} ${transport}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Connections know their transport: where two ways have the same one, the first that is open counts for both. */
function connectionsOf(
  { name, at, protocol, transport }: Way,
  system: SystemInfo,
  counts: ReadonlyMap<string, number>,
): Pick<ListenerBody, 'connections'> {
  const open = system.listeners();
  const isOpen = open[at] !== undefined && open['mqtt'] !== undefined;
  const isCounted = name !== 'http' && (name !== 'mqttHttp' || open['mqttWs'] === undefined);
  if (!isOpen || !isCounted) return {};
  const query = new URLSearchParams({ protocol, transport }).toString();
  const count = counts.get(`${protocol} ${transport}`) ?? 0;
  return { connections: { count, list: `/api/v1/connections?${query}` } };
}
