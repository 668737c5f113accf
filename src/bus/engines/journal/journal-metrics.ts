// SPDX-License-Identifier: Apache-2.0
import type { Counter, Gauge, Histogram, Metrics } from '#runtime';

const commitBounds = [0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** What the journal counts. */
export interface JournalMetrics {
  readonly records: Counter;
  readonly bytes: Counter;
  readonly commitSeconds: Histogram;
  readonly writeFailures: Counter;
  readonly syncFailures: Counter;
  readonly quarantinedBytes: Counter;
  readonly quarantineFull: Counter;
  readonly tornBytes: Counter;
  readonly damagedHeaders: Counter;
  readonly pendingFull: Counter;
  readonly retainBlockedBytes: Gauge;
}

export function journalMetrics(metrics: Metrics): JournalMetrics {
  const failures = 'failed operations that stopped the log';
  const hits = (limit: string): Counter =>
    metrics.counter('fengsui_limit_hits_total', 'times a limit was reached', { limit });
  return {
    records: metrics.counter('fengsui_log_appended_records_total', 'records made durable'),
    bytes: metrics.counter(
      'fengsui_log_appended_bytes_total',
      'bytes made durable, framing included',
    ),
    commitSeconds: metrics.histogram(
      'fengsui_log_commit_seconds',
      'one write and sync of all that had gathered',
      commitBounds,
    ),
    writeFailures: metrics.counter('fengsui_log_failures_total', failures, { operation: 'write' }),
    syncFailures: metrics.counter('fengsui_log_failures_total', failures, { operation: 'sync' }),
    quarantinedBytes: metrics.counter('fengsui_log_quarantined_bytes_total', 'damaged bytes found'),
    quarantineFull: hits('log.quarantineBytesMax'),
    tornBytes: metrics.counter(
      'fengsui_log_torn_bytes_total',
      'bytes of unfinished, never acknowledged writes cut off at start',
    ),
    damagedHeaders: metrics.counter(
      'fengsui_log_damaged_headers_total',
      'segments with one of two header copies damaged',
    ),
    pendingFull: hits('log.pendingBytesMax'),
    retainBlockedBytes: metrics.gauge(
      'fengsui_log_retain_blocked_bytes',
      'bytes beyond log.retainBytesMax that are kept for a slow reader',
    ),
  };
}
