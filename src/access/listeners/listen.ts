// SPDX-License-Identifier: Apache-2.0
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer, isIPv6, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { FaultError, fault } from '#core';
import { WebSocketServer } from 'ws';
import { SocketTransport } from './socket-transport.ts';
import { plainAddress } from './source.ts';
import type { Transport } from './transport.ts';
import { WebSocketTransport } from './websocket-transport.ts';

/** Who is asked and told about new connections. */
export interface Acceptor {
  /** Whether to go on with a connection from this address; false closes it at once. */
  admit(address: string): boolean;
  accepted(transport: Transport): void;
  /** A connection that broke before it was one: TLS, HTTP upgrade. */
  refused(address: string, step: 'tls' | 'accept', detail: string): void;
}

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
  readonly handshakeMsMax: number;
}

/** Listens for TCP; `[::]` takes IPv4 and IPv6. Rejects with the system's error when the address cannot be had. */
export async function listenTcp(address: string, acceptor: Acceptor): Promise<Listener> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (admitted(socket, acceptor)) acceptor.accepted(new SocketTransport(socket));
  });
  return open(server, address);
}

/** Listens for TLS 1.2 and 1.3. A client certificate counts only when one of the authorities signed it. */
export async function listenTls(
  address: string,
  settings: TlsSettings,
  acceptor: Acceptor,
): Promise<Listener> {
  const { cert, key, passphrase, ca, clientCertificate, handshakeMsMax } = settings;
  const options: TlsOptions = {
    cert,
    key,
    minVersion: 'TLSv1.2',
    requestCert: clientCertificate !== 'none',
    rejectUnauthorized: clientCertificate === 'required',
    handshakeTimeout: handshakeMsMax,
    allowHalfOpen: true,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ca === undefined ? {} : { ca }),
  };
  const server = createTlsServer(options, (socket) => {
    acceptor.accepted(new SocketTransport(socket));
  });
  server.on('connection', (socket: Socket) => void admitted(socket, acceptor));
  server.on('tlsClientError', (error, socket) => {
    acceptor.refused(plainAddress(socket.remoteAddress), 'tls', error.message);
    socket.destroy();
  });
  return open(server, address);
}

/** The WebSocket side of a listener: takes upgrades with the subprotocol `mqtt`, [MQTT-6.0.0-3]. */
export class WebSocketUpgrades {
  readonly #server: WebSocketServer;
  readonly #acceptor: Acceptor;

  constructor(acceptor: Acceptor, frameBytesMax: number) {
    this.#acceptor = acceptor;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: frameBytesMax,
      handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
    });
  }

  /** Takes over the socket of an upgrade request of an HTTP server. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (!admitted(socket, this.#acceptor)) return;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',');
    if (!offered.some((protocol) => protocol.trim() === 'mqtt')) {
      this.#acceptor.refused(plainAddress(socket.remoteAddress), 'accept', '[MQTT-6.0.0-3]');
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      return;
    }
    socket.setNoDelay(true);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#acceptor.accepted(new WebSocketTransport(webSocket, socket));
    });
  }
}

/** Listens for WebSockets on a port of their own, any path. */
export async function listenWebSocket(
  address: string,
  upgrades: WebSocketUpgrades,
): Promise<Listener> {
  const server = createHttpServer((_request, response) => {
    response.writeHead(426, { upgrade: 'websocket' }).end();
  });
  server.headersTimeout = 10_000;
  server.on('upgrade', (request, socket: Socket, head) => upgrades.upgrade(request, socket, head));
  return open(server, address);
}

function admitted(socket: Socket, acceptor: Acceptor): boolean {
  socket.on('error', () => {});
  if (acceptor.admit(plainAddress(socket.remoteAddress))) return true;
  socket.destroy();
  return false;
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
