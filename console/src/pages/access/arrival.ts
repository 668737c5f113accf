// SPDX-License-Identifier: Apache-2.0

/** What a message passes, as the live channel traces it; who sent it is proved before. */
export const arrivalSteps = ['receive', 'decode', 'model', 'log', 'store'] as const;
export type ArrivalStep = (typeof arrivalSteps)[number];

export interface TraceItem {
  readonly message: number;
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
  /** ISO 8601. */
  readonly time: string;
}

/** How far the first message of a device has come. */
export interface Arrival {
  readonly steps: Readonly<Partial<Record<ArrivalStep, TraceItem>>>;
  /** Of the newest message, where it was refused. */
  readonly fault: TraceItem | undefined;
  readonly messages: number;
  readonly newest: number;
}

export const nothingYet: Arrival = { steps: {}, fault: undefined, messages: 0, newest: 0 };

/** A step that one message has passed stays passed; a refusal shows until a later message gets through. */
export function arrived(before: Arrival, item: TraceItem): Arrival {
  const { step } = item;
  const isNew = item.message > before.newest;
  const after = {
    ...before,
    messages: before.messages + (isNew ? 1 : 0),
    newest: Math.max(before.newest, item.message),
  };
  if (!isStep(step)) return after;
  const { fault } = before;
  const isOver =
    item.ok && fault !== undefined && fault.step === step && item.message > fault.message;
  const kept = before.steps[step];
  const steps = kept?.ok === true && !item.ok ? before.steps : { ...before.steps, [step]: item };
  return { ...after, steps, fault: item.ok ? (isOver ? undefined : fault) : item };
}

export function isTraceItem(item: unknown): item is TraceItem {
  return (
    typeof item === 'object' &&
    item !== null &&
    'message' in item &&
    typeof item.message === 'number' &&
    'step' in item &&
    typeof item.step === 'string' &&
    'ok' in item &&
    typeof item.ok === 'boolean' &&
    'detail' in item &&
    typeof item.detail === 'string' &&
    'time' in item &&
    typeof item.time === 'string'
  );
}

function isStep(step: string): step is ArrivalStep {
  return arrivalSteps.some((each) => each === step);
}

/** What a payload says by property, whichever of the shapes it has; SenML is left to the server. */
export function sentValues(payload: unknown): Readonly<Record<string, unknown>> {
  if (Array.isArray(payload)) return Object.assign({}, ...payload.map(sentValues));
  if (typeof payload !== 'object' || payload === null) return {};
  const { time: _time, values, ...rest }: Record<string, unknown> = { ...payload };
  const isEnvelope = typeof values === 'object' && values !== null && !Array.isArray(values);
  return isEnvelope ? { ...values } : rest;
}
