// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIP, isIPv6 } from 'node:net';

/** An IPv4 address seen through a dual-stack socket, in its own form. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address);
  return plain === '::1' || plain.startsWith('127.');
}

/** What counts as one source: an IPv4 address, or the /64 of an IPv6 address. */
export function sourceKey(address: string): string {
  const plain = plainAddress(address);
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain;
}

/** Addresses and ranges of them (`192.0.2.0/24`, `2001:db8::/32`). */
export class AddressRanges {
  readonly #list = new BlockList();
  readonly size: number;

  /** Ranges must have passed `parseRange`. */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) {
      const [address = '', bits = ''] = range.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      this.#list.addSubnet(address, Number(bits), family);
    }
    this.size = ranges.length;
  }

  has(address: string): boolean {
    if (this.size === 0) return false;
    const plain = (plainAddress(address).split('%', 1)[0] ?? '').trim();
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** A range in one form: an IPv4 address alone is a /32, an IPv6 address alone its /64; undefined when it is none. */
export function parseRange(text: string): string | undefined {
  const [before = '', bits, ...rest] = text.trim().split('/');
  const address = plainAddress(before.toLowerCase());
  const family = isIP(address);
  if (family === 0 || address.includes('%') || rest.length > 0) return undefined;
  const most = family === 6 ? 128 : 32;
  if (bits === undefined) return family === 6 ? sourceKey(address) : `${address}/32`;
  const length = /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  // A range of length 0 is everybody, the administrator included.
  return length > 0 && length <= most ? `${address}/${length}` : undefined;
}

/**
 * The address a request came from: the last one in X-Forwarded-For that is no trusted proxy, when the peer is one;
 * otherwise the peer.
 */
export function forwardedSource(
  peer: string | undefined,
  forwarded: string | readonly string[] | undefined,
  trusted: AddressRanges,
): string {
  let source = plainAddress(peer);
  const header = typeof forwarded === 'string' ? forwarded : (forwarded ?? []).join(',');
  const hops = header === '' ? [] : header.split(',');
  while (trusted.has(source)) {
    const hop = plainAddress(hops.pop()?.trim());
    if (isIP(hop) === 0) break;
    source = hop;
  }
  return source;
}

/** The eight groups of an IPv6 address, in hex without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return groups.map((group) => Number.parseInt(group, 16).toString(16));
}
