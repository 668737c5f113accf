// SPDX-License-Identifier: Apache-2.0
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { plainAddress } from '#core';
import type { SignedCertificate } from '#security';
import type { ShownCertificate } from './shown-certificate.ts';
import type { Transport, TransportHandler } from './transport.ts';

/** A TCP or TLS socket as a transport. */
export class SocketTransport implements Transport {
  readonly kind: 'tcp' | 'tls';
  readonly source: string;
  readonly certificate: string | undefined;
  readonly signed: SignedCertificate | undefined;
  readonly certificateFault: string | undefined;
  readonly #socket: Socket;

  constructor(socket: Socket, shown?: ShownCertificate) {
    this.#socket = socket;
    this.kind = socket instanceof TLSSocket ? 'tls' : 'tcp';
    this.source = plainAddress(socket.remoteAddress);
    this.certificate = shown?.fault === undefined ? shown?.fingerprint : undefined;
    this.signed = shown?.signed;
    this.certificateFault = shown?.fault;
    socket.setNoDelay(true);
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength;
  }

  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength;
  }

  get frames(): number {
    return 0;
  }

  admitted(): void {}

  start(handler: TransportHandler): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => handler.data(chunk));
    socket.on('drain', () => handler.drained());
    // What went wrong does not matter to the protocol: 'close' follows.
    socket.on('error', ignore);
    // The listener allows half-open sockets, so that what was sent before FIN is still answered.
    socket.on('end', () => socket.end());
    socket.on('close', () => handler.closed());
  }

  write(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    // Reading goes on, discarding, so that unread input does not turn the close into a reset that eats our last packet.
    this.#socket.removeAllListeners('data');
    this.#socket.resume();
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function ignore(): void {}
