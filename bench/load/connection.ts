// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from 'node:net';
import type { Histogram } from './histogram.ts';
import type { LoadClient, LoadOptions } from './options.ts';
import { connectPacket, type FrameRing } from './packets.ts';
import { PacketType, Scanner } from './scanner.ts';

/** What all connections of the generator share. */
export interface LoadShared {
  readonly options: LoadOptions;
  readonly ring: FrameRing;
  /** Every socket is read into this; what is in it is used up before the next read. */
  readonly readBuffer: Buffer;
  readonly latency: Histogram;
  /** Set while the measured window lasts. */
  measuring: boolean;
  stopping: boolean;
  sent: number;
  acknowledged: number;
  refused: number;
  broken: number;
  reads: number;
  writes: number;
}

/** One refill in so many is timed. */
const sampleEvery = 8;

/** One publishing connection: keeps its window full, half a window a write. */
export class LoadConnection {
  readonly #shared: LoadShared;
  readonly #socket: Socket;
  readonly #scanner: Scanner;
  readonly #refillAt: number;
  #position: number;
  #free = 0;
  #sent = 0;
  #done = 0;
  #counted = 0;
  #skip: number;
  #sampleTarget = 0;
  #sampleStart = 0;
  #releases: number[] = [];
  readonly connected: Promise<void>;

  constructor(shared: LoadShared, client: LoadClient, index: number) {
    this.#shared = shared;
    const { options, ring } = shared;
    this.#refillAt = Math.max(1, options.window >> 1);
    this.#position = (index * 37) % ring.frames;
    this.#skip = index % sampleEvery;
    const opened = Promise.withResolvers<void>();
    this.connected = opened.promise;
    this.#scanner = new Scanner({
      packet: (type, word, reason) => {
        if (type === PacketType.connack) {
          if ((word & 255) === 0) opened.resolve();
          else opened.reject(new Error(`CONNACK ${word & 255} for ${client.clientId}`));
        } else this.#packet(type, word, reason);
      },
    });
    const source = options.sources[index % options.sources.length];
    this.#socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      ...(source === undefined ? {} : { localAddress: source }),
      onread: { buffer: shared.readBuffer, callback: (size, chunk) => this.#read(size, chunk) },
    });
    this.#socket.on('error', (error) => opened.reject(error));
    this.#socket.on('close', () => {
      opened.reject(new Error(`closed before CONNACK: ${client.clientId}`));
      shared.broken++;
    });
    const { version, keepAliveSeconds } = options;
    this.#socket.write(connectPacket({ ...client, version, keepAliveSeconds }));
  }

  /** Fills the window. */
  start(): void {
    this.#send(this.#shared.options.window);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  /** Messages sent that are not yet acknowledged. */
  get inFlight(): number {
    return this.#sent - this.#done;
  }

  #read(size: number, chunk: Uint8Array): boolean {
    this.#shared.reads++;
    this.#scanner.scan(chunk, size);
    const acknowledged = this.#scanner.acknowledged - this.#counted;
    this.#counted += acknowledged;
    if (acknowledged > 0) this.#acknowledge(acknowledged);
    if (this.#releases.length > 0) this.#release();
    return true;
  }

  #acknowledge(count: number): void {
    const shared = this.#shared;
    this.#done += count;
    shared.acknowledged += count;
    if (this.#sampleTarget > 0 && this.#done >= this.#sampleTarget) {
      if (shared.measuring) shared.latency.record((performance.now() - this.#sampleStart) * 1_000);
      this.#sampleTarget = 0;
    }
    this.#free += count;
    if (this.#free < this.#refillAt || shared.stopping) return;
    const free = this.#free;
    this.#free = 0;
    this.#send(free);
  }

  #send(count: number): void {
    const { ring, options } = this.#shared;
    const from = this.#position;
    const next = from + count;
    if (options.qos > 0 && this.#sampleTarget === 0 && --this.#skip < 0) {
      this.#skip = sampleEvery - 1;
      this.#sampleTarget = this.#sent + 1 + (this.#position % count);
      this.#sampleStart = performance.now();
    }
    this.#position = next >= ring.frames ? next - ring.frames : next;
    this.#sent += count;
    this.#shared.sent += count;
    this.#shared.writes++;
    const taken = this.#socket.write(ring.bytes.subarray(ring.starts[from]!, ring.starts[next]!));
    if (options.qos === 0) this.#sentUnacknowledged(count, taken);
  }

  /** QoS 0 has no acknowledgement: the socket's back pressure sets the pace. */
  #sentUnacknowledged(count: number, taken: boolean): void {
    this.#done += count;
    this.#shared.acknowledged += count;
    if (this.#shared.stopping) return;
    const again = (): void => {
      if (!this.#shared.stopping) this.#send(this.#shared.options.window);
    };
    if (taken) setImmediate(again);
    else this.#socket.once('drain', again);
  }

  #packet(type: number, word: number, reason: number): void {
    if (type === PacketType.pubrec && reason < 0x80) this.#releases.push(word);
    else if (type === PacketType.pubcomp) this.#acknowledge(1);
    else if (type === PacketType.puback || type === PacketType.pubrec) {
      this.#shared.refused++;
      this.#shared.acknowledged--;
      this.#acknowledge(1);
    } else if (type === PacketType.disconnect) this.#shared.broken++;
  }

  #release(): void {
    const out = Buffer.allocUnsafe(this.#releases.length * 4);
    for (const [i, id] of this.#releases.entries()) out.writeUInt32BE((0x6202 << 16) | id, i * 4);
    this.#releases = [];
    this.#socket.write(out);
  }
}
