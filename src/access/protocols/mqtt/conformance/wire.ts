// SPDX-License-Identifier: Apache-2.0
import { connect, type Socket } from 'node:net';
import type { Target } from './target.ts';

/** How long a suite waits for something that must come. */
export const patienceMs = 3_000;

/** A TCP connection that is read on demand: bytes gather, waiters are told. Nothing here knows MQTT. */
export class Wire {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('end', end).on('close', end).on('error', end);
  }

  /** Opens a connection to the server under test. */
  static open({ host, port }: Target): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Wire(socket));
      });
    });
  }

  /** Bytes that came and were not taken. */
  get pending(): Buffer {
    return this.#received;
  }

  /** Whether the server has closed. */
  get ended(): boolean {
    return this.#ended;
  }

  send(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Takes bytes from the front of what is pending. */
  take(count: number): Buffer {
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return taken;
  }

  /** Waits until the condition holds; false when the time is over or the connection and its bytes are at their end. */
  async until(condition: () => boolean, ms = patienceMs): Promise<boolean> {
    const timeout = AbortSignal.timeout(ms);
    const over = Promise.withResolvers<void>();
    timeout.addEventListener('abort', () => over.resolve(), { once: true });
    while (!condition()) {
      if (timeout.aborted || this.#ended) return condition();
      const changed = Promise.withResolvers<void>();
      this.#wake = changed.resolve;
      await Promise.race([changed.promise, over.promise]);
    }
    return true;
  }

  /** Whether the server closes; bytes that come before stay pending. */
  closed(ms = patienceMs): Promise<boolean> {
    return this.until(() => this.#ended, ms);
  }

  /** Ends without a word, as a network that failed. */
  drop(): void {
    this.#socket.resetAndDestroy();
  }

  /** Sends the end of the stream, as a client that is done. */
  end(): void {
    this.#socket.end();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
