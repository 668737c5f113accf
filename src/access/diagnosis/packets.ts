// SPDX-License-Identifier: Apache-2.0
import { sourceKey, type Limits, type TimeMs } from '#core';
import { rootTenant } from '#security';
import type { DiagnosisTransport } from './diagnosis.ts';
import type { Trace, TracedPacket, TraceEvent } from './trace.ts';

/** Whose packet it is. */
export interface PacketOwner {
  readonly protocol: string;
  readonly transport: DiagnosisTransport;
  /** Remote address. */
  readonly source: string;
  readonly clientId: string;
  /** Undefined while nothing is known: then it is the root tenant's. */
  readonly tenant: number | undefined;
  readonly thing: number | undefined;
}

/** What became of a packet. */
export interface PacketOutcome {
  readonly ok: boolean;
  /** Code of the catalogue, or what the protocol says. */
  readonly code?: string | undefined;
  /** `byte 17`, a JSON pointer, a topic. */
  readonly at?: string | undefined;
  readonly detail?: string | undefined;
}

/** A frame as it went over the wire, secrets masked. */
export interface PacketEvent extends PacketOwner {
  readonly type: 'packet';
  /** The number that the steps of its message carry. */
  readonly message: number;
  readonly time: TimeMs;
  readonly direction: 'in' | 'out';
  /** The first `diagnosis.packetBytesMax` bytes. */
  readonly hex: string;
  readonly bytes: number;
  /** `PUBLISH`, `POST`. */
  readonly name: string;
  /** Packet fields, topic, decoded values; plain JSON. */
  readonly summary: Readonly<Record<string, unknown>>;
  readonly outcome: PacketOutcome;
}

/** A step of the message that a packet brought. */
export interface PacketStep extends TraceEvent {
  readonly type: 'step';
}

export type PacketItem = PacketEvent | PacketStep;

/** Which packets to follow; everything that is named must fit. */
export interface PacketTarget {
  readonly tenant: number;
  readonly things?: readonly number[] | undefined;
  readonly client?: string | undefined;
  /** An address; of IPv6 the /64 counts. */
  readonly source?: string | undefined;
  readonly protocol?: string | undefined;
}

interface Follower {
  readonly target: PacketTarget;
  readonly listener: (item: PacketItem) => void;
}

export interface Frame {
  readonly direction: 'in' | 'out';
  readonly time: TimeMs;
  /** Copied before this call, secrets masked already. */
  readonly bytes: Uint8Array;
  /** Of the whole frame. */
  readonly length: number;
  readonly name: string;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Offers every frame to those who follow it; without followers a frame costs the reading of `active`. */
export class PacketTap {
  active = false;
  readonly bytesMax: number;
  readonly #followersMax: number;
  readonly #trace: Trace;
  readonly #followers = new Set<Follower>();

  constructor(limits: Limits, trace: Trace) {
    this.bytesMax = limits['diagnosis.packetBytesMax'];
    this.#followersMax = limits['diagnosis.followersMax'];
    this.#trace = trace;
  }

  /** Follows until the returned function is called; undefined when `diagnosis.followersMax` follow already. */
  follow(target: PacketTarget, listener: (item: PacketItem) => void): (() => void) | undefined {
    if (this.#followers.size >= this.#followersMax) return undefined;
    const follower = { target, listener };
    this.#followers.add(follower);
    this.active = true;
    return () => {
      this.#followers.delete(follower);
      this.active = this.#followers.size > 0;
    };
  }

  /** Whether anyone follows the packets of this owner. */
  wants(owner: PacketOwner): boolean {
    for (const { target } of this.#followers) if (matches(target, owner)) return true;
    return false;
  }

  /** A frame that can be told of once its owner and what became of it are known. */
  begin(frame: Frame): TappedFrame {
    return new TappedFrame(this, frame, this.#trace.number());
  }

  tell(item: PacketItem, owner: PacketOwner): void {
    for (const { target, listener } of this.#followers) if (matches(target, owner)) listener(item);
  }
}

/** One frame under way. Told of once; its message's steps are told to the same followers. */
export class TappedFrame implements TracedPacket {
  readonly message: number;
  readonly #tap: PacketTap;
  readonly #frame: Frame;
  #owner: PacketOwner | undefined;
  #told = false;

  constructor(tap: PacketTap, frame: Frame, message: number) {
    this.#tap = tap;
    this.#frame = frame;
    this.message = message;
  }

  /** Says whose it is, for steps that come before the outcome. */
  of(owner: PacketOwner): this {
    this.#owner = owner;
    return this;
  }

  step(event: TraceEvent): void {
    if (this.#owner) this.#tap.tell({ type: 'step', ...event }, this.#owner);
  }

  /** The frame is through; further calls do nothing. */
  end(outcome: PacketOutcome, owner = this.#owner): void {
    if (this.#told || owner === undefined) return;
    this.#told = true;
    const { direction, time, bytes, length, name, summary } = this.#frame;
    const shown = bytes.subarray(0, this.#tap.bytesMax);
    const hex = Buffer.from(shown.buffer, shown.byteOffset, shown.length).toString('hex');
    const { message } = this;
    const said = { message, time, direction, hex, bytes: length, name, summary, outcome };
    this.#tap.tell({ type: 'packet', ...owner, ...said }, owner);
  }
}

function matches(target: PacketTarget, owner: PacketOwner): boolean {
  const { tenant, things, client, source, protocol } = target;
  if (tenant !== (owner.tenant ?? rootTenant)) return false;
  if (things !== undefined && (owner.thing === undefined || !things.includes(owner.thing)))
    return false;
  if (client !== undefined && client !== owner.clientId) return false;
  if (source !== undefined && sourceKey(source) !== sourceKey(owner.source)) return false;
  return protocol === undefined || protocol === owner.protocol;
}
