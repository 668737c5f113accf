// SPDX-License-Identifier: Apache-2.0
import {
  assert,
  Days,
  FaultError,
  fault,
  Minutes,
  Seconds,
  type DurationMs,
  type Limits,
} from '#core';
import {
  limitHits,
  type Clock,
  type LimitHits,
  type Logger,
  type Metrics,
  type Timer,
} from '#runtime';
import {
  ChainCheck,
  pruneAct,
  type AuditEntry,
  type AuditHead,
  type AuditQuery,
  type AuditRow,
  type AuditStore,
  type AuditVerdict,
} from '#store';
import { rootTenant } from '../port.ts';
import { entryOf, type AuditAct, type Auditor } from './act.ts';
import { exportLines } from './export.ts';
import { Repeats } from './repeats.ts';

export interface AuditLogOptions {
  readonly store: AuditStore;
  readonly retentionMs: DurationMs;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits: Limits;
}

interface Waiting {
  readonly entry: AuditEntry;
  /** Undefined once the caller was told that it has failed. */
  waiter: PromiseWithResolvers<void> | undefined;
}

const batchMax = 1_000;
const pruneRows = 5_000;
/** Hashed at once: a few milliseconds. */
const verifyRows = 250;
const resumeEveryMs = Seconds(5);
/** A write that has not ended by then is taken as failed. */
const patienceMs = Seconds(10);

/**
 * The audit log. Everything that arrives while a write is under way goes into the next one, in one transaction. When a
 * write fails the log is `stopped`: acts must not be done until it has resumed by itself; what it still has to write is
 * kept, and written first.
 */
export class AuditLog implements Auditor, AsyncDisposable {
  readonly #options: AuditLogOptions;
  readonly #repeats: Repeats;
  readonly #hits: LimitHits;
  readonly #timers: Timer[] = [];
  readonly #queue: Waiting[] = [];
  #writing:
    | { readonly since: DurationMs; readonly after: AuditHead; readonly size: number }
    | undefined;
  #drained: Promise<void> = Promise.resolve();
  #stopped: Error | undefined;
  #resuming = false;
  #verifying: Promise<AuditVerdict> | undefined;
  #pruning: Promise<number> | undefined;

