// SPDX-License-Identifier: Apache-2.0
import {
  childrenOf,
  contextTag,
  readBoolean,
  readDer,
  readFlags,
  readOid,
  readSmall,
  tag,
  type Der,
} from './der-reader.ts';

/** What extensions say (RFC 5280 § 4.2.1). */
export interface Extensions {
  readonly isAuthority: boolean;
  /** How many authorities may be between it and the certificate of a device. */
  readonly pathLength: number | undefined;
  readonly keyUsage: ReadonlySet<number> | undefined;
  /** Extended key usage permits TLS clients, or permits everything by its absence. */
  readonly forClients: boolean;
  /** Of the subject's alternative names. */
  readonly uris: readonly string[];
  readonly subjectKeyId: Buffer | undefined;
  readonly authorityKeyId: Buffer | undefined;
  /** False when something is critical, or constrains names, that we do not check. */
  readonly understood: boolean;
}

export const extensionOid = {
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  alternativeNames: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlNumber: '2.5.29.20',
  nameConstraints: '2.5.29.30',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

/** Bits of keyUsage. */
export const keyUsage = { digitalSignature: 0, certificateSign: 5, crlSign: 6 } as const;

export const clientAuthentication = '1.3.6.1.5.5.7.3.2';
const anyUsage = '2.5.29.37.0';
const uriName = contextTag(6, 'primitive');
const understoodOids: readonly string[] = [
  extensionOid.keyUsage,
  extensionOid.alternativeNames,
  extensionOid.basicConstraints,
  extensionOid.extendedKeyUsage,
  extensionOid.subjectKeyId,
  extensionOid.authorityKeyId,
];

/** Reads Extensions; undefined when they are malformed or one is there twice. */
export function readExtensions(list: Der | undefined): Extensions | undefined {
  const found = new Map<string, Der>();
  let understood = true;
  for (const item of childrenOf(list, tag.sequence) ?? []) {
    const extension = readExtension(item);
    if (extension === undefined || found.has(extension.oid)) return undefined;
    const { oid, critical, value } = extension;
    found.set(oid, value);
    if (critical && !understoodOids.includes(oid)) understood = false;
    if (oid === extensionOid.nameConstraints) understood = false;
  }
  const constraints = basicConstraints(found.get(extensionOid.basicConstraints));
  const usage = found.get(extensionOid.keyUsage);
  const flags = readFlags(usage);
  const names = found.get(extensionOid.alternativeNames);
  const uris = urisOf(names);
  const usages = found.get(extensionOid.extendedKeyUsage);
  const malformed = usage !== undefined && flags === undefined;
  if (constraints === undefined || uris === undefined || malformed) return undefined;
  return {
    ...{ ...constraints, uris, understood, keyUsage: flags },
    forClients: usages === undefined || permitsClients(usages),
    subjectKeyId: keyIdOf(found.get(extensionOid.subjectKeyId), tag.octetString),
    authorityKeyId: keyIdOf(
      found.get(extensionOid.authorityKeyId)?.children[0],
      contextTag(0, 'primitive'),
    ),
  };
}

function readExtension(
  item: Der,
): { readonly oid: string; readonly critical: boolean; readonly value: Der } | undefined {
  const parts = [...(childrenOf(item, tag.sequence) ?? [])];
  const oid = readOid(parts.shift());
  const critical = parts.length === 2 ? readBoolean(parts.shift()) : false;
  const [octets] = parts;
  if (oid === undefined || critical === undefined) return undefined;
  if (octets?.tag !== tag.octetString) return undefined;
  const value = readDer(octets.content);
  // An extension of somebody's own need not be DER inside; as long as it is not critical it does not matter.
  if (value !== undefined) return { oid, critical, value };
  return understoodOids.includes(oid) ? undefined : { oid, critical, value: octets };
}

function basicConstraints(
  value: Der | undefined,
): Pick<Extensions, 'isAuthority' | 'pathLength'> | undefined {
  if (value === undefined) return { isAuthority: false, pathLength: undefined };
  const parts = [...(childrenOf(value, tag.sequence) ?? [])];
  if (value.tag !== tag.sequence) return undefined;
  const isAuthority = parts[0]?.tag === tag.boolean ? readBoolean(parts.shift()) : false;
  const [length, ...more] = parts;
  const pathLength = readSmall(length);
  if (isAuthority === undefined || more.length > 0) return undefined;
  return length !== undefined && pathLength === undefined ? undefined : { isAuthority, pathLength };
}

function urisOf(names: Der | undefined): string[] | undefined {
  if (names === undefined) return [];
  const uris = (childrenOf(names, tag.sequence) ?? []).filter((name) => name.tag === uriName);
  const ascii = uris.every(({ content }) => content.every((byte) => byte > 0x20 && byte < 0x7f));
  return ascii ? uris.map(({ content }) => content.toString('latin1')) : undefined;
}

function permitsClients(usages: Der): boolean {
  const oids = (childrenOf(usages, tag.sequence) ?? []).map(readOid);
  return oids.includes(clientAuthentication) || oids.includes(anyUsage);
}

function keyIdOf(value: Der | undefined, wanted: number): Buffer | undefined {
  return value?.tag === wanted ? value.content : undefined;
}
