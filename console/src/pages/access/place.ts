// SPDX-License-Identifier: Apache-2.0

/** A way in as `GET /api/v1/listeners` tells it. */
export interface Listener {
  readonly name: string;
  readonly protocol: string;
  readonly transport: string;
  readonly setting: string;
  readonly open: boolean;
  readonly port?: number;
  /** Absent: every address of the machine. */
  readonly host?: string;
  readonly families: readonly number[];
  readonly path?: string;
  readonly names?: readonly string[];
  readonly authority?: string;
  readonly connections?: { readonly count: number; readonly list: string };
}

/** The ways that the wizard offers, by the listener that each uses. */
export const ways = ['mqtt', 'mqtts', 'mqttHttp', 'http'] as const;
export type Way = (typeof ways)[number];

/** Where a device connects, as it is reached from where the browser is. */
export interface Place {
  readonly way: Way;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** The address of readings over HTTP. */
  readonly http: string;
  /** Scheme, host and port, and the path of a WebSocket. */
  readonly url: string;
  /** `mqtt` below the base path. */
  readonly path: string;
  /** The file of the authority that a client has to trust; undefined: what the machine trusts. */
  readonly authority: string | undefined;
  /** Why a device elsewhere may not get there. */
  readonly warning: 'loopback' | 'family' | 'name' | undefined;
}

/** What the browser's address bar says. */
export interface Here {
  readonly hostname: string;
  readonly port: string;
  readonly protocol: string;
  /** With a slash at both ends. */
  readonly basePath: string;
}

export const authorityFile = 'fengsui-ca.pem';

/** A host as it stands in an address: an IPv6 literal in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Where a way leads from here; undefined while it is closed. */
export function placeOf(way: Way, listeners: readonly Listener[], here: Here): Place | undefined {
  const listener = listeners.find(({ name }) => name === way);
  if (listener?.open !== true) return undefined;
  const secure = here.protocol === 'https:';
  const own = here.hostname.replace(/^\[|\]$/g, '');
  const webPort = Number(here.port === '' ? (secure ? 443 : 80) : here.port);
  const site = `${bracketed(own)}${here.port === '' ? '' : `:${here.port}`}${here.basePath}`;
  const http = `${here.protocol}//${site}api/v1/things/me/properties`;
  const path = `${here.basePath}mqtt`;
  const base = { way, http, path };
  // What is served on the console's own address is reached as the console is, also through a proxy.
  if (way === 'http' || way === 'mqttHttp') {
    const url = way === 'http' ? http : `${secure ? 'wss' : 'ws'}://${site}mqtt`;
    const warning = isLoopback(own) ? ('loopback' as const) : undefined;
    return { ...base, host: own, port: webPort, url, authority: undefined, warning };
  }
  const host = hostOf(listener, own);
  const port = listener.port ?? 0;
  const url = `${way === 'mqtts' ? 'mqtts' : 'mqtt'}://${bracketed(host)}:${port}`;
  const authority = way === 'mqtts' && listener.authority !== undefined ? authorityFile : undefined;
  return { ...base, host, port, url, authority, warning: warningOf(listener, host) };
}

/** The browser's own name for the machine, but where the listener is only there for the machine itself. */
function hostOf({ host, names }: Listener, own: string): string {
  if (host !== undefined && isLoopback(host)) return host;
  const [first] = names ?? [];
  return first === undefined || names?.includes(own) === true || first.startsWith('*')
    ? own
    : first;
}

function warningOf({ families, names }: Listener, host: string): Place['warning'] {
  if (isLoopback(host)) return 'loopback';
  const family = host.includes(':') ? 6 : /^[\d.]+$/.test(host) ? 4 : undefined;
  if (family !== undefined && !families.includes(family)) return 'family';
  return names !== undefined && names.length > 0 && !names.includes(host) ? 'name' : undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
