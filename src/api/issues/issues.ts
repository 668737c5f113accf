// SPDX-License-Identifier: Apache-2.0
import { Seconds, type DurationMs, type TimeMs } from '#core';
import type { Clock, Logger, Timer } from '#runtime';
import { found, reasonOf, type Finding } from './finding.ts';
import { issueSpec, type IssueCode, type IssueSpec } from './table.ts';

/** One thing that is looked at again and again while the server runs. */
export interface IssueCheck {
  /** How often; at least every `checkMs`. */
  readonly everyMs: DurationMs;
  /** The code when the check itself fails. */
  readonly failing: IssueCode;
  readonly run: () => Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>;
}

export interface Issue extends IssueSpec {
  readonly code: IssueCode;
  readonly detail: string;
  /** When it was first seen without a break. */
  readonly since: TimeMs;
}

/** Shown at most five seconds after it has happened, checks that take their time included. */
const checkMs = Seconds(1);
/** What does not answer by then is not well. */
const patienceMs = Seconds(2);

interface Watched {
  readonly check: IssueCheck;
  findings: readonly Finding[];
  due: DurationMs;
  running: boolean;
}

const severities = ['error', 'warning', 'info'];

/** What is wrong with the running server, looked at all the time, so that a page only reads it. */
export class Issues implements Disposable {
  readonly #watched: readonly Watched[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #since = new Map<IssueCode, TimeMs>();
  #timer: Timer | undefined;

  constructor(options: {
    readonly checks: readonly IssueCheck[];
    readonly clock: Clock;
    readonly logger: Logger;
  }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#watched = options.checks.map((check) => {
      return { check, findings: [], due: 0, running: false };
    });
  }

  /** Looks at everything once, then goes on by itself. */
  async start(): Promise<void> {
    this.#timer = this.#clock.every(checkMs, () => void this.look());
    await this.look();
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  /** Runs the checks that are due; resolves when each has answered or its time is over. */
  async look(): Promise<void> {
    const now = this.#clock.monotonic();
    const due = this.#watched.filter((each) => !each.running && each.due <= now);
    await Promise.all(due.map((each) => this.#run(each, now)));
  }

  /** What is wrong now, the worst and the oldest first. */
  current(): readonly Issue[] {
    const details = Map.groupBy(
      this.#watched.flatMap(({ findings }) => findings),
      ({ code }) => code,
    );
    return [...this.#since]
      .map(([code, since]) => {
        const detail = (details.get(code) ?? []).map((each) => each.detail).join('; ');
        return { code, since, detail, ...issueSpec(code) };
      })
      .toSorted(
        (a, b) =>
          severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.since - b.since,
      );
  }

  async #run(each: Watched, now: DurationMs): Promise<void> {
    each.running = true;
    each.due = now + each.check.everyMs;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(patienceMs, () => {
      this.#set(each, [found(each.check.failing, `no answer in ${patienceMs} ms`)]);
      resolve();
    });
    const answer = this.#answer(each).finally(() => {
      timer.cancel();
      each.running = false;
    });
    await Promise.race([answer, late]);
  }

  /** An answer that comes too late counts from then on. */
  async #answer(each: Watched): Promise<void> {
    try {
      const answer = await each.check.run();
      this.#set(each, isList(answer) ? answer : [answer]);
    } catch (error) {
      this.#set(each, [found(each.check.failing, reasonOf(error))]);
    }
  }

  #set(each: Watched, findings: readonly Finding[]): void {
    each.findings = findings.filter(({ code }) => code !== undefined);
    const codes = new Set(
      this.#watched.flatMap((one) => one.findings.flatMap(({ code }) => code ?? [])),
    );
    for (const code of this.#since.keys()) {
      if (codes.has(code)) continue;
      this.#since.delete(code);
      this.#logger.info({ issue: code }, 'an issue is over');
    }
    for (const code of codes) {
      if (this.#since.has(code)) continue;
      this.#since.set(code, this.#clock.now());
      const line = { issue: code, details: findings.map(({ detail }) => detail) };
      if (issueSpec(code).severity === 'error') this.#logger.warn(line, 'an issue has come up');
      else this.#logger.debug(line, 'an issue has come up');
    }
  }
}

function isList(answer: Finding | readonly Finding[]): answer is readonly Finding[] {
  return Array.isArray(answer);
}
