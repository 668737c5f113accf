// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import type { ThingBinding } from '#model';
import type { Policy, Principal, ThingScope } from '#security';
import type { Thing } from '#store';
import type { Bindings, ThingService } from '#things';

interface ThingRequest {
  readonly principal: Principal;
  readonly scope: ThingScope;
  readonly params: { readonly id: string };
}

interface ThingServices {
  readonly things: ThingService;
  readonly policy: Policy;
}

/** A thing as one asker sees it. */
export interface SeenThing {
  readonly thing: Thing;
  /** The properties that may be seen or set; undefined: all. */
  readonly properties: ReadonlySet<string> | undefined;
}

/**
 * The thing that a path names: by number, by uri, or `me` for a device; in the tenant of the request, by number also in
 * those below. What the asker's permission does not reach is not there. Fault: `common.not-found`.
 */
export async function seeThing(services: ThingServices, request: ThingRequest): Promise<SeenThing> {
  const { scope } = request;
  const name = nameOf(request);
  const thing = await inSubTree(services, request.principal.tenant, name);
  if (thing === undefined || !scope.admits(thing.labels)) throw notFound(name);
  return { thing, properties: scope.propertiesOf(thing.labels) };
}

/** The same for routes that are not about properties. */
export async function findThing(services: ThingServices, request: ThingRequest): Promise<Thing> {
  return (await seeThing(services, request)).thing;
}

/** A thing as the way of readings sees it, from memory. */
export async function findBinding(
  services: ThingServices & { readonly bindings: Bindings },
  request: ThingRequest,
): Promise<{
  readonly binding: ThingBinding;
  readonly properties: ReadonlySet<string> | undefined;
}> {
  const { bindings, policy } = services;
  const { principal, scope } = request;
  const name = nameOf(request);
  const own = await bindings.loadByName(principal.tenant, name);
  const binding = own ?? (isNumber(name) ? await bindings.load(Number(name)) : undefined);
  const there =
    binding !== undefined &&
    scope.admits(binding.labels) &&
    (own !== undefined || (await policy.tree()).isWithin(binding.tenant, principal.tenant));
  if (!there) throw notFound(name);
  return { binding, properties: scope.propertiesOf(binding.labels) };
}

async function inSubTree(
  { things, policy }: ThingServices,
  tenant: number,
  name: string,
): Promise<Thing | undefined> {
  if (!isNumber(name)) return things.read.byUri(tenant, name);
  const thing = await things.read.byId(Number(name));
  if (thing === undefined || thing.tenant === tenant) return thing;
  return (await policy.tree()).isWithin(thing.tenant, tenant) ? thing : undefined;
}

function isNumber(name: string): boolean {
  return /^[1-9]\d{0,15}$/.test(name);
}

function nameOf({ principal, params }: ThingRequest): string {
  if (params.id !== 'me') return params.id;
  if (principal.kind === 'thing') return String(principal.thing);
  throw new FaultError(fault('common.not-found', 'thing', '"me" is for devices'));
}

function notFound(name: string): FaultError {
  return new FaultError(fault('common.not-found', 'thing', name));
}

/** Faults `security.forbidden` for properties that the asker's permission does not reach. */
export function demandProperties(
  seen: ReadonlySet<string> | undefined,
  names: readonly string[],
): void {
  const other = seen && names.find((name) => !seen.has(name));
  if (other !== undefined) throw new FaultError(fault('security.forbidden', `property ${other}`));
}

/** The thing of a path for what concerns all of it; whoever is kept to some properties may not. */
export async function wholeThing(services: ThingServices, request: ThingRequest): Promise<Thing> {
  const { thing, properties } = await seeThing(services, request);
  demandAllProperties(properties);
  return thing;
}

/** The same as the way of readings sees it. */
export async function wholeBinding(
  services: ThingServices & { readonly bindings: Bindings },
  request: ThingRequest,
): Promise<ThingBinding> {
  const { binding, properties } = await findBinding(services, request);
  demandAllProperties(properties);
  return binding;
}

/** For bulk routes, which ask about no thing by itself. */
export function demandWhole({ scope }: Pick<ThingRequest, 'scope'>): void {
  if (!scope.whole)
    throw new FaultError(
      fault('security.forbidden', 'labels', 'your role is for some things only'),
    );
}

function demandAllProperties(properties: ReadonlySet<string> | undefined): void {
  if (properties !== undefined)
    throw new FaultError(fault('security.forbidden', 'properties', 'your role is for some only'));
}
