// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '#core';
import { ApiClient } from '../support/api.ts';
import { benchSettings, launchServer, startServer, type RunningServer } from '../support/server.ts';
import { HttpPublisher } from './http-publisher.ts';
import { noFindings, sumFindings, ThingJournal, type Findings } from './journal.ts';
import { MqttPublisher } from './mqtt-publisher.ts';
import { loseTail } from './plant.ts';
import type { Publisher } from './publisher.ts';
import { verifyPublisher } from './verify.ts';

export interface CrashOptions {
  readonly runs: number;
  readonly seed: number;
  /** Cycles between two checks; the last check is over everything. */
  readonly checkEvery: number;
  /** `lose-last` truncates the log before some restarts: the harness must report loss. */
  readonly plant?: 'lose-last' | undefined;
  readonly note: (text: string) => void;
}

export interface CrashReport extends Findings {
  readonly runs: number;
  readonly seed: number;
  readonly sent: number;
  readonly acknowledgedMqtt1: number;
  readonly acknowledgedMqtt2: number;
  readonly acknowledgedHttp: number;
  /** Second copies of QoS 2 messages: exactly once allows none. */
  readonly duplicatesQos2: number;
  readonly sessionsLost: number;
  readonly refused: number;
  /** Kills before the server was ready. */
  readonly killedInRecovery: number;
  /** Starts that did not get ready although nobody killed them. */
  readonly failedStarts: number;
  readonly plantedBytes: number;
  readonly recoveryMs: readonly number[];
}

const crashModel = {
  '@context': ['https://www.w3.org/2022/wot/td/v1.1'],
  '@type': 'tm:ThingModel',
  id: 'urn:fengsui:crash:device',
  title: 'Crash device',
  version: { model: '1.0.0' },
  properties: { n: { type: 'integer' }, s: { type: 'string' } },
};

const hour = 3_600_000;
/** Per thing: how it publishes, and how late its readings are. */
const fleet = [
  { qos: 1, behindMs: 0 },
  { qos: 1, behindMs: 0 },
  { qos: 1, behindMs: 30 * hour },
  { qos: 1, behindMs: 100 * hour },
  { qos: 2, behindMs: 0 },
  { qos: 2, behindMs: 30 * hour },
  { qos: 0, behindMs: 0 },
  { qos: 0, behindMs: 30 * hour },
] as const;

/** Kills the server again and again under load and compares what it acknowledged with what it has. */
export async function runCrash(options: CrashOptions): Promise<CrashReport> {
  const data = await mkdtemp(join(tmpdir(), 'fengsui-crash-'));
  const cycle = new CrashCycles(options, data);
  try {
    return await cycle.run();
  } finally {
    await cycle[Symbol.asyncDispose]();
    await rm(data, { recursive: true, force: true });
  }
}

class CrashCycles {
  readonly #options: CrashOptions;
  readonly #data: string;
  readonly #random: SeededRandom;
  readonly #recoveryMs: number[] = [];
  #publishers: Publisher[] = [];
  #server: RunningServer | undefined;
  #killedInRecovery = 0;
  #failedStarts = 0;
  #plantedBytes = 0;
  /** Messages of each publisher that an earlier check has seen. */
  #checked: number[] = [];

  constructor(options: CrashOptions, data: string) {
    this.#options = options;
    this.#data = data;
    this.#random = new SeededRandom(options.seed);
  }

