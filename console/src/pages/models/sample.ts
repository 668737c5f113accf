// SPDX-License-Identifier: Apache-2.0
import type { Vector } from './api.ts';

export const contentTypes = [
  'application/json',
  'application/cbor',
  'application/senml+json',
  'application/senml+cbor',
] as const;

/** Bytes as people copy them from elsewhere: with 0x, spaces, commas, colons. Undefined where it is none. */
export function hexOf(text: string): string | undefined {
  const digits = text.replaceAll(/0x|[\s,:;-]/gi, '');
  return /^(?:[0-9a-f]{2})*$/i.test(digits) ? digits.toLowerCase() : undefined;
}

/** A payload as the server takes it. */
export function sampleOf({
  contentType,
  form,
  payload,
}: Pick<Vector, 'contentType' | 'form' | 'payload'>): object {
  return form === 'hex'
    ? { contentType, hex: hexOf(payload) ?? '' }
    : { contentType, text: payload };
}
