// SPDX-License-Identifier: Apache-2.0
export type {
  Aggregate,
  CompactionReport,
  HistoryQuery,
  SeriesCounters,
  SeriesPoints,
  SeriesStore,
  StoreStats,
  Value,
} from './series/port.ts';
export { openDuckdbSeries, type DuckdbSeriesOptions } from './series/duckdb/client.ts';
export * from './registry/index.ts';
export * from './audit/index.ts';
export { createBackup, dataLayout, type BackupOptions } from './backup.ts';
export {
  checkBackup,
  readVerdict,
  verdictFile,
  writeVerdict,
  type BackupContent,
  type BackupVerdict,
} from './backup-check.ts';
export { checkBackupAside } from './backup-check-thread.ts';
export { feedSeries, type FeedOptions } from './series/feed.ts';
