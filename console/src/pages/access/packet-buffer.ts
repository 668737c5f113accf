// SPDX-License-Identifier: Apache-2.0

/** A frame as the live channel tells it. */
export interface Packet {
  readonly message: number;
  /** ISO 8601. */
  readonly time: string;
  readonly protocol: string;
  readonly transport: string;
  readonly source: string;
  readonly clientId: string;
  readonly thing?: number;
  readonly direction: 'in' | 'out';
  /** The beginning of the frame. */
  readonly hex: string;
  /** Of the whole frame. */
  readonly bytes: number;
  readonly name: string;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly outcome: Outcome;
}

export interface Outcome {
  readonly ok: boolean;
  readonly code?: string;
  readonly at?: string;
  readonly detail?: string;
}

export interface PacketStep {
  readonly message: number;
  readonly step: string;
  readonly at: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A packet and the way of its message so far. */
export interface PacketRow {
  readonly packet: Packet;
  readonly steps: readonly PacketStep[];
}

export const rowsMax = 5_000;
/** The array is cut in pieces, so that a row more does not move all others. */
const slack = 500;
/** Steps of messages of which the packet has not come: it comes after its first steps, or was left out. */
const waitingMax = 2_000;

/** The last packets, newest last, with the steps of their messages. */
export class PacketBuffer {
  readonly #rows: { packet: Packet; steps: PacketStep[] }[] = [];
  readonly #steps = new Map<number, PacketStep[]>();
  /** Packets and steps that the server's rate left out. */
  dropped = 0;
  #taken = 0;
  #version = 0;

  /** Another whenever there is something new. */
  get version(): number {
    return this.#version;
  }

  /** Packets that came, those that are no longer held too. */
  get taken(): number {
    return this.#taken;
  }

  /** Packets that were held and are not any more. */
  get evicted(): number {
    return Math.max(0, this.#taken - rowsMax);
  }

  take(items: readonly unknown[], dropped: number): void {
    this.dropped += dropped;
    this.#version++;
    for (const item of items) {
      if (isPacket(item)) this.#add(item);
      else if (isStep(item)) this.#step(item);
    }
  }

  rows(): readonly PacketRow[] {
    return this.#rows.slice(-rowsMax);
  }

  clear(): void {
    this.#rows.length = 0;
    this.#steps.clear();
    this.dropped = 0;
    this.#taken = 0;
    this.#version++;
  }

  #add(packet: Packet): void {
    const steps = this.#stepsOf(packet.message);
    this.#rows.push({ packet, steps });
    this.#taken++;
    if (this.#rows.length < rowsMax + slack) return;
    for (const row of this.#rows.splice(0, slack)) this.#steps.delete(row.packet.message);
  }

  #step(step: PacketStep): void {
    this.#stepsOf(step.message).push(step);
  }

  #stepsOf(message: number): PacketStep[] {
    let steps = this.#steps.get(message);
    if (steps !== undefined) return steps;
    this.#steps.set(message, (steps = []));
    const [oldest] = this.#steps.keys();
    if (this.#steps.size > rowsMax + waitingMax && oldest !== undefined) this.#steps.delete(oldest);
    return steps;
  }
}

function isPacket(item: unknown): item is Packet {
  return (
    typeof item === 'object' &&
    item !== null &&
    'type' in item &&
    item.type === 'packet' &&
    'message' in item &&
    typeof item.message === 'number' &&
    'hex' in item &&
    typeof item.hex === 'string'
  );
}

function isStep(item: unknown): item is PacketStep {
  return (
    typeof item === 'object' &&
    item !== null &&
    'type' in item &&
    item.type === 'step' &&
    'message' in item &&
    typeof item.message === 'number'
  );
}

export interface PacketFilter {
  readonly direction: 'all' | 'in' | 'out';
  /** Name of the packet; empty: any. */
  readonly name: string;
  readonly faultsOnly: boolean;
}

export function filtered(rows: readonly PacketRow[], filter: PacketFilter): readonly PacketRow[] {
  const { direction, name, faultsOnly } = filter;
  if (direction === 'all' && name === '' && !faultsOnly) return rows;
  return rows.filter(
    ({ packet, steps }) =>
      (direction === 'all' || packet.direction === direction) &&
      (name === '' || packet.name === name) &&
      (!faultsOnly || !packet.outcome.ok || steps.some(({ ok }) => !ok)),
  );
}

export interface HexLine {
  readonly offset: number;
  readonly bytes: readonly string[];
  /** The same as text, a dot where it is none. */
  readonly text: string;
}

const lineBytes = 16;

export function hexLines(hex: string): readonly HexLine[] {
  const bytes = hex.match(/../g) ?? [];
  return Array.from({ length: Math.ceil(bytes.length / lineBytes) }, (_, line) => {
    const some = bytes.slice(line * lineBytes, (line + 1) * lineBytes);
    const text = some.map((byte) => {
      const code = Number.parseInt(byte, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCodePoint(code) : '.';
    });
    return { offset: line * lineBytes, bytes: some, text: text.join('') };
  });
}

/** The byte that a fault names: 17 of `byte 17`. */
export function byteOf(at: string | undefined): number | undefined {
  const found = at === undefined ? undefined : /^byte (\d+)$/.exec(at)?.[1];
  return found === undefined ? undefined : Number(found);
}
