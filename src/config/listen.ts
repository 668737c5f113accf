// SPDX-License-Identifier: Apache-2.0
import { isIP } from 'node:net';
import { fault, type Fault } from '#core';

/** Where a listener is opened. Port 0 means any free port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `[::]:8080`, `0.0.0.0:0`, `localhost:8080`, `:1883` (all addresses, IPv6 and IPv4). */
export const listenPattern = String.raw`^(\[[0-9A-Fa-f:.]+(%[\w.-]+)?\]|[A-Za-z0-9.-]*):\d{1,5}$`;

const listenText = new RegExp(listenPattern);

/** Parses a listen address; undefined when it is none. */
export function parseListen(text: string): ListenAddress | undefined {
  if (!listenText.test(text)) return undefined;
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  if (port > 65_535) return undefined;
  const bracketed = text.startsWith('[');
  const host = bracketed ? text.slice(1, colon - 1) : text.slice(0, colon);
  if (bracketed && isIP(host) !== 6) return undefined;
  if (!bracketed && /^[\d.]+$/.test(host) && isIP(host) !== 4) return undefined;
  return { host: host === '' ? '::' : host, port };
}

/** The address in the form in which it is configured: IPv6 in brackets. */
export function formatListen(address: ListenAddress): string {
  return `${isIP(address.host) === 6 ? `[${address.host}]` : address.host}:${address.port}`;
}

/** What a failed `listen` means for whoever configured it; undefined when it is no matter of the address. */
export function listenFault(key: string, address: string, error: unknown): Fault | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return fault('config.port-taken', key, address);
    case 'EACCES':
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return fault('config.address-unusable', key, `${address} (${code})`);
    default:
      return undefined;
  }
}