  constructor(options: AuditLogOptions) {
    const { limits, metrics } = options;
    this.#options = options;
    this.#hits = limitHits(metrics);
    this.#repeats = new Repeats(limits['audit.refusalsMax'], () =>
      this.#hits.hit('audit.refusalsMax'),
    );
    metrics.observed(
      'fengsui_audit_waiting',
      'acts not yet in the audit log',
      () => this.#queue.length,
    );
    const stopped = 'whether the audit log cannot be written';
    metrics.observed('fengsui_audit_stopped', stopped, () => (this.#stopped === undefined ? 0 : 1));
  }

  start(): void {
    const { clock } = this.#options;
    this.#timers.push(
      clock.every(Minutes(1), () => this.flush()),
      clock.every(Days(1), () => this.#pruneNow()),
      clock.every(resumeEveryMs, () => this.#watch()),
    );
    this.#pruneNow();
  }

  /** Why nothing can be recorded; undefined while all is well. */
  get stopped(): Error | undefined {
    return this.#stopped;
  }

  /** The newest durable entry. */
  get head(): AuditHead {
    return this.#options.store.head;
  }

  /** Faults when an act must not be begun, because it could not be recorded: `security.audit-stopped`, `common.limit`. */
  demand(): void {
    if (this.#stopped !== undefined) throw stoppedFault(this.#stopped);
    if (this.#queue.length >= this.#options.limits['audit.queueMax']) throw this.#full();
  }

  async record(act: AuditAct): Promise<void> {
    assert(act.act !== pruneAct, 'only the log itself prunes');
    const undone = act.result !== undefined && act.result !== 'done';
    if (undone && !this.#repeats.isNew(act)) return;
    await this.#add(act);
  }

  /** Records how often acts were repeated that are only counted. */
  flush(): void {
    for (const act of this.#repeats.take()) this.#add(act).catch(() => undefined);
  }

  /** The newest first. */
  list(query: AuditQuery): ReturnType<AuditStore['list']> {
    return this.#options.store.list(query);
  }

  /**
   * Follows the chain through the rows `from` to `to`, without bounds through all; the first fault that it finds. Rows
   * that are added meanwhile are not looked at.
   */
  verify(range: { readonly from?: number; readonly to?: number } = {}): Promise<AuditVerdict> {
    const { from, to } = range;
    if (from !== undefined || to !== undefined) return this.#verify(from ?? 1, to);
    this.#verifying ??= this.#verify(1, undefined).finally(() => {
      this.#verifying = undefined;
    });
    return this.#verifying;
  }

  /** Lines of NDJSON that `checkAuditExport` verifies without this server; of other tenants only their absence is seen. */
  export(query: Omit<AuditQuery, 'limit' | 'cursor'>): AsyncGenerator<string> {
    const { store, clock } = this.#options;
    return exportLines(store, query, clock.now());
  }

  /**
   * Takes away what is older than the retention. The log says so first, with the hash of the last row that goes, so that
   * the chain still verifies. Gives the number of rows that went.
   */
  prune(): Promise<number> {
    this.#pruning ??= this.#prune().finally(() => {
      this.#pruning = undefined;
    });
    return this.#pruning;
  }

  async #prune(): Promise<number> {
    const { store, clock, retentionMs } = this.#options;
    const last = await store.olderThan(clock.now() - retentionMs);
    if (last !== undefined) {
      const detail = { through: last.seq, hash: last.hash };
      await this.#add({ tenant: rootTenant, actor: { kind: 'system' }, act: pruneAct, detail });
    }
    let gone = 0;
    for (;;) {
      const some = await store.prune(pruneRows);
      gone += some;
      if (some === 0) return gone;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.flush();
    if (this.#stopped !== undefined) await this.resume();
    await this.#drained;
  }

  #add(act: AuditAct): Promise<void> {
    const { clock, limits } = this.#options;
    if (this.#queue.length >= limits['audit.queueMax']) return Promise.reject(this.#full());
    const entry = entryOf(act, clock.now(), limits['audit.detailBytesMax']);
    if (this.#stopped !== undefined) {
      this.#queue.push({ entry, waiter: undefined });
      return Promise.reject(stoppedFault(this.#stopped));
    }
    const waiter = Promise.withResolvers<void>();
    this.#queue.push({ entry, waiter });
    if (this.#writing === undefined) this.#drained = this.#drain();
    return waiter.promise;
  }

  #full(): FaultError {
    this.#hits.hit('audit.queueMax');
    return new FaultError(fault('common.limit', 'audit.queueMax'));
  }

  async #drain(): Promise<void> {
    const { store, clock, metrics } = this.#options;
    while (this.#queue.length > 0 && this.#stopped === undefined) {
      const batch = this.#queue.slice(0, batchMax);
      this.#writing = { since: clock.monotonic(), after: store.head, size: batch.length };
      try {
        await store.append(batch.map(({ entry }) => entry));
      } catch (error) {
        this.#stop(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      this.#queue.splice(0, batch.length);
      this.#writing = undefined;
      for (const { entry, waiter } of batch) {
        const labels = { result: entry.result };
        metrics.counter('fengsui_audit_entries_total', 'entries of the audit log', labels).inc();
        waiter?.resolve();
      }
    }
  }

  /** Entries stay in the queue; whoever waits for them is told that they are not durable. */
  #stop(error: Error): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    this.#options.logger.error(
      { err: error },
      'the audit log has stopped: the platform is read-only',
    );
    for (const waiting of this.#queue) {
      waiting.waiter?.reject(stoppedFault(error));
      waiting.waiter = undefined;
    }
  }

  #watch(): void {
    const since = this.#writing?.since;
    const late = since !== undefined && this.#options.clock.monotonic() - since > patienceMs;
    if (late) this.#stop(new Error('a write takes too long'));
    if (this.#stopped !== undefined && !this.#resuming) void this.resume();
  }

  /** Tries to write again; resolves to whether it goes on. Done every few seconds by itself. */
  async resume(): Promise<boolean> {
    if (this.#stopped === undefined || this.#resuming) return this.#stopped === undefined;
    const { store, logger } = this.#options;
    this.#resuming = true;
    try {
      await store.reopen();
      // A write is one transaction: all of what was under way when it failed has got there, or nothing.
      const writing = this.#writing;
      if (writing !== undefined && store.head.seq >= writing.after.seq + writing.size) {
        this.#queue.splice(0, writing.size);
      }
      this.#writing = undefined;
      const kept = this.#queue.slice();
      const detail = { kept: kept.length };
      const act = {
        tenant: rootTenant,
        actor: { kind: 'system' },
        act: 'audit.resume',
        detail,
      } as const;
      const { limits, clock } = this.#options;
      const note = entryOf(act, clock.now(), limits['audit.detailBytesMax']);
      await store.append([...kept.map(({ entry }) => entry), note]);
      this.#queue.splice(0, kept.length);
      this.#stopped = undefined;
      this.#drained = this.#drain();
      logger.info(detail, 'the audit log goes on');
      return true;
    } catch (error) {
      logger.debug({ err: error }, 'the audit log cannot be written yet');
      return false;
    } finally {
      this.#resuming = false;
    }
  }

  async #verify(from: number, to: number | undefined): Promise<AuditVerdict> {
    const { store } = this.#options;
    const { head } = store;
    const last = Math.min(to ?? head.seq, head.seq);
    const check = new ChainCheck(from === 1 && to === undefined);
    let next = from;
    while (next <= last && !check.broken) {
      const rows = await store.range(next, last, verifyRows);
      const end: AuditRow | undefined = rows.at(-1);
      if (end === undefined) break;
      for (const row of rows) check.take(row);
      next = end.seq + 1;
    }
    return check.end(last === head.seq ? head : undefined);
  }

  #pruneNow(): void {
    this.prune().catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'the audit log could not be pruned');
    });
  }
}

function stoppedFault(cause: Error): FaultError {
  return new FaultError(fault('security.audit-stopped', undefined, cause.message), { cause });
}
