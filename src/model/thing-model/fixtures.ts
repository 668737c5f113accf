// SPDX-License-Identifier: Apache-2.0
import type { Limits } from '#core';
import { compileModel, type CompileResult } from './compile.ts';

/** A Thing Model with the given members. */
export function thingModel(
  members: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    '@context': 'https://www.w3.org/2022/wot/td/v1.1',
    '@type': 'tm:ThingModel',
    id: 'urn:example:pump',
    title: 'Pump',
    ...members,
  };
}

/** Compiles a document among others that it may refer to. */
export function compileAmong(
  document: unknown,
  limits: Limits,
  others: Readonly<Record<string, unknown>> = {},
): CompileResult {
  return compileModel(
    document,
    ({ uri }) => (Object.hasOwn(others, uri) ? others[uri] : undefined),
    { limits },
  );
}

/** `code pointer` of each fault; empty when it compiles. */
export function faultsOf(result: CompileResult): readonly string[] {
  return result.ok ? [] : result.faults.map((fault) => `${fault.code} ${fault.at}`);
}
