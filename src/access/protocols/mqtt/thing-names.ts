// SPDX-License-Identifier: Apache-2.0
import type { ThingBinding } from '#model';
import type { Bindings } from '#things';
import type { Owner } from './message.ts';
import type { Policy } from './policy.ts';

/** Names remembered by one connection; beyond it the oldest goes. */
const namesMax = 1_000;

/** Who publishes or subscribes. */
export interface ClientIdentity {
  readonly tenant: number;
  readonly owner: Owner;
  readonly clientId: string;
  /** Of the client itself when it is a thing. */
  readonly binding: ThingBinding | undefined;
}

/** The things that one client may speak for: itself, its children, or with `readings.write` those of its tenant that it reaches. */
export class ThingNames {
  readonly #bindings: Bindings;
  readonly #policy: Pick<Policy, 'mayReport'>;
  readonly #known = new Map<string, ThingBinding>();

  constructor(bindings: Bindings, policy: Pick<Policy, 'mayReport'>) {
    this.#bindings = bindings;
    this.#policy = policy;
  }

  /** The thing of a name in a topic; undefined for one the client may not speak for; a promise when it has to be loaded. */
  resolve(
    identity: ClientIdentity,
    name: string,
  ): ThingBinding | undefined | Promise<ThingBinding | undefined> {
    const { binding, owner } = identity;
    if (owner.kind === 'anonymous') return undefined;
    const own = binding !== undefined && isOwnName(binding, name);
    const known = own ? binding : (this.#known.get(name) ?? this.#peek(name));
    if (known && !known.stale) return this.#permitted(identity, name, known);
    if (own) return this.#bindings.load(binding.thing);
    if (name === 'me') return undefined;
    return this.#bindings
      .loadByName(identity.tenant, name)
      .then((loaded) => loaded && this.#permitted(identity, name, loaded));
  }

  #peek(name: string): ThingBinding | undefined {
    return /^[1-9]\d{0,15}$/.test(name) ? this.#bindings.peek(Number(name)) : undefined;
  }

  #permitted(
    identity: ClientIdentity,
    name: string,
    thing: ThingBinding,
  ): ThingBinding | undefined {
    const { owner, tenant, binding } = identity;
    if (thing.tenant !== tenant) return undefined;
    const allowed =
      owner.kind === 'token'
        ? this.#policy.mayReport(owner, thing)
        : thing.thing === owner.id || (binding !== undefined && thing.parent === binding.thing);
    if (!allowed) return undefined;
    if (thing === binding) return thing;
    if (this.#known.size >= namesMax && !this.#known.has(name)) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    this.#known.set(name, thing);
    return thing;
  }
}

/** `me`, the id, or the uri. */
export function isOwnName(binding: ThingBinding, name: string): boolean {
  return name === 'me' || name === `${binding.thing}` || name === binding.uri;
}
