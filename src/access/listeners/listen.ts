// SPDX-License-Identifier: Apache-2.0
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { FaultError, fault, forwardedSource, plainAddress, type AddressRanges } from '#core';
import type { DiagnosisNote } from '../diagnosis/diagnosis.ts';
import { WebSocketServer } from 'ws';
import { shownCertificate, type SignerOf } from './shown-certificate.ts';
import { SocketTransport } from './socket-transport.ts';
import type { Transport } from './transport.ts';
import { WebSocketTransport } from './websocket-transport.ts';

/** Who is asked and told about new connections. */
export interface Acceptor {
  /** Whether to go on with a connection from this address; false closes it at once. */
  admit(address: string, transport: Transport['kind']): boolean;
  /** A handshake has begun; the result is called when it is over, one way or the other. */
  handshake(under: Handshake): () => void;
  accepted(transport: Transport): void;
  /** A connection that broke before it was one: TLS, HTTP upgrade. */
  refused(refusal: BrokenHandshake): void;
}

/** A connection that is not one yet. */
export interface Handshake {
  readonly source: string;
  readonly kind: Transport['kind'];
  destroy(): void;
}

export type BrokenHandshake = Pick<
  DiagnosisNote,
  'transport' | 'source' | 'step' | 'code' | 'at' | 'detail'
>;

/** An open listener. */
export interface Listener extends AsyncDisposable {
  /** As it can be connected to, port 0 resolved: `[::]:1883`. */
  readonly address: string;
}

export interface TlsSettings {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly passphrase?: string | undefined;
  readonly ca?: string | Buffer | undefined;
  readonly clientCertificate: 'none' | 'optional' | 'required';
  /** Authorities in use, asked about certificates at each handshake. */
  readonly signerOf?: SignerOf | undefined;
  readonly handshakeMsMax: number;
}

/** Listens for TCP; `[::]` takes IPv4 and IPv6. Rejects with the system's error when the address cannot be had. */
export async function listenTcp(address: string, acceptor: Acceptor): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (admitted(socket, acceptor, 'tcp')) acceptor.accepted(new SocketTransport(socket));
  });
  return open(server, address);
}

/**
 * Listens for TLS 1.2 and 1.3. A client certificate counts only when one of the authorities signed it: those of `ca`,
 * which TLS checks, or those in use, which `signerOf` checks.
 */
export async function listenTls(
  address: string,
  settings: TlsSettings,
  acceptor: Acceptor,
): Promise<Listener> {
  const { cert, key, passphrase, ca, clientCertificate, signerOf, handshakeMsMax } = settings;
  const options: TlsOptions = {
    cert,
    key,
    minVersion: 'TLSv1.2',
    requestCert: clientCertificate !== 'none',
    // Whether a certificate that is required is good enough is seen when both have been asked.
    rejectUnauthorized: false,
    handshakeTimeout: handshakeMsMax,
    allowHalfOpen: true,
    ...(passphrase === undefined ? {} : { passphrase }),
    // Without a file nobody is trusted here, and not the authorities of the web.
    ca: ca ?? [],
  };
  const under = new Handshakes(acceptor);
  const server = createTlsServer(options, (socket) => {
    const shown = shownCertificate(socket, signerOf);
    const fault = shown === undefined ? 'no certificate' : shown.fault;
    if (clientCertificate === 'required' && fault !== undefined) {
      acceptor.refused(tlsRefusal(socket, fault));
      socket.destroy();
      return;
    }
    under.over(socket);
    acceptor.accepted(new SocketTransport(socket, shown));
  });
  server.on('connection', (socket: Socket) => {
    if (admitted(socket, acceptor, 'tls')) under.begin(socket, 'tls');
  });
  server.on('tlsClientError', (error, socket) => {
    if (under.over(socket)) acceptor.refused(tlsRefusal(socket, reasonOf(error), codeOf(error)));
    socket.destroy();
  });
  return open(server, address);
}

export interface WebSocketSettings {
  readonly frameBytesMax: number;
  /** Bytes read from a client before it is let in. */
  readonly strangerBytesMax: number;
  /** Proxies whose X-Forwarded-For is believed. */
  readonly trusted: AddressRanges;
}

/** The WebSocket side of a listener: takes upgrades with the subprotocol `mqtt`, [MQTT-6.0.0-3]. */
export class WebSocketUpgrades {
  readonly #server: WebSocketServer;
  readonly #acceptor: Acceptor;
  readonly #trusted: AddressRanges;
  readonly #strangerBytesMax: number;
  readonly #under: Handshakes;

