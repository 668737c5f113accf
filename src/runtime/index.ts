// SPDX-License-Identifier: Apache-2.0
export { sleep, systemClock, type Clock, type Timer } from './clock.ts';
export type { Disk, DiskFile } from './disk.ts';
export type { Logger } from './logging.ts';
export type { Counter, Gauge, Histogram, Labels, Metrics } from './metrics.ts';
export { createLogger, type LoggerOptions, type LogLevel } from './pino-logger.ts';
export { ProcessFigures, type EventLoopDelay, type MemoryFigures } from './process-figures.ts';
export { systemRandom } from './randomness.ts';
export { MetricsRegistry, limitHits, type LimitHits } from './registry.ts';
export { nodeDisk } from './node-disk.ts';
export {
  readManifest,
  verifyManifest,
  writeManifest,
  type Manifest,
  type ManifestFile,
  type ManifestProblem,
} from './manifest.ts';
export { afterTurn } from './turn.ts';
