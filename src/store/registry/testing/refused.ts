// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { FaultError } from '#core';
import type { Registry } from '../port.ts';

export type ConformanceTest = (title: string, work: (registry: Registry) => Promise<void>) => void;

/** Asserts that work is refused with a code of the catalogue. */
export async function refused(work: Promise<unknown>, code: string): Promise<void> {
  await assert.rejects(work, (error) => error instanceof FaultError && error.fault.code === code);
}
