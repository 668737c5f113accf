// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';
import { readUsage } from '../../tools/support/proc.ts';
import { LoadConnection, type LoadShared } from './connection.ts';
import { Histogram } from './histogram.ts';
import type { LoadOptions, LoadReport } from './options.ts';
import { frameRing } from './packets.ts';

/** Opens the connections, publishes for the asked time, and waits until everything sent is acknowledged. */
export class LoadGenerator {
  readonly #options: LoadOptions;
  readonly #shared: LoadShared;
  #connections: LoadConnection[] = [];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#shared = {
      options,
      ring: frameRing(options, options.window),
      readBuffer: Buffer.alloc(65_536),
      latency: new Histogram(),
      measuring: false,
      stopping: false,
      sent: 0,
      acknowledged: 0,
      refused: 0,
      broken: 0,
      reads: 0,
      writes: 0,
    };
  }

  /** Opens all connections, a few at a time; rejects when one is refused. */
  async connect(): Promise<void> {
    const { clients, connecting } = this.#options;
    let next = 0;
    const open = async (): Promise<void> => {
      while (next < clients.length) {
        const index = next++;
        const client = clients[index];
        if (client === undefined) return;
        const connection = new LoadConnection(this.#shared, client, index);
        this.#connections.push(connection);
        await connection.connected;
      }
    };
    await Promise.all(Array.from({ length: connecting }, open));
  }

  /** Publishes: warm-up, measured window, drain. */
  async run(): Promise<LoadReport> {
    const shared = this.#shared;
    const { warmUpMs, durationMs, serverPid } = this.#options;
    const connected = readUsage(serverPid);
    for (const connection of this.#connections) connection.start();
    await sleep(warmUpMs);
    const before = this.#mark();
    shared.measuring = true;
    await sleep(durationMs);
    shared.measuring = false;
    const after = this.#mark();
    shared.stopping = true;
    await this.#drain();
    const seconds = (after.time - before.time) / 1_000;
    const messages = after.acknowledged - before.acknowledged;
    const loop = performance.eventLoopUtilization(after.loop, before.loop);
    return {
      connections: this.#connections.length,
      window: this.#options.window,
      sent: shared.sent,
      acknowledged: shared.acknowledged,
      refused: shared.refused,
      broken: shared.broken,
      seconds,
      messagesPerSecond: messages / seconds,
      ackMs: {
        p50: shared.latency.quantile(0.5) / 1_000,
        p99: shared.latency.quantile(0.99) / 1_000,
        max: shared.latency.max / 1_000,
      },
      samples: shared.latency.count,
      generator: {
        idleShare: 1 - loop.utilization,
        processors: (after.cpuMicros - before.cpuMicros) / 1e6 / seconds,
        messagesPerRead: messages / Math.max(1, after.reads - before.reads),
        messagesPerWrite: messages / Math.max(1, after.writes - before.writes),
      },
      server: {
        cpuSecondsConnected: connected.cpuSeconds,
        cpuSeconds: after.server.cpuSeconds - before.server.cpuSeconds,
        rssBytes: after.server.rssBytes,
      },
    };
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
    this.#connections = [];
  }

  #mark() {
    const cpu = process.cpuUsage();
    return {
      time: performance.now(),
      acknowledged: this.#shared.acknowledged,
      reads: this.#shared.reads,
      writes: this.#shared.writes,
      cpuMicros: cpu.user + cpu.system,
      loop: performance.eventLoopUtilization(),
      server: readUsage(this.#options.serverPid),
    };
  }

  async #drain(): Promise<void> {
    const end = performance.now() + this.#options.drainMs;
    while (performance.now() < end) {
      if (this.#connections.every((connection) => connection.inFlight === 0)) return;
      await sleep(20);
    }
  }
}
