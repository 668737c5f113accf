// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { limitsOf, type Limits, type TimeMs } from '#core';
import { BatchBuilder, VarKind, openBatch, varText } from '../batch.ts';
import type { CompiledModel, ThingBinding } from '../compiled.ts';
import { compileAmong, thingModel } from '../thing-model/fixtures.ts';
import { PropertyDecoder } from './decoder.ts';
import type { PayloadReport, PayloadType } from './report.ts';

/** 2026-11-20T08:00:00Z */
export const now: TimeMs = 1_795_161_600_000;

export function modelOf(properties: Readonly<Record<string, unknown>>): CompiledModel {
  const result = compileAmong(thingModel({ properties }), limitsOf());
  assert.ok(result.ok, JSON.stringify(result));
  return result.model;
}

/** A thing whose series are 1, 2, 3, … in the order of its properties; write-only ones have none. */
export function bindingOf(
  model: CompiledModel,
  unknown: 'refuse' | 'collect' = 'refuse',
): ThingBinding {
  return {
    thing: 7,
    tenant: 1,
    uri: 'urn:example:pump:7',
    model,
    series: Uint32Array.from(model.properties, (slot) => (slot.writeOnly ? 0 : slot.index + 1)),
    unknownProperties: unknown,
    parent: 0,
    stale: false,
    labels: {},
    serverTime: 0,
  };
}

/** `series time value quality` of each row. */
export function rowsOf(batch: BatchBuilder): readonly string[] {
  const opened = openBatch(batch.seal(now));
  assert.ok(opened.ok);
  const { value } = opened;
  const texts = new Map([...value.varRow].map((row, index) => [row, index]));
  return Array.from({ length: value.rows }, (_, row) => {
    const index = texts.get(row);
    const number = value.value[row] ?? 0;
    const shown = Object.is(number, -0) ? '-0' : String(number);
    const kind = index !== undefined && value.varKind[index] === VarKind.json ? 'json ' : '';
    const text = index === undefined ? shown : kind + JSON.stringify(varText(value, index));
    const quality = value.quality[row] ?? 0;
    const time = (value.time[row] ?? 0) - now;
    return `${value.series[row]} ${time === 0 ? '' : `${time} `}${text}${quality === 0 ? '' : ` q${quality}`}`;
  });
}

export interface Decoded {
  readonly rows: readonly string[];
  /** `code pointer` of each refused reading. */
  readonly refused: readonly string[];
  /** `code place` of the fault of the whole payload. */
  readonly fault: string | undefined;
}

/** Decodes one payload in the middle of a larger buffer, by the fast or the general path. */
export class PayloadBench {
  readonly decoder: PropertyDecoder;
  readonly binding: ThingBinding;
  readonly collected: string[] = [];

  constructor(binding: ThingBinding, limits: Limits = limitsOf()) {
    this.binding = binding;
    this.decoder = new PropertyDecoder(limits, (_, property) => {
      this.collected.push(property);
      return property.startsWith('no') ? 0 : 100 + this.collected.indexOf(property);
    });
  }

  decode(
    text: string | Uint8Array,
    contentType: PayloadType = 'json',
    path: 'fast' | 'general' = 'fast',
  ): Decoded {
    const body = Buffer.from(text);
    this.binding.serverTime = 0;
    const bytes = Buffer.concat([
      Buffer.from('["x",'),
      body,
      Buffer.from('}]}, "temperature": 99}'),
    ]);
    const batch = new BatchBuilder(2);
    batch.number(999, now, 1, 0);
    const payload = {
      bytes,
      start: 5,
      end: 5 + body.length,
      contentType,
      binding: this.binding,
      batch,
      now,
    };
    const report =
      path === 'fast' ? this.decoder.decode(payload) : this.decoder.decodeGeneral(payload);
    const rows = rowsOf(batch);
    assert.equal(rows[0], '999 1', 'what was in the batch before stays');
    assert.equal(report.accepted, rows.length - 1);
    return { rows: rows.slice(1), refused: refusedOf(report), fault: faultText(report) };
  }
}

function refusedOf(report: PayloadReport): readonly string[] {
  return report.refused.map(({ at, fault }) => {
    assert.ok(fault.at?.startsWith(at), 'the place of the fault is at the reading or below');
    return `${fault.code} ${fault.at}`;
  });
}

function faultText({ fault }: PayloadReport): string | undefined {
  return fault === undefined ? undefined : `${fault.code} ${fault.at}`;
}
