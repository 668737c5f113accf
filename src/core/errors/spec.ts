// SPDX-License-Identifier: Apache-2.0

/** One row of the error catalogue. Codes are public contract: never renamed, never reused. */
export interface ErrorSpec {
  /** HTTP status of the problem+json answer. */
  readonly status: number;
  /** MQTT 5 reason code; 0x80 where left out. */
  readonly mqtt?: number;
  /** CoAP response code as class.detail; derived from `status` where left out. */
  readonly coap?: string;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
  readonly en: string;
  readonly zh: string;
  /** What the reader of the error can do about it. */
  readonly fix: { readonly en: string; readonly zh: string };
}
