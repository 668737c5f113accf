// SPDX-License-Identifier: Apache-2.0
import {
  choiceField,
  flagField,
  textField,
  useUrlState,
  type SetUrlState,
  type UrlField,
} from '../../kit/url-state.ts';
import { ways } from './place.ts';

export const tabs = ['connect', 'listeners', 'inbox', 'packets', 'bans'] as const;
export type Tab = (typeof tabs)[number];

/** Everything of the page that is in its address. */
const fields = {
  tab: choiceField(tabs, 'connect'),
  via: choiceField(ways, 'mqtt'),
  model: textField(),
  thing: textField(),
  step: textField(),
  withinMs: textField(),
  protocol: textField(),
  source: textField(),
  text: textField(),
  entry: textField(),
  client: textField(),
  follow: flagField(),
  direction: choiceField(['all', 'in', 'out'], 'all'),
  name: textField(),
  faults: flagField(),
};

type Values<F> = { readonly [K in keyof F]: F[K] extends UrlField<infer T> ? T : never };
export type AccessState = Values<typeof fields>;
export type SetAccessState = SetUrlState<typeof fields>;

export function useAccessState(): [AccessState, SetAccessState] {
  return useUrlState(fields);
}

/** Goes to another tab; of the old one only the thing and the wizard's choices are kept. */
export function toTab(tab: Tab): Parameters<SetAccessState>[0] {
  return {
    ...{ tab, step: '', withinMs: '', protocol: '', source: '', text: '' },
    ...{ entry: '', client: '', follow: false, direction: 'all', name: '', faults: false },
  };
}

/** A thing's number in the address; undefined where there is none. */
export function thingNumber(text: string): number | undefined {
  return /^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined;
}
