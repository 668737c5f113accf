// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import { plainAddress } from './source.ts';
import type { Transport, TransportHandler } from './transport.ts';

/** The binary frames of a WebSocket as one byte stream, MQTT § 6: packets may span frames and share them. */
export class WebSocketTransport implements Transport {
  readonly kind = 'ws';
  readonly source: string;
  readonly certificate: string | undefined = undefined;
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  /** Frames that were already parsed when reading was paused. */
  #backlog: Buffer[] = [];
  #handler: TransportHandler | undefined;
  #paused = false;

  constructor(webSocket: WebSocket, socket: Socket) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.source = plainAddress(socket.remoteAddress);
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    const webSocket = this.#webSocket;
    webSocket.on('message', (data, isBinary) => this.#message(data, isBinary));
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('close', () => handler.closed());
    this.#socket.on('drain', () => handler.drained());
  }

  write(bytes: Buffer): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.send(bytes);
  }

  pause(): void {
    this.#paused = true;
    this.#webSocket.pause();
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused) {
      const chunk = this.#backlog.shift();
      if (!chunk) break;
      this.#handler?.data(chunk);
    }
    if (!this.#paused) this.#webSocket.resume();
  }

  end(): void {
    this.#webSocket.removeAllListeners('message');
    this.#webSocket.resume();
    this.#webSocket.close(1000);
  }

  destroy(): void {
    this.#webSocket.terminate();
  }

  #message(data: RawData, isBinary: boolean): void {
    if (!isBinary) {
      // [MQTT-6.0.0-1]
      this.#webSocket.close(1003);
      return;
    }
    const chunk = Array.isArray(data)
      ? Buffer.concat(data)
      : Buffer.isBuffer(data)
        ? data
        : Buffer.from(data);
    if (this.#paused) this.#backlog.push(chunk);
    else this.#handler?.data(chunk);
  }
}
