// SPDX-License-Identifier: Apache-2.0

/** Letters of any script, so that Chinese names need no quotes. `-`, `:` and `@` as in NGSI-LD and JSON-LD names. */
export const wordStart = /[\p{L}_@$]/u;
export const wordPart = /[\p{L}\p{M}\p{N}_@$:-]/u;
const firstWord = /^[\p{L}_@$][\p{L}\p{M}\p{N}_@$:-]*$/u;
const laterWord = /^[\p{L}\p{M}\p{N}_@$:-]+$/u;
const keywords = /^(?:and|or|not|in|exists|true|false|null)$/i;

/** The canonical text of a path. */
export function pathOf(segments: readonly string[]): string {
  return segments
    .map((segment, index) => {
      const plain =
        index === 0 ? firstWord.test(segment) && !keywords.test(segment) : laterWord.test(segment);
      return plain ? segment : `"${segment.replaceAll('"', '""')}"`;
    })
    .join('.');
}

/** The segments of a path's canonical text. */
export function pathSegments(path: string): readonly string[] {
  if (!path.includes('"')) return path.split('.');
  const segments: string[] = [];
  let at = 0;
  while (at <= path.length) {
    if (path[at] === '"') {
      let segment = '';
      for (at++; at < path.length; at++) {
        if (path[at] !== '"') segment += path[at];
        else if (path[at + 1] === '"') segment += path[++at];
        else break;
      }
      segments.push(segment);
      at += 2;
    } else {
      const dot = path.indexOf('.', at);
      const end = dot === -1 ? path.length : dot;
      segments.push(path.slice(at, end));
      at = end + 1;
    }
  }
  return segments;
}
