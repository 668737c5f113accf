// SPDX-License-Identifier: Apache-2.0
import type { SignedCertificate } from '#security';
import type { DiagnosisNote } from '../diagnosis/diagnosis.ts';

/** Told about one byte stream. Calls come one at a time. */
export interface TransportHandler {
  data(chunk: Buffer): void;
  /** What came is not what the transport carries; the close follows. */
  broken(what: Pick<DiagnosisNote, 'step' | 'code' | 'detail'>): void;
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
  /** The same in full, when an authority in use has signed it. */
  readonly signed?: SignedCertificate | undefined;
  /** Why a certificate that was shown does not count. */
  readonly certificateFault?: string | undefined;
  /** Written but not yet taken by the network. */
  readonly bufferedBytes: number;
  /** Taken by the network since the start: whether the client takes anything at all. */
  readonly sentBytes: number;
  /** WebSocket frames that have come since the start; 0 where there are none. */
  readonly frames: number;
  /** Begins to deliver to the handler. */
  start(handler: TransportHandler): void;
  /** The client has been let in: it may send more than a stranger. */
  admitted(): void;
  /** The bytes must not change afterwards. */
  write(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  /** Closes after what was written. */
  end(): void;
  /** Closes now. */
  destroy(): void;
}
