// SPDX-License-Identifier: Apache-2.0

/** Frames that a live client may send, to begin with. */
export const liveFrames = [
  { key: 'readings', frame: { op: 'subscribe', id: 'r1', kind: 'readings', ratePerSecond: 2 } },
  {
    key: 'some',
    frame: {
      ...{ op: 'subscribe', id: 'r2', kind: 'readings', things: [1], properties: ['temperature'] },
    },
  },
  { key: 'events', frame: { op: 'subscribe', id: 'e1', kind: 'events' } },
  { key: 'lifecycle', frame: { op: 'subscribe', id: 'l1', kind: 'lifecycle' } },
  { key: 'actions', frame: { op: 'subscribe', id: 'a1', kind: 'actions' } },
  { key: 'trace', frame: { op: 'subscribe', id: 't1', kind: 'trace', things: [1] } },
  { key: 'diagnosis', frame: { op: 'subscribe', id: 'd1', kind: 'diagnosis' } },
  { key: 'unsubscribe', frame: { op: 'unsubscribe', id: 'r1' } },
  { key: 'ping', frame: { op: 'ping' } },
] as const;

const time = '2026-11-20T08:00:00.000Z';

/** What records look like where programs meet them. */
export const recordShapes: readonly { readonly key: string; readonly example: unknown }[] = [
  {
    key: 'frame',
    example: { id: 'r1', kind: 'readings', items: ['…'], dropped: 0 },
  },
  {
    key: 'reading',
    example: {
      ...{ thing: 12, property: 'temperature', time, value: 21.5, unit: 'Cel', quality: 'good' },
    },
  },
  {
    key: 'event',
    example: { offset: 4711, tenant: 1, thing: 12, event: 'flooded', time, data: { by: 0.3 } },
  },
  {
    key: 'lifecycle',
    example: { offset: 4712, change: 'online', tenant: 1, thing: 12, time },
  },
  {
    key: 'action',
    example: {
      ...{ offset: 4713, step: 'task-created', tenant: 1, thing: 12, time, task: 9 },
      ...{ action: 'flush', input: { seconds: 5 }, requester: 'user:2', expires: time },
    },
  },
  {
    key: 'desired',
    example: {
      ...{ offset: 4714, step: 'desired-set', tenant: 1, thing: 12, time, request: 3 },
      ...{ property: 'mode', value: 'auto', requester: 'user:2' },
    },
  },
  {
    key: 'fault',
    example: {
      id: 'r1',
      fault: { code: 'security.forbidden', at: '…', detail: '…', title: '…', fix: '…' },
    },
  },
  {
    key: 'problem',
    example: {
      ...{ type: '/docs#security.forbidden', title: '…', status: 403, code: 'security.forbidden' },
      ...{ at: '…', detail: '…', fix: '…', retryable: false, traceId: '…' },
    },
  },
];
