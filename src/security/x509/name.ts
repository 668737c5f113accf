// SPDX-License-Identifier: Apache-2.0
import { childrenOf, readOid, readText, tag, type Der } from './der-reader.ts';
import { derOid, derSequence, derSet, derUtf8 } from './der-writer.ts';

const commonNameOid = '2.5.4.3';
const organizationOid = '2.5.4.10';

/** Longest common name (RFC 5280 appendix A.1, ub-common-name). */
export const commonNameLengthMax = 64;

/** A distinguished name in DER. */
export function nameOf(parts: {
  readonly commonName: string;
  readonly organization?: string;
}): Buffer {
  const attribute = (oid: string, text: string): Buffer =>
    derSet(derSequence(derOid(oid), derUtf8(text)));
  const { commonName, organization } = parts;
  const first = organization === undefined ? [] : [attribute(organizationOid, organization)];
  return derSequence(...first, attribute(commonNameOid, commonName));
}

/** The most specific, that is the last, common name of a distinguished name. */
export function commonNameOf(name: Der): string | undefined {
  let found: string | undefined;
  for (const set of name.children) {
    for (const attribute of childrenOf(set, tag.set) ?? []) {
      const [type, value] = childrenOf(attribute, tag.sequence) ?? [];
      if (readOid(type) === commonNameOid) found = readText(value);
    }
  }
  return found;
}
