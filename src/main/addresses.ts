// SPDX-License-Identifier: Apache-2.0
import { listenFault, parseListen, type ListenAddress } from '#config';
import { assert, fault, FaultError, parseRange } from '#core';

/** The URL by which a browser on this machine gets to a server that listens on every address. */
export function reachable(url: string): string {
  return url.replace(/^(https?:\/\/)(\[::\]|0\.0\.0\.0)(?=[:/]|$)/, '$1localhost');
}

/** What is wrong with an address that could not be listened on, by the key that it was given with. */
export function listenError(key: string, address: string, error: unknown): unknown {
  const found = listenFault(key, address, error);
  return found === undefined ? error : new FaultError(found, { cause: error });
}

/** Ranges of addresses in the form that the rest works with. */
export function rangesOf(key: string, texts: readonly string[]): string[] {
  return texts.map((text) => {
    // An address alone is that one proxy, of IPv6 too.
    const range = parseRange(text.includes(':') && !text.includes('/') ? `${text}/128` : text);
    if (range === undefined) throw new FaultError(fault('access.bad-range', key, text));
    return range;
  });
}

/** An address that the configuration's schema has let through. */
export function listenAddress(text: string): ListenAddress {
  const address = parseListen(text);
  assert(address !== undefined, `${text} is an address`);
  return address;
}
