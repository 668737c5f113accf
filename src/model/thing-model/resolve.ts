// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault, type Limits } from '#core';
import {
  Budget,
  checkJson,
  isObject,
  mergePatch,
  pointerToken,
  valueAt,
  without,
  type JsonObject,
} from './json.ts';

/** A model that another one builds on; without a version the newest one. */
export interface ModelRef {
  readonly uri: string;
  readonly version?: string;
}

/** Finds a Thing Model document; undefined where there is none. */
export type ModelLookup = (ref: ModelRef) => unknown;

export interface Resolved {
  readonly document: JsonObject;
  /** Every model that went into it, once each, in the order met. */
  readonly references: readonly ModelRef[];
}

/**
 * Replaces `tm:extends` links and `tm:ref` members by what they refer to (WoT TD 1.1 § 10.3.1, § 10.3.2).
 * What the document says itself is laid over it as a JSON merge patch. From a base neither `id`, `version` nor links are
 * inherited. The version of a base can be named in the link as `fs:version`. Throws `model.bad-reference`,
 * `model.too-complex` or `model.bad-thing-model` with the pointer in the document.
 */
export function resolveReferences(
  document: unknown,
  lookup: ModelLookup,
  limits: Limits,
): Resolved {
  const resolver = new Resolver(lookup, limits);
  const resolved = resolver.document(document);
  return { document: resolved, references: [...resolver.references.values()] };
}

/** Where a value comes from: the document that `#/…` means, and the way that led there. */
interface Source {
  readonly root: JsonObject;
  readonly uri: string;
  readonly way: readonly string[];
  /** Pointer in the document that is being compiled, once the way has left it. */
  readonly at: string | undefined;
}

class Resolver {
  readonly references = new Map<string, ModelRef>();
  readonly #loaded = new Map<string, JsonObject>();
  readonly #lookup: ModelLookup;
  readonly #limits: Limits;
  readonly #budget: Budget;

  constructor(lookup: ModelLookup, limits: Limits) {
    this.#lookup = lookup;
    this.#limits = limits;
    this.#budget = new Budget(limits);
  }

  document(document: unknown): JsonObject {
    checkJson(document, this.#budget);
    if (!isObject(document)) throw bad('model.bad-thing-model', '', 'an object is expected');
    const uri = typeof document['id'] === 'string' ? document['id'] : '';
    const source = this.#extended({ root: document, uri, way: [uri], at: undefined });
    const resolved = this.#refs(source.root, source, '', 1);
    return isObject(resolved) ? resolved : source.root;
  }

  /** The source with the base of its `tm:extends` laid under it. */
  #extended(source: Source): Source {
    const links = source.root['links'];
    if (!Array.isArray(links)) return source;
    const extending = links.flatMap((link: unknown, index) =>
      isObject(link) && link['rel'] === 'tm:extends' ? [{ link, index }] : [],
    );
    const [first, second] = extending;
    if (first === undefined) return source;
    const link = `/links/${(second ?? first).index}`;
    const at = source.at ?? `${link}/href`;
    if (second !== undefined)
      throw bad('model.bad-thing-model', source.at ?? link, 'one tm:extends at most');
    const { href, 'fs:version': version } = first.link;
    if (typeof href !== 'string') throw bad('model.bad-thing-model', at, 'a string is expected');
    const ref = typeof version === 'string' ? { uri: href, version } : { uri: href };
    const base = this.#extended(this.#load(ref, source, at));
    const inherited = this.#refs(base.root, base, '', 1);
    const others = links.filter((_, index) => index !== first.index);
    const own = {
      ...without(source.root, 'links'),
      ...(others.length > 0 ? { links: others } : {}),
    };
    const merged = mergePatch(
      without(isObject(inherited) ? inherited : {}, 'id', 'version', 'links'),
      own,
    );
    if (!isObject(merged)) return source;
    const optional = union(base.root['tm:optional'], source.root['tm:optional']);
    const root = optional === undefined ? merged : { ...merged, 'tm:optional': optional };
    return { ...source, root };
  }

  /** A copy of a value in which every `tm:ref` is replaced. */
  #refs(value: unknown, source: Source, at: string, depth: number): unknown {
    const place = source.at ?? at;
    this.#budget.node(depth, place);
    if (Array.isArray(value)) {
      return value.map((item: unknown, index) =>
        this.#refs(item, source, `${at}/${index}`, depth + 1),
      );
    }
    if (!isObject(value)) return value;
    const own = Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== 'tm:ref')
        .map(([name, member]) => [
          name,
          this.#refs(member, source, `${at}/${pointerToken(name)}`, depth + 1),
        ]),
    );
    if (!Object.hasOwn(value, 'tm:ref')) return own;
    return mergePatch(
      this.#target(value['tm:ref'], source, source.at ?? `${at}/tm:ref`, depth),
      own,
    );
  }

  #target(ref: unknown, source: Source, at: string, depth: number): unknown {
    if (typeof ref !== 'string') throw bad('model.bad-thing-model', at, 'a string is expected');
    const hash = ref.indexOf('#');
    if (hash === -1)
      throw bad('model.bad-reference', at, 'a fragment such as #/properties/x is expected');
    const uri = ref.slice(0, hash);
    const from =
      uri === '' || uri === source.uri
        ? this.#step(source, ref.slice(hash), at)
        : this.#extended(this.#load({ uri }, source, at, ref));
    const target = valueAt(from.root, decodeFragment(ref.slice(hash + 1)));
    if (!isObject(target)) throw bad('model.bad-reference', at, `there is no object ${ref}`);
    return this.#refs(target, from, '', depth + 1);
  }

  #step(source: Source, ref: string, at: string): Source {
    const key = `${source.uri}${ref}`;
    if (source.way.includes(key)) throw bad('model.bad-reference', at, `cycle through ${ref}`);
    if (source.way.length >= this.#limits['model.referencesMax']) {
      throw bad('model.bad-reference', at, 'limit model.referencesMax');
    }
    return { ...source, way: [...source.way, key], at };
  }

  #load(ref: ModelRef, source: Source, at: string, key = ref.uri): Source {
    const step = this.#step({ ...source, uri: '' }, key, at);
    const name = `${ref.uri} ${ref.version ?? ''}`;
    const root = this.#loaded.get(name) ?? this.#checked(ref, at);
    this.#loaded.set(name, root);
    this.references.set(name, ref);
    return { ...step, root, uri: ref.uri };
  }

  #checked(ref: ModelRef, at: string): JsonObject {
    const document = this.#lookup(ref);
    if (document === undefined) {
      throw bad('model.bad-reference', at, `there is no model ${ref.uri}`);
    }
    try {
      checkJson(document, this.#budget);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      throw bad(error.fault.code, at, `in ${ref.uri}${error.fault.at}: ${error.fault.detail}`);
    }
    if (!isObject(document)) throw bad('model.bad-reference', at, `${ref.uri} is no Thing Model`);
    return document;
  }
}

function union(inherited: unknown, own: unknown): readonly unknown[] | undefined {
  if (!Array.isArray(inherited)) return undefined;
  return [...new Set<unknown>([...inherited, ...(Array.isArray(own) ? own : [])])];
}

function decodeFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

function bad(...[code, at, detail]: Parameters<typeof fault>): FaultError {
  return new FaultError(fault(code, at, detail));
}
