// SPDX-License-Identifier: Apache-2.0
export { decodeCbor } from './cbor.ts';
export { PropertyDecoder } from './decoder.ts';
export { parseJson } from './json.ts';
export { contentTypeOf } from './report.ts';
export type { PayloadReport, PayloadType, PropertyPayload, RefusedReading } from './report.ts';
export { measuredTime } from './time.ts';
export { PayloadTrial, type TrialReport, type TriedReading } from './trial.ts';
export type { Collect } from './writer.ts';
