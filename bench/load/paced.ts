// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '#core';
import { Histogram } from './histogram.ts';
import type { LoadClient } from './options.ts';
import { connectPacket, frameRing, type FrameRing } from './packets.ts';
import { PacketType, Scanner } from './scanner.ts';

/** Clients that publish now and then, as most devices do. */
export interface PacedOptions {
  readonly host: string;
  readonly port: number;
  readonly clients: readonly LoadClient[];
  readonly sources: readonly string[];
  readonly connecting: number;
  readonly topic: string;
  readonly payload: string;
  /** From one publish of a client to its next; the clients are spread over it evenly. */
  readonly everyMs: number;
  readonly drainMs: number;
}

export const pacedDefaults: PacedOptions = {
  host: '127.0.0.1',
  port: 1883,
  clients: [],
  sources: [],
  connecting: 64,
  topic: 'things/me/properties',
  payload: '{"temperature":%t,"humidity":%h}',
  everyMs: 5_000,
  drainMs: 10_000,
};

/** Of the publishes that began in the measured window. */
export interface PacedReport {
  readonly sent: number;
  readonly acknowledged: number;
  readonly broken: number;
  readonly ackMs: {
    readonly p50: number;
    readonly p90: number;
    readonly p99: number;
    readonly max: number;
  };
}

/** What one measurement counts. */
interface Window {
  readonly latency: Histogram;
  sent: number;
  acknowledged: number;
}

/** One client with at most one QoS 1 publish under way. */
class PacedClient {
  readonly connected: Promise<void>;
  readonly #socket: Socket;
  readonly #scanner: Scanner;
  #acknowledged = 0;
  #window: Window | undefined;
  #sentAt = 0;
  broken = false;

  constructor(options: PacedOptions, client: LoadClient, index: number, readBuffer: Buffer) {
    const opened = Promise.withResolvers<void>();
    this.connected = opened.promise;
    this.#scanner = new Scanner({
      packet: (type, word) => {
        if (type !== PacketType.connack) this.broken = true;
        else if ((word & 255) === 0) opened.resolve();
        else opened.reject(new Error(`CONNACK ${word & 255} for ${client.clientId}`));
      },
    });
    const source = options.sources[index % options.sources.length];
    this.#socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      ...(source === undefined ? {} : { localAddress: source }),
      onread: { buffer: readBuffer, callback: (size, chunk) => this.#read(size, chunk) },
    });
    this.#socket.on('error', (error) => opened.reject(error));
    this.#socket.on('close', () => {
      opened.reject(new Error(`closed before CONNACK: ${client.clientId}`));
      this.broken = true;
    });
    this.#socket.write(connectPacket({ ...client, version: 4, keepAliveSeconds: 0 }));
  }

  /** Publishes the next message; nothing while the last one is not acknowledged. */
  publish(window: Window, frame: Buffer): void {
    if (this.#window !== undefined || this.broken) return;
    this.#window = window;
    window.sent++;
    this.#sentAt = performance.now();
    this.#socket.write(frame);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #read(size: number, chunk: Uint8Array): boolean {
    this.#scanner.scan(chunk, size);
    const window = this.#window;
    if (this.#scanner.acknowledged === this.#acknowledged || window === undefined) return true;
    this.#acknowledged = this.#scanner.acknowledged;
    this.#window = undefined;
    window.acknowledged++;
    window.latency.record((performance.now() - this.#sentAt) * 1_000);
    return true;
  }
}

/** Many clients that publish seldom; how long each waits for its acknowledgement. */
export class PacedLoad {
  readonly #options: PacedOptions;
  readonly #ring: FrameRing;
  readonly #clients: PacedClient[] = [];
  #window = newWindow();
  #stopped = false;

  constructor(options: PacedOptions) {
    this.#options = options;
    this.#ring = frameRing({ ...options, version: 4, qos: 1 }, 1, new SeededRandom(2));
  }

  /** Opens all connections, a few at a time, and begins to publish. */
  async start(): Promise<void> {
    const { clients, connecting } = this.#options;
    const readBuffer = Buffer.alloc(65_536);
    let next = 0;
    const open = async (): Promise<void> => {
      while (next < clients.length) {
        const index = next++;
        const client = clients[index];
        if (client === undefined) return;
        const opened = new PacedClient(this.#options, client, index, readBuffer);
        this.#clients.push(opened);
        await opened.connected;
      }
    };
    await Promise.all(Array.from({ length: connecting }, open));
    void this.#publish();
  }

  /** Measures for a while; the acknowledgements of what was sent in it are waited for. */
  async measure(durationMs: number): Promise<PacedReport> {
    const window = newWindow();
    this.#window = window;
    await sleep(durationMs);
    this.#window = newWindow();
    const end = performance.now() + this.#options.drainMs;
    while (window.acknowledged < window.sent && performance.now() < end) await sleep(5);
    const { latency, sent, acknowledged } = window;
    const ms = (share: number): number => latency.quantile(share) / 1_000;
    const ackMs = { p50: ms(0.5), p90: ms(0.9), p99: ms(0.99), max: latency.max / 1_000 };
    const broken = this.#clients.filter((client) => client.broken).length;
    return { sent, acknowledged, broken, ackMs };
  }

  close(): void {
    this.#stopped = true;
    for (const client of this.#clients) client.close();
  }

  /** Goes round the clients at an even pace. */
  async #publish(): Promise<void> {
    const { bytes, starts, frames } = this.#ring;
    const perMs = this.#clients.length / this.#options.everyMs;
    const start = performance.now();
    let published = 0;
    while (!this.#stopped) {
      const due = Math.floor((performance.now() - start) * perMs);
      for (; published < due; published++) {
        const frame = published % frames;
        const client = this.#clients[published % this.#clients.length];
        client?.publish(this.#window, bytes.subarray(starts[frame], starts[frame + 1]));
      }
      await sleep(1);
    }
  }
}

function newWindow(): Window {
  return { latency: new Histogram(), sent: 0, acknowledged: 0 };
}
