// SPDX-License-Identifier: Apache-2.0

/** Told about one byte stream. Calls come one at a time. */
export interface TransportHandler {
  data(chunk: Buffer): void;
  /** Everything written has left. */
  drained(): void;
  /** Called once, last. */
  closed(): void;
}

/** A byte stream to one client: TCP, TLS, or the binary frames of a WebSocket. */
export interface Transport {
  readonly kind: 'tcp' | 'tls' | 'ws';
  /** Remote address, IPv4 in its own form. */
  readonly source: string;
  /** SHA-256 of the client certificate, hex in lower case, when TLS has verified one. */
  readonly certificate: string | undefined;
  /** Written but not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Taken by the network since the start: whether the client takes anything at all. */
  readonly sentBytes: number;
  /** Begins to deliver to the handler. */
  start(handler: TransportHandler): void;
  /** The bytes must not change afterwards. */
  write(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  /** Closes after what was written. */
  end(): void;
  /** Closes now. */
  destroy(): void;
}
