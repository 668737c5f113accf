// SPDX-License-Identifier: Apache-2.0

const pemCharactersMax = 131_072;

/** Bytes as PEM (RFC 7468). */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The blocks of a label in a PEM text, in their order; what is between blocks is skipped. */
export function fromPem(label: string, text: string): Buffer[] {
  if (text.length > pemCharactersMax) return [];
  const blocks: Buffer[] = [];
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at)) {
    const stop = text.indexOf(end, at);
    if (stop < 0) break;
    const body = text.slice(at + begin.length, stop).replaceAll(/\s/g, '');
    if (/^[A-Za-z0-9+/]+={0,2}$/.test(body)) blocks.push(Buffer.from(body, 'base64'));
    at = stop + end.length;
  }
  return blocks;
}
