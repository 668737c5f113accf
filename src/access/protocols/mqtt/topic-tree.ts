// SPDX-License-Identifier: Apache-2.0

interface Node<T> {
  readonly level: string;
  readonly parent: Node<T> | undefined;
  children: Map<string, Node<T>> | undefined;
  items: Set<T> | undefined;
}

/**
 * Topic filters by level, asked which of them match a topic name (§ 4.7). The work of a match is bounded by the
 * nodes of the tree, and the depth by `mqtt.topicLevelsMax`, which the codec has enforced.
 */
export class TopicTree<T> {
  readonly #root: Node<T> = { level: '', parent: undefined, children: undefined, items: undefined };
  #size = 0;

  /** Filter and item pairs held. */
  get size(): number {
    return this.#size;
  }

  add(filter: string, item: T): void {
    let node = this.#root;
    for (const level of filter.split('/')) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (!child) {
        child = { level, parent: node, children: undefined, items: undefined };
        node.children.set(level, child);
      }
      node = child;
    }
    node.items ??= new Set();
    if (node.items.has(item)) return;
    node.items.add(item);
    this.#size++;
  }

  /** Whether the pair was there. */
  remove(filter: string, item: T): boolean {
    const node = this.#find(filter);
    if (!node?.items?.delete(item)) return false;
    this.#size--;
    if (node.items.size === 0) node.items = undefined;
    prune(node);
    return true;
  }

  /** Calls back with every item whose filter matches; an item under several filters comes several times. */
  match(topic: string, found: (item: T) => void): void {
    if (this.#size === 0) return;
    walk(this.#root, 0, { levels: topic.split('/'), reserved: topic.startsWith('$'), found });
  }

  /** Whether any filter matches. */
  matches(topic: string): boolean {
    let any = false;
    this.match(topic, () => {
      any = true;
    });
    return any;
  }

  #find(filter: string): Node<T> | undefined {
    let node: Node<T> | undefined = this.#root;
    for (const level of filter.split('/')) {
      node = node?.children?.get(level);
      if (!node) return undefined;
    }
    return node;
  }
}

interface Match<T> {
  readonly levels: readonly string[];
  /** The first level begins with $, which a leading wildcard does not match, [MQTT-4.7.2-1]. */
  readonly reserved: boolean;
  readonly found: (item: T) => void;
}

function walk<T>(node: Node<T>, at: number, match: Match<T>): void {
  const wildcards = !(match.reserved && at === 0);
  const rest = wildcards ? node.children?.get('#') : undefined;
  // "sport/#" also matches "sport", § 4.7.1.2.
  if (rest?.items) for (const item of rest.items) match.found(item);
  const level = match.levels[at];
  if (level === undefined) {
    if (node.items) for (const item of node.items) match.found(item);
    return;
  }
  const exact = node.children?.get(level);
  if (exact) walk(exact, at + 1, match);
  const any = wildcards ? node.children?.get('+') : undefined;
  if (any) walk(any, at + 1, match);
}

function prune<T>(leaf: Node<T>): void {
  let node: Node<T> = leaf;
  while (node.parent && !node.items && !node.children) {
    const parent: Node<T> = node.parent;
    parent.children?.delete(node.level);
    if (parent.children?.size === 0) parent.children = undefined;
    node = parent;
  }
}
