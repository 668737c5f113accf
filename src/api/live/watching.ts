// SPDX-License-Identifier: Apache-2.0
import { fault, type Fault } from '#core';
import type { Language } from '../problem.ts';
import { entryBody } from '../routes/diagnosis.ts';
import type { ApiServices } from '../services.ts';
import type { Subscription } from './subscription.ts';

/** Packets of a thing, a client, a source or a protocol, and the steps of the messages they bring. */
export function followPackets(
  { packets }: Pick<ApiServices, 'packets'>,
  tenant: number,
  subscription: Subscription,
): (() => void) | Fault {
  const { things, client, source, protocol } = subscription.request;
  const end = packets.follow({ tenant, things, client, source, protocol }, (item) => {
    if (item.type === 'step')
      return subscription.push({ ...item, at: new Date(item.at).toISOString() });
    const { tenant: _tenant, time, ...packet } = item;
    subscription.push({ ...packet, time: new Date(time).toISOString() });
  });
  return end ?? fault('common.limit', 'diagnosis.followersMax');
}

/** Entries of the inbox as they come and come again. */
export function followDiagnosis(
  { diagnosis }: Pick<ApiServices, 'diagnosis'>,
  { tenant, language }: { readonly tenant: number; readonly language: Language },
  subscription: Subscription,
): () => void {
  return diagnosis.follow((entry) => {
    if (entry.tenant === tenant) subscription.push(entryBody(entry, language));
  });
}