  constructor(acceptor: Acceptor, settings: WebSocketSettings) {
    const { frameBytesMax, strangerBytesMax, trusted } = settings;
    this.#acceptor = acceptor;
    this.#strangerBytesMax = strangerBytesMax;
    this.#under = new Handshakes(acceptor);
    this.#trusted = trusted;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      autoPong: false,
      maxPayload: frameBytesMax,
      handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
    });
    this.#server.on('wsClientError', (error, socket, request) => {
      this.#refuse(this.#sourceOf(request), 'access.websocket-handshake', error.message);
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
  }

  /** A connection that can only become a WebSocket: a stranger from the beginning. */
  begin(socket: Socket): void {
    this.#under.begin(socket, 'ws');
  }

  /** Takes over the socket of an upgrade request of an HTTP server. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const source = this.#sourceOf(request);
    this.#under.over(socket);
    if (!admitted(socket, this.#acceptor, 'ws', source)) return;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',');
    if (!offered.some((protocol) => protocol.trim() === 'mqtt')) {
      this.#refuse(source, 'access.websocket-subprotocol', '[MQTT-6.0.0-3]');
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      return;
    }
    socket.setNoDelay(true);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#acceptor.accepted(
        new WebSocketTransport(webSocket, socket, source, this.#strangerBytesMax),
      );
    });
  }

  /** A request that asks for no upgrade. */
  plain(request: IncomingMessage): void {
    const detail = `${request.method ?? ''} without Upgrade`;
    this.#refuse(this.#sourceOf(request), 'access.websocket-handshake', detail);
  }

  #sourceOf({ socket, headers }: IncomingMessage): string {
    return forwardedSource(socket.remoteAddress, headers['x-forwarded-for'], this.#trusted);
  }

  #refuse(source: string, code: BrokenHandshake['code'], detail: string): void {
    this.#acceptor.refused({ transport: 'ws', source, step: 'accept', code, detail });
  }
}

/** Listens for WebSockets on a port of their own, any path. */
export async function listenWebSocket(
  address: string,
  upgrades: WebSocketUpgrades,
): Promise<Listener> {
  const server = createHttpServer((request, response) => {
    upgrades.plain(request);
    response.writeHead(426, { upgrade: 'websocket' }).end();
  });
  server.headersTimeout = 10_000;
  server.on('connection', (socket: Socket) => upgrades.begin(socket));
  server.on('upgrade', (request, socket: Socket, head) => upgrades.upgrade(request, socket, head));
  return open(server, address);
}

function admitted(
  socket: Socket,
  acceptor: Acceptor,
  kind: Transport['kind'],
  source = plainAddress(socket.remoteAddress),
): boolean {
  socket.on('error', () => {});
  if (acceptor.admit(source, kind)) return true;
  socket.destroy();
  return false;
}

/** Handshakes of TLS and WebSockets under way. The socket of a secure connection is another object: both have the same remote port. */
class Handshakes {
  readonly #acceptor: Acceptor;
  readonly #under = new Map<string, () => void>();

  constructor(acceptor: Acceptor) {
    this.#acceptor = acceptor;
  }

  begin(socket: Socket, kind: Transport['kind']): void {
    const key = peerOf(socket);
    const source = plainAddress(socket.remoteAddress);
    const destroy = (): void => {
      // Whoever throws it out has said so.
      this.#under.delete(key);
      socket.destroy();
    };
    const done = this.#acceptor.handshake({ source, kind, destroy });
    this.#under.set(key, done);
    socket.once('close', () => {
      if (this.#under.get(key) === done) this.#under.delete(key);
      done();
    });
  }

  /** Whether it was still under way. */
  over(socket: Socket): boolean {
    const key = peerOf(socket);
    const done = this.#under.get(key);
    this.#under.delete(key);
    done?.();
    return done !== undefined;
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function tlsRefusal(socket: Socket, detail: string, at?: string): BrokenHandshake {
  const source = plainAddress(socket.remoteAddress);
  return { transport: 'tls', source, step: 'tls', code: 'access.tls-failed', at, detail };
}

/** OpenSSL's words without its place in its own source. */
function reasonOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}

function codeOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

async function open(server: Server, address: string): Promise<Listener> {
  const { host, port } = split(address);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  server.on('error', () => {});
  const bound = server.address();
  return {
    address: typeof bound === 'object' && bound !== null ? format(bound) : address,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** `[::]:1883` or `127.0.0.1:0` taken apart. */
function split(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new FaultError(fault('access.bad-address', undefined, address));
  }
  return { host: host === '' ? '::' : host, port };
}

function format({ address, port }: AddressInfo): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
