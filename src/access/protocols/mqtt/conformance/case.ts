// SPDX-License-Identifier: Apache-2.0
import { strict as assert } from 'node:assert';
import type { ProtocolVersion } from '../packets.ts';
import { Peer, type ConnectOptions } from './peer.ts';
import type { Target } from './target.ts';

/** A case of our own, and the normative statements that it stands for. */
export interface StatementCase {
  readonly title: string;
  /** Statement numbers of 3.1.1 without the leading MQTT-; none = the case is not for 3.1.1. */
  readonly v3?: readonly string[];
  /** Statement numbers of 5.0. */
  readonly v5?: readonly string[];
  /** Throws when the server does not do as stated. */
  run(bench: Bench): Promise<void>;
}

/** What a case works with: clients of one version, and names that no other case uses. */
export class Bench {
  readonly version: ProtocolVersion;
  readonly five: boolean;
  readonly target: Target;
  /** Start of the names of this run of this case. */
  readonly base: string;
  readonly #peers: Peer[] = [];

  constructor(target: Target, version: ProtocolVersion, base: string) {
    this.target = target;
    this.version = version;
    this.five = version === 5;
    this.base = base;
  }

  /** A topic of this case. */
  topic(name = 't'): string {
    return `${this.base}/${name}`;
  }

  /** A client identifier of this case. */
  id(name = 'c'): string {
    return `${this.base}-${name}`.replaceAll('/', '-');
  }

  /** A connection without a CONNECT. */
  async open(version: ProtocolVersion = this.version): Promise<Peer> {
    const peer = await Peer.open(this.target, version);
    this.#peers.push(peer);
    return peer;
  }

  /** A client whose CONNECT was accepted. */
  async client(options: ConnectOptions = {}): Promise<Peer> {
    const peer = await this.open();
    const ack = await peer.connect(options);
    assert.equal(ack.reasonCode, 0, 'CONNECT was refused');
    return peer;
  }

  /** A client of a lasting session, with what the CONNACK says of it. */
  async resume(
    name: string,
    options: ConnectOptions = {},
  ): Promise<{ peer: Peer; present: boolean }> {
    const peer = await this.open();
    const ack = await peer.connect({ clientId: this.id(name), lasting: true, ...options });
    assert.equal(ack.reasonCode, 0, 'CONNECT was refused');
    return { peer, present: ack.sessionPresent };
  }

  /** Bytes that a connected client sends and that must end its connection. */
  async refuses(hex: string): Promise<void> {
    const peer = await this.client();
    peer.hex(hex);
    await peer.refused();
  }

  /** A CONNECT that must end the connection without success. */
  async refusesConnect(hex: string): Promise<void> {
    const peer = await this.open();
    peer.hex(hex);
    const reason = await peer.closed();
    assert.notEqual(reason, 0, 'CONNECT was accepted');
  }

  [Symbol.dispose](): void {
    for (const peer of this.#peers) peer[Symbol.dispose]();
  }
}

/** Waits, for what the standard says in seconds; unlike everything else in a case it cannot be asked for. */
export function seconds(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  AbortSignal.timeout(count * 1_000).addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
