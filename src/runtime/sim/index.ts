// SPDX-License-Identifier: Apache-2.0
export { SimClock } from './clock.ts';
export { SimDisk, type SimFault } from './disk.ts';
export { RecordingLogger, RecordingMetrics, type LoggedLine } from './observers.ts';
