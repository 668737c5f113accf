// SPDX-License-Identifier: Apache-2.0

/** Where a function, method or arrow function with a body begins: name, column of the line, and its last line. */
const opening =
  /^(\s*)(?:export\s+)?(?:default\s+)?(?:(?:static|async|override|get|set|readonly)\s+)*(?:function\*?\s+(\w+)|(?:const|let)\s+(\w+)[^=]*=\s*(?:async\s*)?(?:\([^)]*$|\(.*=>\s*\{$|function)|\*?(#?\w+)\s*(?:<[^>]*>)?\((?!.*;\s*$))/;

const keywords = new Set([
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'return',
  'with',
  'test',
  'describe',
]);

/**
 * Functions longer than `most` lines. The text is formatted, so a body that opens at the end of a line closes on the
 * next line with the same indentation that begins with a brace.
 */
export function longFunctions(file: string, text: string, most: number): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const found = opening.exec(line);
    const name = found?.[2] ?? found?.[3] ?? found?.[4];
    if (found === null || name === undefined || keywords.has(name)) return [];
    const indent = found[1] ?? '';
    const end = endOf(lines, index, indent);
    const count = end - index + 1;
    return count > most ? [`${file}:${index + 1}: ${name} has ${count} lines`] : [];
  });
}

/** The line that closes the body, or the start itself when there is no body. */
function endOf(lines: readonly string[], start: number, indent: string): number {
  let opened = lines[start]?.trimEnd().endsWith('{') ?? false;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const same = line.startsWith(indent) && !/^\s/.test(line.slice(indent.length));
    if (line === '' || !same) continue;
    const rest = line.slice(indent.length);
    if (!opened && rest.startsWith(')')) {
      if (!rest.trimEnd().endsWith('{')) return start;
      opened = true;
      continue;
    }
    return opened && rest.startsWith('}') ? index : start;
  }
  return start;
}
