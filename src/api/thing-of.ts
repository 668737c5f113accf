// SPDX-License-Identifier: Apache-2.0
import { FaultError, fault } from '#core';
import type { ThingBinding } from '#model';
import type { Principal } from '#security';
import type { Thing } from '#store';
import type { Bindings, ThingService } from '#things';

interface ThingRequest {
  readonly principal: Principal;
  readonly params: { readonly id: string };
}

/** The thing that a path names: by number, by uri, or `me` for a device. Fault: `common.not-found`. */
export async function findThing(
  services: { readonly things: ThingService },
  request: ThingRequest,
): Promise<Thing> {
  return services.things.find(request.principal.tenant, nameOf(request));
}

/** The same as the way of readings sees it, from memory. */
export async function findBinding(
  { bindings }: { readonly bindings: Bindings },
  request: ThingRequest,
): Promise<ThingBinding> {
  const name = nameOf(request);
  const binding = await bindings.loadByName(request.principal.tenant, name);
  if (binding === undefined) throw new FaultError(fault('common.not-found', 'thing', name));
  return binding;
}

function nameOf({ principal, params }: ThingRequest): string {
  if (params.id !== 'me') return params.id;
  if (principal.kind === 'thing') return String(principal.thing);
  throw new FaultError(fault('common.not-found', 'thing', '"me" is for devices'));
}
