// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import type { Transport, TransportHandler } from './transport.ts';

/** Unsent bytes at which pings are not answered. */
const pongBytesMax = 65_536;

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
  #frames = 0;
  /** Counts what a stranger sends: the parser would hold a frame of any permitted size. */
  readonly #bound: () => void;

  /** `strangerBytesMax`: bytes read from a client before it is let in. */
  // oxlint-disable-next-line max-params -- what a WebSocket is made of, and what it may
  constructor(webSocket: WebSocket, socket: Socket, source: string, strangerBytesMax: number) {
    const most = socket.bytesRead + strangerBytesMax;
    this.#bound = () => {
      if (socket.bytesRead <= most) return;
      const detail = `more than ${strangerBytesMax} bytes`;
      this.#handler?.broken({ step: 'connect', code: 'access.too-large', detail });
      webSocket.terminate();
    };
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.source = source;
  }

  get bufferedBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  get frames(): number {
    return this.#frames;
  }

  admitted(): void {
    this.#socket.off('data', this.#bound);
  }

  start(handler: TransportHandler): void {
    this.#handler = handler;
    this.#socket.on('data', this.#bound);
    const webSocket = this.#webSocket;
    webSocket.on('message', (data, isBinary) => this.#message(data, isBinary));
    webSocket.on('error', (error) => {
      handler.broken({ step: 'decode', code: 'access.malformed', detail: error.message });
      webSocket.terminate();
    });
    webSocket.on('ping', (data) => this.#ping(data));
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

  /** A client that does not read the answers to its pings does not get any more of them. */
  #ping(data: Buffer): void {
    this.#frames++;
    if (this.#webSocket.bufferedAmount < pongBytesMax) this.#webSocket.pong(data);
  }

  #message(data: RawData, isBinary: boolean): void {
    this.#frames++;
    if (!isBinary) {
      const detail = '[MQTT-6.0.0-1] a text frame';
      this.#handler?.broken({ step: 'decode', code: 'access.protocol-error', detail });
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
