// SPDX-License-Identifier: Apache-2.0

export type Labels = Readonly<Record<string, string>>;

/** One way of being permitted: things with all the labels, of them only these properties. */
export interface ScopePart {
  readonly labels: Labels | undefined;
  readonly properties: ReadonlySet<string> | undefined;
}

/** Which things, and which of their properties, a permission reaches: those of any of its parts. */
export class ThingScope {
  /** Nothing is left out. */
  readonly whole: boolean;
  /** For lists: every thing that is reached has all labels of one of these; undefined when labels do not matter. */
  readonly labelSets: readonly Labels[] | undefined;
  readonly #parts: readonly ScopePart[];

  constructor(parts: readonly ScopePart[]) {
    this.#parts = parts;
    this.whole = parts.some(({ labels, properties }) => !labels && !properties);
    const sets = parts.map(({ labels }) => labels);
    this.labelSets = sets.includes(undefined) ? undefined : sets.filter((set) => set !== undefined);
  }

  /** The parts as plain values. */
  describe(): unknown {
    if (this.whole) return 'all';
    return this.#parts.map(({ labels, properties }) => [labels, properties && [...properties]]);
  }

  /** Whether a thing is reached, with at least one of its properties. */
  admits(labels: Labels): boolean {
    return this.whole || this.#parts.some((part) => carries(labels, part.labels));
  }

  /** The properties that are reached of a thing with these labels; undefined: all. */
  propertiesOf(labels: Labels): ReadonlySet<string> | undefined {
    if (this.whole) return undefined;
    const parts = this.#parts.filter((part) => carries(labels, part.labels));
    if (parts.some(({ properties }) => properties === undefined)) return undefined;
    return new Set(parts.flatMap(({ properties }) => [...(properties ?? [])]));
  }
}

export const wholeScope = new ThingScope([{ labels: undefined, properties: undefined }]);

function carries(labels: Labels, needed: Labels | undefined): boolean {
  if (needed === undefined) return true;
  return Object.entries(needed).every(([label, value]) => labels[label] === value);
}
