// SPDX-License-Identifier: Apache-2.0
import type { DeviceKind } from '#access';
import { FaultError, fault, limitsOf } from '#core';
import { compileModel } from '#model';

/** A kind of simulated device from its Thing Model as a document. */
export function kindOf({
  model,
  ...behaviour
}: Omit<DeviceKind, 'model'> & { readonly model: object }): DeviceKind {
  const compiled = compileModel(model, () => undefined, { limits: limitsOf() });
  if (!compiled.ok) throw new FaultError(compiled.faults[0] ?? fault('common.internal'));
  return { ...behaviour, model: compiled.model };
}
