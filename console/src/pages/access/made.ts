// SPDX-License-Identifier: Apache-2.0
import type { Device } from './snippets.ts';

/** A device that the wizard has given a credential to. */
export interface Made {
  readonly thing: number;
  readonly name: string;
  /** Address of its model; undefined: it has none. */
  readonly model: string | undefined;
  readonly device: Device;
}

export interface ThingBody {
  readonly id: number;
  readonly name: string;
  readonly uri: string;
  readonly model?: { readonly uri: string; readonly version: string };
}

/** For pickers of things: what is typed is a part of the name, or the number. */
export function thingQuery(text: string): { readonly filter?: string } {
  const wanted = text.trim();
  if (wanted === '') return {};
  const escaped = wanted.replaceAll("'", "''");
  return { filter: `name ~ '${escaped}' or uri ~ '${escaped}'` };
}

export function thingOption({ id, name }: ThingBody): { value: number; label: string } {
  return { value: id, label: `${name} #${id}` };
}

export interface ModelSummary {
  readonly uri: string;
  readonly title: string;
  readonly version: string;
}

export function modelOption({ uri, title, version }: ModelSummary): {
  value: string;
  label: string;
} {
  return { value: uri, label: `${title === '' ? uri : title} ${version} · ${uri}` };
}
