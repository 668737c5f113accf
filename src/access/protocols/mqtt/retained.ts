// SPDX-License-Identifier: Apache-2.0
import type { DurationMs, TimeMs } from '#core';
import { messageBytes, type Message } from './message.ts';

interface Node {
  children: Map<string, Node> | undefined;
  message: Message | undefined;
}

/** The retained messages of one tenant: one a topic, found by filter. */
export class RetainedStore {
  readonly #root: Node = { children: undefined, message: undefined };
  readonly #ttlMs: DurationMs;
  #count = 0;
  #bytes = 0;
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(ttlMs: DurationMs) {
    this.#ttlMs = ttlMs;
  }

  /** No message expires before this. */
  get nextExpiry(): TimeMs {
    return this.#nextExpiry;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(topic: string): Message | undefined {
    return this.#path(topic).at(-1)?.message;
  }

  /** Keeps the message for its topic; an empty payload removes what was kept, [MQTT-3.3.1-6]. */
  set(message: Message): void {
    this.delete(message.topic);
    if (message.payload.length === 0) return;
    let node = this.#root;
    for (const level of message.topic.split('/')) {
      node.children ??= new Map();
      let child = node.children.get(level);
      if (!child) {
        child = { children: undefined, message: undefined };
        node.children.set(level, child);
      }
      node = child;
    }
    node.message = message;
    this.#count++;
    this.#bytes += messageBytes(message);
    this.#nextExpiry = Math.min(this.#nextExpiry, this.#endOf(message));
  }

  delete(topic: string): void {
    const path = this.#path(topic);
    const leaf = path.at(-1);
    if (!leaf?.message) return;
    this.#count--;
    this.#bytes -= messageBytes(leaf.message);
    leaf.message = undefined;
    const levels = topic.split('/');
    for (let depth = levels.length; depth > 0; depth--) {
      const node = path[depth];
      if (!node || node.message || node.children) return;
      const siblings = path[depth - 1]?.children;
      siblings?.delete(levels[depth - 1] ?? '');
      const parent = path[depth - 1];
      if (parent && siblings?.size === 0) parent.children = undefined;
    }
  }

  /** Every message whose topic matches the filter and that has not expired, in no particular order. */
  find(filter: string, now: TimeMs): Message[] {
    const found: Message[] = [];
    collect(this.#root, filter.split('/'), 0, (message) => {
      if (this.#endOf(message) > now) found.push(message);
    });
    return found;
  }

  dropExpired(now: TimeMs): void {
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const message of this.all()) {
      const end = this.#endOf(message);
      if (end <= now) this.delete(message.topic);
      else this.#nextExpiry = Math.min(this.#nextExpiry, end);
    }
  }

  /** Every message there is, expired ones too. */
  all(): Message[] {
    const found: Message[] = [];
    everything(this.#root, (message) => found.push(message));
    return found;
  }

  /** Its own expiry, or the end of the longest time that anything is retained. */
  #endOf(message: Message): TimeMs {
    return Math.min(message.expiresAt, message.time + this.#ttlMs);
  }

  /** The nodes from the root to the topic; empty when the topic has none. */
  #path(topic: string): Node[] {
    const path = [this.#root];
    let node: Node | undefined = this.#root;
    for (const level of topic.split('/')) {
      node = node?.children?.get(level);
      if (!node) return [];
      path.push(node);
    }
    return path;
  }
}

function collect(
  node: Node,
  levels: readonly string[],
  at: number,
  found: (message: Message) => void,
): void {
  const level = levels[at];
  if (level === undefined) {
    if (node.message) found(node.message);
    return;
  }
  if (level === '#') {
    everything(node, found, at === 0);
    return;
  }
  if (level !== '+') {
    const child = node.children?.get(level);
    if (child) collect(child, levels, at + 1, found);
    return;
  }
  for (const [name, child] of node.children ?? []) {
    if (at > 0 || !name.startsWith('$')) collect(child, levels, at + 1, found);
  }
}

/** `guarded`: leaves out topics that begin with $, [MQTT-4.7.2-1]. */
function everything(node: Node, found: (message: Message) => void, guarded = false): void {
  if (node.message) found(node.message);
  for (const [name, child] of node.children ?? []) {
    if (!(guarded && name.startsWith('$'))) everything(child, found);
  }
}