  async run(): Promise<CrashReport> {
    const { runs, checkEvery, note } = this.#options;
    await this.#prepare();
    for (let run = 0; run < runs; run++) {
      if (await this.#killedWhileStarting()) continue;
      const server = await this.#start();
      if (run > 0 && run % checkEvery === 0) await this.#check(server, run);
      for (const publisher of this.#publishers) publisher.start(server, 'publish');
      await sleep(50 + this.#random.int(1_450));
      await this.#kill(server);
      if (this.#options.plant === 'lose-last') this.#plantedBytes += await loseTail(this.#data);
    }
    const server = await this.#start();
    await this.#settle(server);
    note(`last check, over all ${this.#publishers.length} things`);
    const findings = await this.#verify(server, () => 0);
    return this.#report(findings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const publisher of this.#publishers) publisher.stop();
    await this.#server?.kill();
  }

  async #prepare(): Promise<void> {
    const server = await this.#launch().ready;
    this.#server = server;
    const api = new ApiClient(server.http, server.adminToken);
    const model = await api.createModel(crashModel);
    const things = await api.createThings(model, fleet.length, 'crash');
    this.#publishers = fleet.map(({ qos, behindMs }, i) => {
      const thing = things[i];
      if (thing === undefined) throw new Error('too few things');
      const journal = new ThingJournal(behindMs);
      const random = new SeededRandom(this.#random.uint32());
      return qos === 0
        ? new HttpPublisher(thing, journal, random)
        : new MqttPublisher(thing, journal, qos, random);
    });
    this.#checked = fleet.map(() => 0);
    await this.#kill(server);
  }

  #launch() {
    return launchServer({ data: this.#data, settings: benchSettings, stderr: 'ignore' });
  }

  /** One start in ten is killed at a random moment of its recovery. */
  async #killedWhileStarting(): Promise<boolean> {
    if (this.#random.next() >= 0.1) return false;
    const launched = this.#launch();
    launched.ready.catch(() => {});
    await sleep(this.#random.int(600));
    await launched.kill();
    this.#killedInRecovery++;
    return true;
  }

  async #start(): Promise<RunningServer> {
    for (let attempt = 0; ; attempt++) {
      try {
        const server = await startServer({
          data: this.#data,
          settings: benchSettings,
          stderr: attempt === 0 ? 'ignore' : 'inherit',
        });
        this.#recoveryMs.push(server.readyMs);
        this.#server = server;
        return server;
      } catch (error) {
        this.#failedStarts++;
        if (attempt === 2) throw error;
      }
    }
  }

  async #kill(server: RunningServer): Promise<void> {
    await server.kill();
    this.#server = undefined;
    for (const publisher of this.#publishers) publisher.stop();
  }

  /** Devices finish what is open: messages sent before the last crash are repeated and answered. */
  async #settle(server: RunningServer): Promise<void> {
    for (const publisher of this.#publishers) publisher.start(server, 'settle');
    const end = performance.now() + 10_000;
    while (performance.now() < end && this.#publishers.some((publisher) => !publisher.settled)) {
      await sleep(20);
    }
    for (const publisher of this.#publishers) publisher.stop();
  }

  async #check(server: RunningServer, run: number): Promise<void> {
    const found = sumFindings(await this.#verify(server, (i) => this.#checked[i] ?? 0));
    this.#checked = this.#publishers.map((publisher) => publisher.journal.sent);
    const { acknowledged, lost, phantoms, halves } = found;
    this.#options.note(
      `after ${run} kills: ${acknowledged} acknowledged since the last check, ${lost} lost, ` +
        `${phantoms} never sent, ${halves} halves`,
    );
  }

  #verify(server: RunningServer, from: (publisher: number) => number): Promise<Findings[]> {
    const api = new ApiClient(server.http, server.adminToken);
    const patienceMs = this.#options.plant === undefined ? 30_000 : 3_000;
    return Promise.all(
      this.#publishers.map((p, i) => verifyPublisher(api, p, from(i), patienceMs)),
    );
  }

  #report(findings: readonly Findings[]): CrashReport {
    const of = (qos: number): Findings =>
      sumFindings(findings.map((f, i) => (this.#publishers[i]?.qos === qos ? f : noFindings)));
    const total = (pick: (publisher: Publisher) => number): number =>
      this.#publishers.reduce((sum, publisher) => sum + pick(publisher), 0);
    return {
      ...sumFindings(findings),
      runs: this.#options.runs,
      seed: this.#options.seed,
      sent: total((p) => p.journal.sent),
      acknowledgedMqtt1: of(1).acknowledged,
      acknowledgedMqtt2: of(2).acknowledged,
      acknowledgedHttp: of(0).acknowledged,
      duplicatesQos2: of(2).duplicates,
      sessionsLost: total((p) => p.sessionsLost),
      refused: total((p) => p.refused),
      killedInRecovery: this.#killedInRecovery,
      failedStarts: this.#failedStarts,
      plantedBytes: this.#plantedBytes,
      recoveryMs: this.#recoveryMs,
    };
  }
}

/** Whether the promise was kept. Refusals and repeated QoS 1 messages are allowed, the rest is not. */
export function isClean(report: CrashReport): boolean {
  const { lost, phantoms, halves, duplicatesQos2, failedStarts } = report;
  return lost + phantoms + halves + duplicatesQos2 + failedStarts === 0 && report.acknowledged > 0;
}
