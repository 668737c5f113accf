// SPDX-License-Identifier: Apache-2.0
import { RecordKind, type LogEntry } from '#bus';
import { BatchBuilder, VarKind } from '#model';
import type { DeviceLink, DeviceMessage } from '../commands/index.ts';

interface Sent {
  readonly thing: number;
  readonly message: DeviceMessage;
  readonly body: Readonly<Record<string, unknown>>;
  readonly settle: (arrived: boolean) => void;
}

/** A device's end of a link: keeps what it is sent. */
export class TestLink implements DeviceLink {
  readonly sent: Sent[] = [];
  takes = true;
  acknowledges = true;

  send(thing: number, message: DeviceMessage, settled: (arrived: boolean) => void): boolean {
    if (!this.takes) return false;
    const body: Readonly<Record<string, unknown>> = JSON.parse(message.payload.toString());
    this.sent.push({ thing, message, body, settle: settled });
    if (this.acknowledges) queueMicrotask(() => settled(true));
    return true;
  }
}

/** A readings record of one value. */
export function reading(series: number, time: number, value: number | string | object): LogEntry {
  const builder = new BatchBuilder();
  if (typeof value === 'number') builder.number(series, time, value, 0);
  else if (typeof value === 'string') builder.text(series, time, VarKind.string, value, 0);
  else builder.text(series, time, VarKind.json, JSON.stringify(value), 0);
  return { kind: RecordKind.readings, payload: builder.seal(time) };
}
