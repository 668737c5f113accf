// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LineCounter, isMap, isPair, isScalar, parseDocument, type Document } from 'yaml';
import { fault } from '#core';
import type { KeyPath } from './keys.ts';
import { layerOfTree, type Layer } from './layers.ts';

/** Reads a YAML file into a layer; each setting's origin is its line and column. */
export function layerOfFile(file: string, protocols: readonly string[]): Layer {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { settings: [], faults: [fault('config.unreadable', file, reason)] };
  }
  return layerOfText(text, file, protocols);
}

/** The same for a text; `file` names it in messages and is the base of relative paths. */
export function layerOfText(text: string, file: string, protocols: readonly string[]): Layer {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const name = path.basename(file);
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const faults = [...document.errors, ...document.warnings].map((error) =>
    fault('config.syntax', place(error.pos[0]), error.message),
  );
  if (faults.length > 0) return { settings: [], faults };
  let tree: unknown;
  try {
    // Aliases are bounded, so that a small file cannot unfold into a large tree.
    tree = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { settings: [], faults: [fault('config.syntax', name, reason)] };
  }
  return layerOfTree(tree, {
    origin: (keys) => place(offsetOf(document, keys)),
    base: path.dirname(path.resolve(file)),
    protocols,
  });
}

/** Where the last key of a path stands in the text, or the deepest of its parents that does. */
function offsetOf(document: Document, keys: KeyPath): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of keys) {
    if (!isMap(node)) return offset;
    const pair =
      node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
      ) ??
      node.items.find(
        (item) =>
          isPair(item) && isScalar(item.key) && key.startsWith(`${String(item.key.value)}.`),
      );
    if (!pair) return offset;
    if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}
